"""Running git, isolated from the machine's settings, from hooks and from a surrounding git command."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path

from biot_plugin_cli.errors import OperationFailed
from biot_plugin_cli.git.environment import isolated_for
from biot_plugin_cli.git.identity import identity_options

__all__ = ["GitFailed", "commit_all", "default_branch", "git", "initialise", "require_git", "run_git"]

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


def git(folder: Path, *arguments: str, stdin: bytes | None = None, environment: Mapping[str, str] | None = None) -> str:
    """Run git in a folder.

    Args:
        folder: The working directory.
        *arguments: The command line.
        stdin: The standard input.
        environment: All environment variables; those of `isolated_for` the folder when None.

    Returns:
        The standard output, without the final newline.

    Raises:
        GitFailed: The exit code is not 0.
    """
    _, output = run_git(folder, *arguments, stdin=stdin, environment=environment)
    return output.decode(errors="surrogateescape").removesuffix("\n")


def run_git(
    folder: Path,
    *arguments: str,
    stdin: bytes | None = None,
    environment: Mapping[str, str] | None = None,
    allowed: range = range(1),
) -> tuple[int, bytes]:
    """Run a git command whose output is not text, or whose exit code tells more than success.

    Args:
        folder: As for `git`.
        *arguments: As for `git`.
        stdin: As for `git`.
        environment: As for `git`.
        allowed: The exit codes that are not a failure.

    Returns:
        The exit code and the standard output.

    Raises:
        GitFailed: The exit code is another one.
    """
    process = subprocess.run(  # noqa: S603
        ["git", "-C", str(folder), *arguments],  # noqa: S607
        input=stdin,
        stdin=None if stdin is not None else subprocess.DEVNULL,
        capture_output=True,
        env=isolated_for(folder) if environment is None else environment,
        check=False,
    )
    if process.returncode not in allowed:
        raise GitFailed(arguments[0], folder, process.stderr.decode(errors="replace"))
    return process.returncode, process.stdout


def initialise(folder: Path) -> None:
    """Create a repository whose first branch is the user's default branch, or `main`."""
    environment = isolated_for(folder)
    git(folder, "init", "--quiet", "--initial-branch", default_branch(folder), environment=environment)


def commit_all(folder: Path, message: str, *, ignored: bool = False) -> str:
    """Commit everything in a folder, with the user's identity if git is configured with one.

    Args:
        folder: The folder.
        message: The commit message.
        ignored: Whether to commit ignored files too.

    Returns:
        The commit id.
    """
    environment = isolated_for(folder)
    git(folder, "add", "--all", *(["--force"] if ignored else []), environment=environment)
    identity = identity_options(folder, environment)
    git(folder, *identity, "commit", "--quiet", "--no-verify", "--message", message, environment=environment)
    return git(folder, "rev-parse", "HEAD", environment=environment)


def default_branch(folder: Path) -> str:
    """Return the user's name for the first branch of a new repository, or `main`."""
    try:
        return git(folder, "config", "--get", "init.defaultBranch") or _FALLBACK_BRANCH
    except OperationFailed:
        return _FALLBACK_BRANCH
