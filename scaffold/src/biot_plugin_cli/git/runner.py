"""Git, as the scaffold uses it: no hook, no signature, no variable of a surrounding git command gets in the way."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path

from biot_plugin_cli.errors import OperationFailed

__all__ = ["LOCAL_VARIABLES", "GitFailed", "commit_all", "git", "initialise", "require_git"]

LOCAL_VARIABLES = (
    "GIT_ALTERNATE_OBJECT_DIRECTORIES",
    "GIT_COMMON_DIR",
    "GIT_DIR",
    "GIT_INDEX_FILE",
    "GIT_NAMESPACE",
    "GIT_OBJECT_DIRECTORY",
    "GIT_PREFIX",
    "GIT_WORK_TREE",
)
"""The variables by which git, when it runs a hook, ties every git command under it to one repository."""

_FALLBACK_IDENTITY = ("-c", "user.name=new-plugin", "-c", "user.email=new-plugin@localhost")
_PROBLEM = re.compile(r"(?:fatal|error): ")


class GitFailed(OperationFailed):
    """Git was run, and failed.

    Attributes:
        reason: Why, in git's own words.
        remedy: The command line that git says would help; empty where it says none.
    """

    def __init__(self, command: str, folder: Path, said: str) -> None:
        lines = [line.strip() for line in said.splitlines() if line.strip()] or ["no reason given"]
        first = next((number for number, line in enumerate(lines) if _PROBLEM.match(line)), len(lines) - 1)
        # What ends with a colon goes on in the next line.
        whole = lines[first : first + 2] if lines[first].endswith(":") else lines[first : first + 1]
        self.reason = _PROBLEM.sub("", " ".join(whole), count=1)
        self.remedy = lines[-1] if lines[-1].startswith("git ") else ""
        advice = f": run {self.remedy}" if self.remedy else ""
        super().__init__(f"git {command} failed in {folder}: {self.reason}{advice}")


def require_git() -> None:
    """Make sure that git is there.

    Raises:
        OperationFailed: It is not.
    """
    if shutil.which("git") is None:
        raise OperationFailed("git was not found on PATH: install git and run this again")


def git(folder: Path, *arguments: str, stdin: bytes | None = None) -> str:
    """Run git in a folder.

    Args:
        folder: Where to run it.
        *arguments: Its command line.
        stdin: What it reads.

    Returns:
        What it wrote on stdout, without the end of the last line.

    Raises:
        GitFailed: It failed.
    """
    environment = {key: value for key, value in os.environ.items() if key not in LOCAL_VARIABLES}
    done = subprocess.run(  # noqa: S603
        ["git", "-C", str(folder), *arguments],  # noqa: S607
        input=stdin,
        stdin=None if stdin is not None else subprocess.DEVNULL,
        capture_output=True,
        # What it says is read here, and goes into English sentences.
        env={**environment, "LC_ALL": "C"},
        check=False,
    )
    if done.returncode:
        raise GitFailed(arguments[0], folder, done.stderr.decode(errors="replace"))
    return done.stdout.decode(errors="surrogateescape").removesuffix("\n")


def initialise(folder: Path) -> None:
    """Make a repository whose first branch is the user's default one, or `main`."""
    git(folder, "init", "--quiet", "--initial-branch", _configured(folder, "init.defaultBranch") or "main")


def commit_all(folder: Path, message: str) -> str:
    """Commit everything in a folder, as the user where git knows who that is.

    Returns:
        The commit's id.
    """
    git(folder, "add", "--all")
    git(
        folder,
        *(() if _knows_user(folder) else _FALLBACK_IDENTITY),
        *("-c", "commit.gpgSign=false", "-c", f"core.hooksPath={os.devnull}"),
        *("commit", "--quiet", "--message", message),
    )
    return git(folder, "rev-parse", "HEAD")


def _configured(folder: Path, key: str) -> str:
    try:
        return git(folder, "config", "--get", key)
    except OperationFailed:
        return ""


def _knows_user(folder: Path) -> bool:
    try:
        git(folder, "-c", "user.useConfigOnly=true", "var", "GIT_COMMITTER_IDENT")
        git(folder, "-c", "user.useConfigOnly=true", "var", "GIT_AUTHOR_IDENT")
    except OperationFailed:
        return False
    return True
