"""The stream for `git fast-import` that records the template's versions as commits.

Authors and dates are fixed, so that the same files make the same repository on every machine.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path

from biot_plugin_cli.errors import OperationFailed
from biot_plugin_cli.git.environment import isolated
from biot_plugin_cli.git.runner import git

__all__ = ["encode_changes", "encode_version", "import_stream", "import_versions"]

_BRANCH = b"refs/heads/main"
_AUTHOR = b"BioT plugin template <template@biot-plugin>"
_EPOCH = 1_767_225_600  # 2026-01-01; version N is dated N seconds later


def import_versions(repository: Path, stream: bytes) -> tuple[str, ...]:
    """Create a bare repository from a stream.

    Returns:
        The versions in it, oldest first: the tags 1, 2, ...

    Raises:
        OperationFailed: The stream is damaged.
    """
    options = ("--quiet", "--bare", "--initial-branch=main", "--template=")
    git(Path(repository.anchor), "init", *options, str(repository), environment=isolated())
    import_stream(repository, stream)
    tags = git(repository, "for-each-ref", "--format=%(refname:lstrip=2)", "refs/tags", environment=isolated()).split()
    versions = tuple(sorted(tags, key=int))
    if versions != tuple(str(number + 1) for number in range(len(versions))):
        raise OperationFailed(
            f"The template history is damaged (it has the versions {', '.join(versions)}): reinstall biot-plugin-cli"
        )
    return versions


def import_stream(repository: Path, stream: bytes) -> None:
    """Import a stream into a repository."""
    git(repository, "fast-import", "--quiet", stdin=stream, environment=isolated())


def encode_changes(repository: Path, version: str | None, files: Mapping[str, bytes]) -> bytes:
    """Encode the changes from a version to new files.

    Args:
        repository: The repository with the version.
        version: The version; None when there is none.
        files: The content of the new files, by path.

    Returns:
        The changes for `encode_version`; empty if nothing changed.
    """
    blobs = _blob_ids(repository, version) if version else {}
    changed = [_modify(path, content) for path, content in files.items() if blobs.get(path) != _blob_id(content)]
    deleted = [b"D " + path.encode() + b"\n" for path in blobs if path not in files]
    return b"".join((*deleted, *changed))


def encode_version(version: str, number: int, changes: bytes, *, has_parent: bool) -> bytes:
    """Encode a version as a commit with a tag.

    Args:
        version: The name of the tag.
        number: The position of the version, starting at 1.
        changes: The result of `encode_changes`.
        has_parent: Whether the branch exists from an earlier stream.
    """
    signature = b"%s %d +0000\n" % (_AUTHOR, _EPOCH + number)
    lines = [b"commit " + _BRANCH + b"\n", b"author " + signature, b"committer " + signature]
    lines.append(_data(b"Template version " + version.encode() + b"\n"))
    if has_parent:
        lines.append(b"from " + _BRANCH + b"^0\n")
    tag = b"reset refs/tags/" + version.encode() + b"\nfrom " + _BRANCH + b"\n\n"
    return b"".join((*lines, changes, b"\n", tag))


def _blob_ids(repository: Path, version: str) -> dict[str, str]:
    lines = git(repository, "ls-tree", "-r", "-z", f"refs/tags/{version}", environment=isolated()).split("\0")
    entries = (line.partition("\t") for line in lines if line)
    return {path: description.split()[2] for description, _, path in entries}


def _blob_id(content: bytes) -> str:
    return hashlib.sha1(b"blob %d\0" % len(content) + content, usedforsecurity=False).hexdigest()


def _modify(path: str, content: bytes) -> bytes:
    return b"M 100644 inline " + path.encode() + b"\n" + _data(content)


def _data(content: bytes) -> bytes:
    return b"data %d\n" % len(content) + content + b"\n"
