"""The change of a plugin's folder by an upgrade, completely or not at all, however the process ends.

Everything that is written is prepared in a folder beside the repository's data, with a copy of what it replaces. The
journal says what has begun: after an error or a signal it is undone at once, after the process was killed by the next
upgrade. Git's own lock of the index keeps other git commands out meanwhile.
"""

from __future__ import annotations

import fcntl
import json
import os
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path, PurePath
from typing import Any

from biot_plugin_cli.errors import OperationFailed
from biot_plugin_cli.git.work_tree import Stages, WorkTree
from biot_plugin_cli.template.upgrade_plan import Change
from biot_plugin_cli.terminal.file_writer import write_atomically
from biot_plugin_cli.terminal.signals import complete, is_pending, uninterrupted

__all__ = ["Journal"]

_FOLDER = "biot-plugin-upgrade"
_JOURNAL = "journal.json"
_INDEX, _OLD_INDEX = "index", "index.before"
_TEMPORARY = ".{}.biot-plugin-upgrade"


@dataclass(frozen=True, slots=True)
class Journal:
    """The folder of an upgrade that is running.

    Attributes:
        tree: The plugin's folder.
        folder: The folder for what is prepared.
    """

    tree: WorkTree
    folder: Path

    @classmethod
    @contextmanager
    def open(cls, tree: WorkTree) -> Iterator[Journal]:
        """Start an upgrade, and undo one that was killed.

        Raises:
            OperationFailed: Another one is running.
        """
        folder = tree.git_folder / _FOLDER
        lock = _lock(folder)
        try:
            journal = cls(tree, folder)
            with uninterrupted():
                journal._recover()
            yield journal
        finally:
            with uninterrupted():
                if not (folder / _JOURNAL).exists():
                    shutil.rmtree(folder, ignore_errors=True)
                os.close(lock)

    def apply(self, changes: Sequence[Change], conflicts: Mapping[str, Stages]) -> None:
        """Change the plugin's folder, and mark the conflicts in the index.

        Raises:
            OperationFailed: It cannot be written, or was changed meanwhile; it is as it was before.
            KeyboardInterrupt: A signal arrived meanwhile; it is as it was before.
        """
        try:
            self._prepare(changes, conflicts)
            with uninterrupted():
                self._apply(changes, conflicts)
        except OSError as error:
            place = error.filename2 or error.filename or self.tree.root
            raise OperationFailed(f"Cannot write {place} ({error.strerror}): nothing was changed") from error

    def _prepare(self, changes: Sequence[Change], conflicts: Mapping[str, Stages]) -> None:
        for number, change in enumerate(changes):
            _write(self.folder / f"{number}.before", change.before)
            _write(self.folder / f"{number}.after", change.after)
        shutil.copy(self.tree.index_file, self.folder / _OLD_INDEX)
        shutil.copy(self.tree.index_file, self.folder / _INDEX)
        if conflicts:
            self.tree.mark_conflicts(self.folder / _INDEX, conflicts)

    def _begin(self, changes: Sequence[Change], conflicts: Mapping[str, Stages]) -> None:
        record = {
            "root": str(self.tree.root),
            "head": self.tree.head,
            "conflicts": [*conflicts],
            "folders": _missing_folders(self.tree.root, changes),
            "changes": [
                {"path": change.path, "before": change.before is not None, "after": change.after is not None}
                for change in changes
            ],
        }
        write_atomically(self.folder / _JOURNAL, json.dumps(record).encode())

    def _apply(self, changes: Sequence[Change], conflicts: Mapping[str, Stages]) -> None:
        try:
            self._lock_index()
            self._require_unchanged(changes)
            self._begin(changes, conflicts)
            for change in changes:
                _replace(self.tree.root / change.path, change.after)
                if is_pending():
                    raise KeyboardInterrupt
            self._index_lock.replace(self.tree.index_file)
        except BaseException:
            self._recover()
            raise
        (self.folder / _JOURNAL).unlink()
        complete()

    @property
    def _index_lock(self) -> Path:
        return self.tree.index_file.with_name("index.lock")

    def _lock_index(self) -> None:
        try:
            # A link, so that whoever finds it can tell whose it is.
            os.link(self.folder / _INDEX, self._index_lock)
        except FileExistsError:
            raise OperationFailed(
                f"Another git command is running in {self.tree.root}: wait for its end, or remove {self._index_lock} "
                "if there is none"
            ) from None

    def _require_unchanged(self, changes: Sequence[Change]) -> None:
        is_index_same = self.tree.index_file.read_bytes() == (self.folder / _OLD_INDEX).read_bytes()
        changed = [change.path for change in changes if not _has(self.tree.root / change.path, change.before)]
        if changed or not is_index_same:
            names = ", ".join(changed) or "the index"
            raise OperationFailed(f"Changed during the upgrade: {names}: run it again when nothing else writes there")

    def _recover(self) -> None:
        """Undo what has begun, unless the author has gone on from there with a commit."""
        try:
            if (self.folder / _JOURNAL).exists():
                record = json.loads((self.folder / _JOURNAL).read_bytes())
                if record["head"] == self.tree.head:
                    self._restore(record)
                (self.folder / _JOURNAL).unlink()
            self._unlock_index()
            for file in self.folder.iterdir():
                file.unlink()
        except OSError as error:
            raise OperationFailed(
                f"Cannot undo an interrupted upgrade ({error.filename}: {error.strerror}): mend that, then run "
                "biot-plugin upgrade again"
            ) from error

    def _restore(self, record: Mapping[str, Any]) -> None:
        changes = []
        for number, change in enumerate(record["changes"]):
            before, after = (
                (self.folder / f"{number}.{side}").read_bytes() if change[side] else None
                for side in ("before", "after")
            )
            changes.append(Change(change["path"], before, after))
        _undo(Path(record["root"]), changes, record["folders"])
        if not record["conflicts"]:
            return  # the index is as it was
        if self.tree.index_file.read_bytes() == (self.folder / _INDEX).read_bytes():
            (self.folder / _OLD_INDEX).replace(self.tree.index_file)
        else:
            # Git may have written it since, if only to record when files were changed.
            self._unlock_index()
            WorkTree.open(Path(record["root"])).unmark_conflicts(record["conflicts"])

    def _unlock_index(self) -> None:
        with suppress(FileNotFoundError):
            if self._index_lock.samefile(self.folder / _INDEX):
                self._index_lock.unlink()


