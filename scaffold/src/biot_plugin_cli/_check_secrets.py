"""What `biot-plugin check` finds among the files that git tracks, or would with the next `git add`: secrets."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path, PurePath

from biot_plugin_cli._check_subject import Subject
from biot_plugin_cli._errors import OperationFailed
from biot_plugin_cli._finding import Finding
from biot_plugin_cli._git import git, require_git

__all__ = ["secret_findings"]

_MOST_BYTES = 1_000_000
_ADVICE = "take it out of the file, and make it invalid where it was issued, as git keeps what it has seen"
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


def secret_findings(subject: Subject) -> Iterator[Finding]:
    """Find what must not be in a file that git keeps; what a secret is, is not told."""
    for path in _files(subject.root):
        name = PurePath(path).name
        if _ENV_FILE.fullmatch(name) and not _ENV_SAMPLE.search(name):
            advice = "run git rm --cached on it, and write its name to .gitignore"
            yield Finding.error("env-file-tracked", f"{path} is not ignored by git", advice, (path, None))
        yield from _secrets_in(subject.root / path, path)
    yield from _named_so(subject)


def _files(root: Path) -> list[str]:
    try:
        require_git()
        listed = git(root, "ls-files", "-z", "--cached", "--others", "--exclude-standard")
    except OperationFailed:
        return []  # Where there is no repository, git keeps nothing.
    return sorted({path for path in listed.split("\0") if path})


def _secrets_in(file: Path, path: str) -> Iterator[Finding]:
    try:
        if file.is_symlink() or file.stat().st_size > _MOST_BYTES:
            return
        text = file.read_bytes().decode("utf-8", errors="replace")
    except OSError:
        return
    for what, pattern in _SECRETS.items():
        for match in pattern.finditer(text):
            at = (path, text.count("\n", 0, match.start()) + 1)
            yield Finding.error("secret-tracked", f"{path} has {what} in it", _ADVICE, at)


def _named_so(subject: Subject) -> Iterator[Finding]:
    for name in subject.manifest.environment:
        if _SECRET_NAME.search(name):
            yield Finding.warning(
                "secret-suspected",
                f"The environment variable {name} looks like a secret, and git keeps pyproject.toml",
                "keep it on the platform alone, or name it otherwise if it is none",
                subject.at("environment", name),
            )
