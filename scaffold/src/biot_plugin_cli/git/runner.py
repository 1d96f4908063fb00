"""Running git, isolated from a surrounding git command, from hooks and from commit signing."""

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
"""The environment variables by which git, when it runs a hook, binds nested git commands to one repository."""

# The output is parsed, and quoted in English messages.
_LOCALE = {"LC_ALL": "C"}
_COMMIT_SETTINGS = ("-c", "commit.gpgSign=false", "-c", f"core.hooksPath={os.devnull}")
_FALLBACK_IDENTITY = ("-c", "user.name=new-plugin", "-c", "user.email=new-plugin@localhost")
_FALLBACK_BRANCH = "main"

_PROBLEM = re.compile(r"(?:fatal|error): ")


class GitFailed(OperationFailed):
    """A git command failed.

    Attributes:
        reason: The reason, in git's own words.
        remedy: The command that git suggests; empty when it suggests none.
    """

    def __init__(self, command: str, folder: Path, stderr: str) -> None:
        lines = [line.strip() for line in stderr.splitlines() if line.strip()] or ["no reason given"]
        first = next((number for number, line in enumerate(lines) if _PROBLEM.match(line)), len(lines) - 1)
        # A line that ends with a colon continues on the next one.
        sentence = lines[first : first + 2] if lines[first].endswith(":") else lines[first : first + 1]
        self.reason = _PROBLEM.sub("", " ".join(sentence), count=1)
        self.remedy = lines[-1] if lines[-1].startswith("git ") else ""
        advice = f": run {self.remedy}" if self.remedy else ""
        super().__init__(f"git {command} failed in {folder}: {self.reason}{advice}")


def require_git() -> None:
    """Check that git is installed.

    Raises:
        OperationFailed: It is not.
    """
    if shutil.which("git") is None:
        raise OperationFailed("git not found on PATH: install git and try again")


def git(folder: Path, *arguments: str, stdin: bytes | None = None) -> str:
    """Run git in a folder.

    Args:
        folder: The working directory.
        *arguments: The command line.
        stdin: The standard input.

    Returns:
        The standard output, without the final newline.

    Raises:
        GitFailed: The exit code is not 0.
    """
    environment = {key: value for key, value in os.environ.items() if key not in LOCAL_VARIABLES}
    process = subprocess.run(  # noqa: S603
        ["git", "-C", str(folder), *arguments],  # noqa: S607
        input=stdin,
        stdin=None if stdin is not None else subprocess.DEVNULL,
        capture_output=True,
        env={**environment, **_LOCALE},
        check=False,
    )
    if process.returncode:
        raise GitFailed(arguments[0], folder, process.stderr.decode(errors="replace"))
    return process.stdout.decode(errors="surrogateescape").removesuffix("\n")


def initialise(folder: Path) -> None:
    """Create a repository whose first branch is the user's default branch, or `main`."""
    branch = _setting(folder, "init.defaultBranch") or _FALLBACK_BRANCH
    git(folder, "init", "--quiet", "--initial-branch", branch)


def commit_all(folder: Path, message: str) -> str:
    """Commit everything in a folder, with the user's identity if git is configured with one.

    Returns:
        The commit id.
    """
    git(folder, "add", "--all")
    git(
        folder,
        *(() if _has_identity(folder) else _FALLBACK_IDENTITY),
        *_COMMIT_SETTINGS,
        *("commit", "--quiet", "--message", message),
    )
    return git(folder, "rev-parse", "HEAD")


def _setting(folder: Path, key: str) -> str:
    try:
        return git(folder, "config", "--get", key)
    except OperationFailed:
        return ""


def _has_identity(folder: Path) -> bool:
    try:
        git(folder, "-c", "user.useConfigOnly=true", "var", "GIT_COMMITTER_IDENT")
        git(folder, "-c", "user.useConfigOnly=true", "var", "GIT_AUTHOR_IDENT")
    except OperationFailed:
        return False
    return True
