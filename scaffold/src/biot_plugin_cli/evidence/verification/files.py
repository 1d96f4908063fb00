"""Whether the files of a folder are those that its list names, byte by byte, and no others."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from pathlib import Path

from biot_plugin_cli.archive.regular_files import hash_file
from biot_plugin_cli.errors import OperationFailed
from biot_plugin_cli.evidence.integrity import copies, hash_list
from biot_plugin_cli.evidence.integrity.hash_list import SIGNATURES, HashList
from biot_plugin_cli.evidence.verification.difference import Difference
from biot_plugin_cli.evidence.verification.members import explain

__all__ = ["compare_files"]

_MAX_EXPLAINED = 100_000_000


def compare_files(folder: Path, expected: HashList) -> list[Difference]:
    """Compare the files of a folder with its list, sorted by name.

    Args:
        folder: The folder; links in it are not followed.
        expected: Its list.
    """
    present = dict(_walk(folder))
    found = [*_others(present, expected), *_changed(folder, present, expected)]
    return sorted(found, key=lambda item: (item.name, item.member))


def _walk(folder: Path) -> Iterator[tuple[str, str]]:
    """Yield each file of a folder, with what it is if it is no regular one."""
    for parent, folders, files in os.walk(folder, followlinks=False):
        for name in [*folders, *files]:
            path = Path(parent, name)
            mode = path.lstat().st_mode
            relative = path.relative_to(folder).as_posix()
            if stat.S_ISLNK(mode):
                yield relative, "is a link"
            elif stat.S_ISREG(mode):
                yield relative, ""
            elif not stat.S_ISDIR(mode):
                yield relative, "is no regular file"


def _others(present: dict[str, str], expected: HashList) -> Iterator[Difference]:
    own = {*expected.files, hash_list.FILE_NAME, *SIGNATURES.values()}
    for name, kind in present.items():
        if kind:
            yield Difference("evidence", name, f"{kind}, and evidence has none")
        elif name not in own:
            yield Difference("evidence", name, "was added")


def _changed(folder: Path, present: dict[str, str], expected: HashList) -> Iterator[Difference]:
    changed: dict[str, str] = {}
    for name, sha256 in expected.files.items():
        if name not in present:
            yield Difference("evidence", name, "is missing", sha256)
        elif not present[name]:
            try:
                actual = hash_file(folder / name)
            except OperationFailed as error:
                yield Difference("evidence", name, f"cannot be read ({error})")
                continue
            if actual != sha256:
                changed[name] = actual
    originals = copies.read_copies(folder / copies.FILE_NAME) if changed and copies.FILE_NAME not in changed else {}
    for name, actual in changed.items():
        explained = _explain(folder / name, name, originals.get(name))
        yield from explained or [Difference("evidence", name, "was changed", expected.files[name], actual)]


def _explain(file: Path, name: str, original: bytes | None) -> list[Difference]:
    if original is None or file.stat().st_size > _MAX_EXPLAINED:
        return []
    return explain(name, original, file.read_bytes())
