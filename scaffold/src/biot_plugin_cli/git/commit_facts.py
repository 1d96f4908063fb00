"""What a repository says of a commit: when it was made, by whom, and how it is tagged."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from biot_plugin_cli.errors import OperationFailed
from biot_plugin_cli.git.runner import git

__all__ = ["CommitFacts", "commit_facts"]


@dataclass(frozen=True, slots=True)
class CommitFacts:
    """The facts of a commit.

    Attributes:
        seconds: When it was made, in seconds since 1970.
        author: The name of who wrote it.
        committer: The name of who committed it.
        subject: The first line of its message.
        tags: Its tags, sorted.
    """

    seconds: int
    author: str
    committer: str
    subject: str
    tags: tuple[str, ...]


def commit_facts(root: Path, commit: str) -> CommitFacts | None:
    """Read what a repository says of a commit; None if it cannot.

    Args:
        root: A folder in the repository.
        commit: The id of the commit.
    """
    try:
        text = git(root, "show", "--no-patch", "--format=%ct%x00%an%x00%cn%x00%s", commit)
        tags = git(root, "tag", "--points-at", commit)
    except OperationFailed:
        return None
    # Of a text in an encoding that git does not know, nothing may get lost in a file of UTF-8.
    seconds, author, committer, subject = text.encode(errors="replace").decode(errors="replace").split("\0")
    return CommitFacts(int(seconds), author, committer, subject, tuple(sorted(tags.splitlines())))
