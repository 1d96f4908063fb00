"""Who is the author of our commits: the user or, where git is configured with nobody, a fallback."""

from __future__ import annotations

import subprocess
from collections.abc import Mapping
from pathlib import Path

__all__ = ["identity_options"]

_FALLBACK = ("-c", "user.name=new-plugin", "-c", "user.email=new-plugin@localhost")


def identity_options(folder: Path, environment: Mapping[str, str]) -> tuple[str, ...]:
    """Return the options of `git commit` that name an author; none where git knows one.

    Args:
        folder: A folder of the repository.
        environment: The environment of the git command.
    """
    identities = ("GIT_COMMITTER_IDENT", "GIT_AUTHOR_IDENT")
    return () if all(_is_configured(identity, folder, environment) for identity in identities) else _FALLBACK


def _is_configured(identity: str, folder: Path, environment: Mapping[str, str]) -> bool:
    """Whether git has an identity that it need not guess from the names of the user and the machine."""
    process = subprocess.run(  # noqa: S603
        ["git", "-C", str(folder), "-c", "user.useConfigOnly=true", "var", identity],  # noqa: S607
        stdin=subprocess.DEVNULL,
        capture_output=True,
        env=environment,
        check=False,
    )
    return process.returncode == 0
