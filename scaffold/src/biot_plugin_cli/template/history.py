"""The template of plugin repositories, with all its released versions, as a git repository.

A plugin is brought up to a newer template by a three-way merge, which needs the version that the plugin was made from.
So every released version travels with this package: `history.fi` is a stream for `git fast-import` in which each
version is a commit that holds what it changed, tagged `1`, `2`, ...; `plugin/` is the present template. Where that is
not yet released it becomes one more version that names its content, such as `3.dev0+1f0c2a9b7d3e`.

The commits have fixed authors and dates: the same files make the same repository on every machine. Run
`python -m biot_plugin_cli.template.history release` to append the present template to the history.
"""

from __future__ import annotations

import hashlib
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from biot_plugin_cli.errors import OperationFailed, UsageError
from biot_plugin_cli.git.runner import git

__all__ = ["Template", "open_template", "release"]

FOLDER = Path(__file__).parents[1] / "_templates"
_HISTORY = "history.fi"
_PRESENT = "plugin"
_BRANCH = "refs/heads/main"
_AUTHOR = b"BioT plugin template <template@biot-plugin>"
_EPOCH = 1_767_225_600  # 2026-01-01; version N is dated N seconds later
_IGNORED = frozenset({".DS_Store", "__pycache__"})


@dataclass(frozen=True, slots=True)
class Template:
    """The template's versions in a temporary bare repository.

    Attributes:
        repository: The bare repository.
        versions: The versions it holds as tags, oldest first; the last one is the present template.
    """

    repository: Path
    versions: tuple[str, ...]

    @property
    def newest(self) -> str:
        """The version of the present template."""
        return self.versions[-1]


@contextmanager
def open_template(folder: Path | None = None) -> Iterator[Template]:
    """Make the repository of the template's versions; it is gone after the context.

    Args:
        folder: The folder of `plugin/` and `history.fi`; this package's own when None.
    """
    folder = folder or FOLDER
    with tempfile.TemporaryDirectory(prefix="biot-plugin-template-") as temporary:
        repository = Path(temporary) / "template.git"
        released = _import_history(repository, _read_history(folder))
        unreleased = _next_version(repository, released, _read_present(folder))
        if not unreleased:
            yield Template(repository, released)
            return
        version = f"{len(released) + 1}.dev0+{hashlib.sha256(unreleased).hexdigest()[:12]}"
        git(repository, "fast-import", "--quiet", stdin=_commit(version, len(released) + 1, unreleased, bool(released)))
        yield Template(repository, (*released, version))


def release(folder: Path | None = None) -> str | None:
    """Append the present template to the history as the next version.

    Args:
        folder: As in `open_template`.

    Returns:
        The new version, or None when the newest released version is the present template.
    """
    folder = folder or FOLDER
    history = _read_history(folder)
    with tempfile.TemporaryDirectory(prefix="biot-plugin-template-") as temporary:
        repository = Path(temporary) / "template.git"
        released = _import_history(repository, history)
        changes = _next_version(repository, released, _read_present(folder))
    if not changes:
        return None
    number = len(released) + 1
    (folder / _HISTORY).write_bytes(history + _commit(str(number), number, changes, following=False))
    return str(number)


def _read_history(folder: Path) -> bytes:
    file = folder / _HISTORY
    return file.read_bytes() if file.exists() else b""


def _read_present(folder: Path) -> dict[str, bytes]:
    root = folder / _PRESENT
    files = (path for path in sorted(root.rglob("*")) if path.is_file() and not _IGNORED.intersection(path.parts))
    present = {path.relative_to(root).as_posix(): path.read_bytes() for path in files}
    if not present:
        raise OperationFailed(f"The template is missing from {root}: install biot-plugin-cli again")
    return present


def _import_history(repository: Path, history: bytes) -> tuple[str, ...]:
    """Make the repository from the stream, and give the versions it holds, oldest first."""
    git(Path(repository.anchor), "init", "--quiet", "--bare", "--initial-branch=main", "--template=", str(repository))
    git(repository, "fast-import", "--quiet", stdin=history)
    tags = git(repository, "for-each-ref", "--format=%(refname:lstrip=2)", "refs/tags").split()
    versions = tuple(sorted(tags, key=int))
    if versions != tuple(str(number + 1) for number in range(len(versions))):
        raise OperationFailed(f"{_HISTORY} is damaged, it holds the versions {', '.join(versions)}")
    return versions


def _next_version(repository: Path, released: tuple[str, ...], present: Mapping[str, bytes]) -> bytes:
    """Write what the present template changes in the newest released one, as a stream; empty when that is nothing."""
    known = _released_blobs(repository, released[-1]) if released else {}
    changed = [_modify(path, content) for path, content in present.items() if known.get(path) != _blob_id(content)]
    removed = [b"D " + path.encode() + b"\n" for path in known if path not in present]
    return b"".join((*removed, *changed))


def _released_blobs(repository: Path, version: str) -> dict[str, str]:
    lines = git(repository, "ls-tree", "-r", "-z", f"refs/tags/{version}").split("\0")
    entries = (line.partition("\t") for line in lines if line)
    return {path: description.split()[2] for description, _, path in entries}


def _blob_id(content: bytes) -> str:
    return hashlib.sha1(b"blob %d\0" % len(content) + content, usedforsecurity=False).hexdigest()


def _modify(path: str, content: bytes) -> bytes:
    return b"M 100644 inline " + path.encode() + b"\n" + _data(content)


def _data(content: bytes) -> bytes:
    return b"data %d\n" % len(content) + content + b"\n"


def _commit(version: str, number: int, changes: bytes, following: bool) -> bytes:
    """Write one commit and its tag; `following` says that the branch is there from an earlier stream."""
    who = b"%s %d +0000\n" % (_AUTHOR, _EPOCH + number)
    lines = [b"commit " + _BRANCH.encode() + b"\n", b"author " + who, b"committer " + who]
    lines.append(_data(b"Template version " + version.encode() + b"\n"))
    if following:
        lines.append(b"from " + _BRANCH.encode() + b"^0\n")
    tag = b"reset refs/tags/" + version.encode() + b"\nfrom " + _BRANCH.encode() + b"\n\n"
    return b"".join((*lines, changes, b"\n", tag))


def _main(arguments: list[str]) -> None:
    if arguments != ["release"]:
        raise UsageError("The only maintenance command is: python -m biot_plugin_cli.template.history release")
    version = release()
    sys.stdout.write(f"released template version {version}\n" if version else "nothing to release\n")


if __name__ == "__main__":
    _main(sys.argv[1:])
