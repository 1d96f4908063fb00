"""Checks the files that git tracks, or that would be packaged, for secrets."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePath
from typing import TYPE_CHECKING, Any

from biot_plugin_cli.check.finding import Finding, split_message
from biot_plugin_cli.errors import OperationFailed
from biot_plugin_cli.git.tracked_files import git_files
from biot_plugin_cli.manifest.environment_variables import looks_secret
from biot_plugin_cli.package.source_files import list_source_files
from biot_plugin_cli.plugin.repository import Plugin
from biot_plugin_cli.plugin.source_location import SourceLocation

if TYPE_CHECKING:
    from biot_plugin_cli.check.scan.findings_in_text import FoundSecret

__all__ = ["check_secrets"]

_MAX_FINDINGS_PER_FILE = 20
_TEST_FOLDERS = ("test", "tests")
_ALLOWED = "end the line with # pragma: allowlist secret"
_ALLOWED_IN_JSON = 'add "comment": "// pragma: allowlist secret" to the line'
_ENV_FILE = re.compile(r"\.env(\..+)?|.+\.env")
_KEY_STORE = re.compile(r"(?i).+\.(p12|pfx|jks|keystore|kdbx)")
_ENV_SAMPLE = re.compile(r"\b(example|sample|template|dist|defaults?)\b")


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
        yield from _check_name(path, exposure)
        yield from _check_content(plugin.root / path, path, exposure)
    yield from _check_variable_names(plugin)


def _check_name(path: str, exposure: _Exposure) -> Iterator[Finding]:
    name = PurePath(path).name
    if _ENV_FILE.fullmatch(name) and not _ENV_SAMPLE.search(name):
        message = f"{path} {exposure.env_file}"
        yield Finding.error(f"env-file-{exposure.code}", message, exposure.env_file_advice, SourceLocation(path))
    elif _KEY_STORE.fullmatch(name):
        message = f"{path} {exposure.env_file}, and files of its kind contain private keys"
        yield Finding.warning("secret-suspected", message, exposure.env_file_advice, SourceLocation(path))


def _check_content(file: Path, path: str, exposure: _Exposure) -> Iterator[Finding]:
    # The library that knows the formats of tokens takes a while to load, and most commands do not need it.
    from biot_plugin_cli.check.scan.bounded_lines import MAX_BYTES, read_text
    from biot_plugin_cli.check.scan.findings_in_text import find_secrets

    try:
        if file.is_symlink() or not file.is_file():
            return
        text, complete = read_text(file)
    except OSError:
        return
    found = [secret for secret in find_secrets(path, text) if secret.certain or not _is_of_a_test(path)]
    for secret in found[:_MAX_FINDINGS_PER_FILE]:
        yield _finding(path, secret, exposure)
    if (more := len(found) - _MAX_FINDINGS_PER_FILE) > 0:
        message = f"{path} contains {more} more values that are or look like secrets"
        yield Finding.error(f"secret-{exposure.code}", message, exposure.advice, SourceLocation(path))
    if not complete:
        message = f"Only the first {MAX_BYTES // 1_000_000} MB of {path} were searched for secrets"
        yield Finding.warning("secrets-unknown", message, "check the rest yourself, or split the file")


def _finding(path: str, secret: FoundSecret, exposure: _Exposure) -> Finding:
    location = SourceLocation(path, secret.line)
    message = f"{path} contains {secret.kind}"
    allowed = f"if it is no secret, {_ALLOWED_IN_JSON if path.endswith('.json') else _ALLOWED}"
    if secret.certain:
        advice = f"{exposure.advice}; {allowed}"
        return Finding.error(f"secret-{exposure.code}", message, advice, location)
    advice = f"read it from a variable of the environment; {allowed}"
    return Finding.warning("secret-suspected", message, advice, location)


def _is_of_a_test(path: str) -> bool:
    """Whether a file belongs to the plugin's tests, whose passwords mostly are made up."""
    return PurePath(path).parts[0] in _TEST_FOLDERS


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
