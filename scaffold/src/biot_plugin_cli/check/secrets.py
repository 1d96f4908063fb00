"""Checks the files that git tracks, or that would be packaged, for secrets."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePath
from typing import Any

from biot_plugin_cli.check.finding import Finding, split_message
from biot_plugin_cli.errors import OperationFailed
from biot_plugin_cli.git.tracked_files import git_files
from biot_plugin_cli.manifest.environment_variables import looks_secret
from biot_plugin_cli.package.source_files import list_source_files
from biot_plugin_cli.plugin.repository import Plugin
from biot_plugin_cli.plugin.source_location import SourceLocation

__all__ = ["check_secrets"]

_MAX_BYTES = 1_000_000
_ENV_FILE = re.compile(r"\.env(\..+)?|.+\.env")
_ENV_SAMPLE = re.compile(r"\b(example|sample|template|dist|defaults?)\b")
# Of bounded length where a value may contain the beginning of another, so that none is read again from each of them.
_SECRETS = {
    "a token": re.compile(r"\beyJ[\w-]{8,500}\.eyJ[\w-]{8,}\.[\w-]{16,}"),
    "an AWS access key": re.compile(r"\b(?:AKIA|ASIA)(?![A-Z0-9]*EXAMPLE\b)[A-Z0-9]{16}\b"),
    "an AWS secret key": re.compile(
        r"(?i)aws_?secret_?(?:access_?)?key['\"]?\s*[=:]\s*['\"]?(?![\w/+]*EXAMPLEKEY)[\w/+]{40}(?![\w/+])"
    ),
    "a private key": re.compile(r"-----BEGIN (?:[A-Z0-9]+ )*PRIVATE KEY-----\s*(?:\\n|\n)?[\w+/=:\r\n -]{16,}"),
    "a secret of the platform's": re.compile(
        r"BIOT_(?:PLUGIN_PASSWORD|PLUGIN_SERVICE_SECRET|SERVICE_USER_SECRET_KEY)['\"]?\s*[=:]\s*"
        r"(?:'[^'\s${<]{6,}'|\"[^\"\s${<]{6,}\"|[^\s'\"${<()\[]{6,500}(?=\s|$)|[^\s'\"${<()\[]{501})"
    ),
}


@dataclass(frozen=True, slots=True)
class _Exposure:
    """How others get to see a file, and the secrets in it."""

    code: str
    advice: str
    env_file: str
    env_file_advice: str


_TRACKED = _Exposure(
    "tracked",
    "remove it from the file, and revoke it where it was issued, as it stays in git's history",
    "is not ignored by git",
    "run git rm --cached on it, and add it to .gitignore",
)
_PACKAGED = _Exposure(
    "packaged",
    "remove it from the file, as the package would contain it",
    "would be in the package",
    "move it out of the plugin's folder",
)


def check_secrets(plugin: Plugin) -> Iterator[Finding]:
    """Find secrets in the files that git tracks; without a git repository, in those that would be packaged.

    No finding contains the secret itself.
    """
    try:
        tracked = git_files(plugin.root)
        paths, exposure = (
            (list_source_files(plugin.root), _PACKAGED) if tracked is None else (sorted(set(tracked)), _TRACKED)
        )
    except OperationFailed as error:
        reason, advice = split_message(error)
        yield Finding.warning("secrets-unknown", f"Cannot check the files for secrets: {reason}", advice)
        paths, exposure = [], _TRACKED
    for path in paths:
        yield from _check_env_file(path, exposure)
        yield from _check_content(plugin.root / path, path, exposure)
    yield from _check_variable_names(plugin)


def _check_env_file(path: str, exposure: _Exposure) -> Iterator[Finding]:
    name = PurePath(path).name
    if _ENV_FILE.fullmatch(name) and not _ENV_SAMPLE.search(name):
        message = f"{path} {exposure.env_file}"
        yield Finding.error(f"env-file-{exposure.code}", message, exposure.env_file_advice, SourceLocation(path))


def _check_content(file: Path, path: str, exposure: _Exposure) -> Iterator[Finding]:
    try:
        if file.is_symlink() or not file.is_file() or file.stat().st_size > _MAX_BYTES:
            return
        text = file.read_bytes().decode("utf-8", errors="replace")
    except OSError:
        return
    for kind, pattern in _SECRETS.items():
        for match in pattern.finditer(text):
            location = SourceLocation(path, text.count("\n", 0, match.start()) + 1)
            yield Finding.error(f"secret-{exposure.code}", f"{path} contains {kind}", exposure.advice, location)


def _check_variable_names(plugin: Plugin) -> Iterator[Finding]:
    # Without a selected environment, the tables of all of them count.
    others = plugin.manifest.environments if plugin.environment is None else {}
    tables: dict[tuple[str, ...], Iterable[str]] = {("environment",): plugin.manifest.environment}
    tables |= {("env", name, "environment"): _variables(table) for name, table in others.items()}
    for path, names in tables.items():
        for name in filter(looks_secret, names):
            yield Finding.warning(
                "secret-suspected",
                f"The environment variable {name} looks like a secret, and git tracks pyproject.toml",
                "remove it from pyproject.toml and set it in the platform's console, where deploy leaves it unchanged, "
                "or rename it if it is not a secret",
                plugin.location_of(*path, name),
            )


def _variables(table: Mapping[str, Any]) -> Iterable[str]:
    """List the variables of an environment's table, which may be invalid."""
    variables = table.get("environment")
    return variables if isinstance(variables, dict) else ()
