"""The environment of every git command, so that nothing on the machine changes what it does.

Git reads settings of the machine, of the user and of the repository, and dozens of variables. Here it gets none of the
machine and of the user, except those that say how an author's files are stored, who commits, and which repositories
are trusted; those of the repository that could change an outcome are overridden; hooks are off.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path

__all__ = ["PROTECTED_SCOPES", "effective_settings", "isolated", "isolated_for", "settings_read_once"]

_RETAINED_VARIABLES = frozenset(
    {
        # They restrict where git looks for a repository.
        "GIT_CEILING_DIRECTORIES",
        "GIT_DISCOVERY_ACROSS_FILESYSTEM",
        # An identity.
        "GIT_AUTHOR_EMAIL",
        "GIT_AUTHOR_NAME",
        "GIT_COMMITTER_EMAIL",
        "GIT_COMMITTER_NAME",
        # Where git itself is installed.
        "GIT_EXEC_PATH",
    }
)
_SETTINGS_PREFIX = "GIT_CONFIG_"

_VARIABLES = {
    "GIT_ATTR_NOSYSTEM": "1",
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_CONFIG_SYSTEM": os.devnull,
    "GIT_LITERAL_PATHSPECS": "1",
    "GIT_OPTIONAL_LOCKS": "0",
    "GIT_TERMINAL_PROMPT": "0",
    # The output is parsed, and quoted in English messages.
    "LC_ALL": "C",
}

# Settings of a repository that would change the outcome of a command. What a command line or plumbing command ignores
# anyway, such as colours and aliases of built-in commands, is not listed.
_OVERRIDDEN = {
    "apply.ignoreWhitespace": "false",
    "apply.whitespace": "nowarn",
    "commit.gpgSign": "false",
    "core.fsmonitor": "false",
    "core.hooksPath": os.devnull,
    "core.safecrlf": "false",
    "core.quotePath": "false",
    "core.untrackedCache": "false",
    "diff.ignoreSubmodules": "none",
    "diff.renames": "false",
    "gc.auto": "0",
    "i18n.commitEncoding": "UTF-8",
    "i18n.logOutputEncoding": "UTF-8",
    "maintenance.auto": "false",
    "merge.conflictStyle": "merge",
    "safe.bareRepository": "all",
    "status.branch": "false",
    "status.relativePaths": "true",
    "status.renames": "false",
    "status.short": "false",
    "status.showUntrackedFiles": "all",
    "submodule.recurse": "false",
    "tag.gpgSign": "false",
}

# For repositories of our own.
_OWN = {
    "core.attributesFile": os.devnull,
    "core.autocrlf": "false",
    "core.excludesFile": os.devnull,
    "safe.directory": "*",
}
_DISTRUST = "GIT_TEST_ASSUME_DIFFERENT_OWNER"

_RETAINED_SETTINGS = frozenset(
    {
        # How files in the work tree are stored.
        *("core.attributesfile", "core.autocrlf", "core.checkroundtripencoding", "core.eol", "core.excludesfile"),
        *("author.email", "author.name", "committer.email", "committer.name"),
        *("user.email", "user.name", "user.useconfigonly"),
        "init.defaultbranch",
    }
)
_RETAINED_SECTIONS = ("filter.",)
_TRUST = "safe.directory"
PROTECTED_SCOPES = frozenset({"system", "global", "command"})
"""Where settings come from that nobody but the machine and the user has written."""
_read: ContextVar[dict[Path, list[tuple[str, str]]] | None] = ContextVar("settings", default=None)


@contextmanager
def settings_read_once() -> Iterator[None]:
    """Read the settings of each folder once within the context, in which nothing may change them."""
    known = _read.get()
    token = _read.set({} if known is None else known)
    try:
        yield
    finally:
        _read.reset(token)


def isolated(variables: Mapping[str, str] | None = None, settings: Mapping[str, str] | None = None) -> dict[str, str]:
    """Return an environment for our own repositories: git has no settings of the machine and the user at all.

    Args:
        variables: More environment variables.
        settings: More git settings.
    """
    pairs = [*_OVERRIDDEN.items(), *_OWN.items(), *(settings or {}).items()]
    return {**_inherited(), **_VARIABLES, **_encode(pairs), **(variables or {})}


def isolated_for(folder: Path) -> dict[str, str]:
    """Return an environment in which git reads and writes an author's files as the author's own commands do.

    Args:
        folder: A folder of the repository.
    """
    distrust = {_DISTRUST: os.environ[_DISTRUST]} if _DISTRUST in os.environ else {}
    return {**_inherited(), **distrust, **_VARIABLES, **_encode([*_retained_settings(folder), *_OVERRIDDEN.items()])}


def _inherited() -> dict[str, str]:
    return {
        name: value for name, value in os.environ.items() if not name.startswith("GIT_") or name in _RETAINED_VARIABLES
    }


def _encode(pairs: list[tuple[str, str]]) -> dict[str, str]:
    """Encode settings as the variables that take precedence over all files."""
    variables = {"GIT_CONFIG_COUNT": str(len(pairs))}
    for number, (key, value) in enumerate(pairs):
        variables |= {f"GIT_CONFIG_KEY_{number}": key, f"GIT_CONFIG_VALUE_{number}": value}
    return variables


def _retained_settings(folder: Path) -> list[tuple[str, str]]:
    known = _read.get()
    if known is None:
        return _find_retained_settings(folder)
    if folder not in known:
        known[folder] = _find_retained_settings(folder)
    return known[folder]


def _find_retained_settings(folder: Path) -> list[tuple[str, str]]:
    last: dict[str, str] = {}
    trusted: list[tuple[str, str]] = []
    for scope, key, value in effective_settings(folder):
        if key == _TRUST:
            trusted += [(key, value)] if scope in PROTECTED_SCOPES else []
        elif key in _RETAINED_SETTINGS or key.startswith(_RETAINED_SECTIONS):
            last[key] = value
    return [*trusted, *last.items()]


def effective_settings(folder: Path) -> Iterator[tuple[str, str, str]]:
    """Yield scope, key and value of all settings in a folder, those that take precedence last.

    A repository whose settings git cannot read has none here; the command that follows says why.
    """
    process = subprocess.run(  # noqa: S603
        ["git", "-C", str(folder), "config", "--list", "--includes", "--show-scope", "-z"],  # noqa: S607
        stdin=subprocess.DEVNULL,
        capture_output=True,
        env={**_settings_environment(), "LC_ALL": "C"},
        check=False,
    )
    fields = process.stdout.decode(errors="surrogateescape").split("\0")
    for scope, setting in zip(fields[::2], fields[1::2], strict=False):
        key, separator, value = setting.partition("\n")
        yield scope, key, value if separator else "true"


def _settings_environment() -> dict[str, str]:
    """Return the user's environment without what binds git to a repository."""
    return _inherited() | {name: value for name, value in os.environ.items() if name.startswith(_SETTINGS_PREFIX)}
