"""What `biot-plugin check` finds among the files that git keeps, or that would be packaged: secrets."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePath

from biot_plugin_cli.check.finding import Finding, parted
from biot_plugin_cli.check.subject import Subject
from biot_plugin_cli.errors import OperationFailed
from biot_plugin_cli.git.tracked_files import git_files
from biot_plugin_cli.package.source_files import list_source_files

__all__ = ["secret_findings"]

_MOST_BYTES = 1_000_000
_ENV_FILE = re.compile(r"\.env(\..+)?|.+\.env")
_ENV_SAMPLE = re.compile(r"\b(example|sample|template|dist|defaults?)\b")
_SECRETS = {
    "a token": re.compile(r"\beyJ[\w-]{8,}\.eyJ[\w-]{8,}\.[\w-]{16,}"),
    "an AWS access key": re.compile(r"\b(?:AKIA|ASIA)(?![A-Z0-9]*EXAMPLE\b)[A-Z0-9]{16}\b"),
    "an AWS secret key": re.compile(
        r"(?i)aws_?secret_?(?:access_?)?key['\"]?\s*[=:]\s*['\"]?(?![\w/+]*EXAMPLEKEY)[\w/+]{40}(?![\w/+])"
    ),
    "a private key": re.compile(r"-----BEGIN (?:[A-Z0-9]+ )*PRIVATE KEY-----\s*(?:\\n|\n)?[\w+/=:\r\n -]{16,}"),
    "a secret of the platform's": re.compile(
        r"BIOT_(?:PLUGIN_PASSWORD|PLUGIN_SERVICE_SECRET|SERVICE_USER_SECRET_KEY)['\"]?\s*[=:]\s*"
        r"(?:'[^'\s${<]{6,}'|\"[^\"\s${<]{6,}\"|[^\s'\"${<()\[]{6,}(?=\s|$))"
    ),
}
_SECRET_NAME = re.compile(r"(?i)(?:^|_)(?:PASSWORD|PASSWD|SECRET|SECRET_KEY|TOKEN|API_?KEY|PRIVATE_KEY)$")


@dataclass(frozen=True, slots=True)
class _Way:
    """How a file, and a secret in it, gets to others."""

    code: str
    advice: str
    env_file: str
    env_file_advice: str


_TRACKED = _Way(
    "tracked",
    "take it out of the file, and make it invalid where it was issued, as git keeps what it has seen",
    "is not ignored by git",
    "run git rm --cached on it, and write its name to .gitignore",
)
_PACKAGED = _Way(
    "packaged",
    "take it out of the file, as the package would have it",
    "would be in the package",
    "move it out of the plugin's folder",
)


def secret_findings(subject: Subject) -> Iterator[Finding]:
    """Find what must not be in a file that git keeps, or where git keeps none, in one that would be packaged.

    What a secret is, is not told.
    """
    try:
        known = git_files(subject.root)
        paths, way = (list_source_files(subject.root), _PACKAGED) if known is None else (sorted(set(known)), _TRACKED)
    except OperationFailed as error:
        said, advice = parted(error)
        yield Finding.warning("secrets-unknown", f"Whether files have secrets was not looked at: {said}", advice)
        paths, way = [], _TRACKED
    for path in paths:
        yield from _env_file(path, way)
        yield from _secrets_in(subject.root / path, path, way)
    yield from _named_so(subject)


def _env_file(path: str, way: _Way) -> Iterator[Finding]:
    name = PurePath(path).name
    if _ENV_FILE.fullmatch(name) and not _ENV_SAMPLE.search(name):
        said = f"{path} {way.env_file}"
        yield Finding.error(f"env-file-{way.code}", said, way.env_file_advice, (path, None))


def _secrets_in(file: Path, path: str, way: _Way) -> Iterator[Finding]:
    try:
        if file.is_symlink() or not file.is_file() or file.stat().st_size > _MOST_BYTES:
            return
        text = file.read_bytes().decode("utf-8", errors="replace")
    except OSError:
        return
    for what, pattern in _SECRETS.items():
        for match in pattern.finditer(text):
            at = (path, text.count("\n", 0, match.start()) + 1)
            yield Finding.error(f"secret-{way.code}", f"{path} has {what} in it", way.advice, at)


def _named_so(subject: Subject) -> Iterator[Finding]:
    for name in subject.manifest.environment:
        if _SECRET_NAME.search(name):
            yield Finding.warning(
                "secret-suspected",
                f"The environment variable {name} looks like a secret, and git keeps pyproject.toml",
                "keep it on the platform alone, or name it otherwise if it is none",
                subject.at("environment", name),
            )