def _lock(folder: Path) -> int:
    while True:
        try:
            folder.mkdir(exist_ok=True)
            lock = os.open(folder, os.O_RDONLY)
        except OSError as error:
            raise OperationFailed(f"Cannot write {folder} ({error.strerror}): make it writable") from error
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(lock)
            raise OperationFailed("Another upgrade of this repository is running: wait for its end") from None
        except OSError:  # some network file systems have no locks for folders
            return lock
        with suppress(FileNotFoundError):
            if os.path.samestat(os.fstat(lock), folder.stat()):
                return lock
        os.close(lock)  # another process has just ended and deleted it


def _missing_folders(root: Path, changes: Sequence[Change]) -> list[str]:
    """List the folders that new files need, the innermost first."""
    folders = {folder for change in changes if change.after is not None for folder in PurePath(change.path).parents}
    missing = [folder.as_posix() for folder in folders if not (root / folder).exists()]
    return sorted(missing, key=len, reverse=True)


def _undo(root: Path, changes: Sequence[Change], folders: Sequence[str]) -> None:
    """Restore what was replaced; a file that was changed since is left alone."""
    # From the end, since a file may have been removed for a folder of its name.
    for change in reversed(changes):
        file = root / change.path
        if file.parent.is_dir():
            _temporary(file).unlink(missing_ok=True)
        if change.before is None and change.after is not None and _has(file, change.after):
            file.unlink()
    for folder in folders:
        with suppress(OSError):
            (root / folder).rmdir()
    for change in changes:
        if change.before not in (None, change.after) and _has(root / change.path, change.after):
            _replace(root / change.path, change.before)


def _replace(file: Path, content: bytes | None) -> None:
    """Write or remove a file in one step; its mode stays."""
    if content is None:
        file.unlink()
        _remove_empty_parents(file)
        return
    file.parent.mkdir(parents=True, exist_ok=True)
    temporary = _temporary(file)
    with temporary.open("xb") as opened:
        opened.write(content)
    with suppress(FileNotFoundError):
        shutil.copymode(file, temporary)
    temporary.replace(file)


def _temporary(file: Path) -> Path:
    return file.with_name(_TEMPORARY.format(file.name))


def _remove_empty_parents(file: Path) -> None:
    """Remove the folders that hold nothing any more, as git does."""
    with suppress(OSError):
        for parent in file.parents:
            parent.rmdir()


def _has(file: Path, content: bytes | None) -> bool:
    """Tell whether a file has some content; None if there is no file."""
    try:
        return file.read_bytes() == content
    except (FileNotFoundError, NotADirectoryError):
        return content is None
    except OSError:
        return False


def _write(file: Path, content: bytes | None) -> None:
    if content is not None:
        file.write_bytes(content)
