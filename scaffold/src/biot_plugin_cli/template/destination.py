"""The folder that a new repository is created in: a missing one, an empty one, or one with an empty repository.

A missing folder appears in one step. One that is there stays the folder that it is, as it may be a mount, a link, or
where somebody's shell is: it is filled with what was made in a folder inside it, and emptied again if that fails.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from biot_plugin_cli.errors import OperationFailed
from biot_plugin_cli.git.runner import GitFailed, commit_all, git, initialise
from biot_plugin_cli.terminal.scratch import is_scratch_folder, scratch_folder
from biot_plugin_cli.terminal.signals import complete, is_pending, uninterrupted

__all__ = ["Destination", "Staging", "locate", "staged"]

_SCRATCH = ".new-plugin-"
_GIT = ".git"
_CONTENT = "plugin"


@dataclass(frozen=True, slots=True)
class Destination:
    """The folder of a new repository.

    Attributes:
        folder: Its absolute path.
        exists: Whether it is there already.
        has_repository: Whether it has a repository, to which the commit is added.
    """

    folder: Path
    exists: bool
    has_repository: bool

    @classmethod
    def of(cls, folder: Path) -> Destination:
        """Inspect a folder.

        Raises:
            OperationFailed: It cannot be used.
        """
        located = locate(folder)
        try:
            names = {path.name for path in located.iterdir() if not is_scratch_folder(path.name, _SCRATCH)}
        except FileNotFoundError:
            if located.is_symlink():
                raise OperationFailed(f"{folder} is a link to a folder that does not exist: create that one") from None
            return cls(located, exists=False, has_repository=False)
        except OSError as error:
            raise OperationFailed(f"Cannot use {folder} ({error.strerror}): choose another folder") from error
        if names - {_GIT}:
            raise OperationFailed(f"{folder} is not empty: choose an empty folder, or one that does not exist yet")
        if names:
            _require_empty_repository(located)
        return cls(located, exists=True, has_repository=bool(names))


@dataclass(frozen=True, slots=True)
class Staging:
    """Where a repository is made before it is published.

    Attributes:
        destination: Where it is published.
        folder: A folder that does not exist yet, for its files.
        top: What is moved to a destination that does not exist: the folder, or the topmost parent that is missing too.
    """

    destination: Destination
    folder: Path
    top: Path

    def publish(self, message: str) -> str:
        """Commit the files, and bring them to the destination.

        Args:
            message: The commit message.

        Returns:
            The commit id.

        Raises:
            OperationFailed: That is not possible; the destination is as it was.
            KeyboardInterrupt: A signal arrived; the destination is as it was.
        """
        if self.destination.has_repository:
            with self._published(), _same_index(self.destination.folder):
                return commit_all(self.destination.folder, message, ignored=True)
        initialise(self.folder)
        commit = commit_all(self.folder, message, ignored=True)
        with self._published():
            return commit

    @contextmanager
    def _published(self) -> Iterator[None]:
        with uninterrupted():
            if is_pending():
                raise KeyboardInterrupt
            if self.destination.exists:
                with _filled(self.folder, self.destination.folder):
                    yield
            else:
                # Path.rename promises nowhere that it replaces an empty folder, which somebody may just have created.
                os.rename(self.top, self._final_top())  # noqa: PTH104
                yield
            complete()

    def _final_top(self) -> Path:
        below = self.folder.relative_to(self.top).parts
        return self.destination.folder.parents[len(below) - 1] if below else self.destination.folder


@contextmanager
def staged(destination: Destination) -> Iterator[Staging]:
    """Create a staging folder where its files can be moved from at once, and delete it at the end of the context.

    Raises:
        OperationFailed: It cannot be written.
    """
    folder = destination.folder
    # What is moved in one step: the folder, or the topmost of its parents that are missing.
    top = next(path for path in (folder, *folder.parents) if path.parent.exists())
    try:
        with scratch_folder(folder if destination.exists else top.parent, _SCRATCH) as scratch:
            if destination.exists:
                yield Staging(destination, scratch / _CONTENT, scratch / _CONTENT)
            else:
                staging = scratch / folder.relative_to(top.parent)
                staging.parent.mkdir(parents=True, exist_ok=True)
                yield Staging(destination, staging, scratch / top.name)
    except OSError as error:
        raise OperationFailed(f"Cannot create {folder} ({error.strerror or error}): choose another folder") from error


def locate(folder: Path) -> Path:
    """Return the absolute path of a folder, whose last part is its name."""
    return folder.resolve() if ".." in folder.parts else folder.absolute()


def _require_empty_repository(folder: Path) -> None:
    """Check that nothing would be lost or deleted by a commit of all files in the folder."""
    try:
        top = git(folder, "rev-parse", "--show-toplevel")
        tracked = git(folder, "ls-files")
        committed = _is_born(folder) and git(folder, "ls-tree", "--name-only", "HEAD")
    except GitFailed as error:
        raise OperationFailed(f"The repository in {folder} cannot be used ({error.reason}): remove it") from error
    if not os.path.samefile(top, folder):  # noqa: PTH121 - of two texts
        raise OperationFailed(f"{folder} is not the top folder of its repository {top}: choose another folder")
    if tracked or committed:
        raise OperationFailed(f"The repository in {folder} has files in it already: choose another folder")


def _is_born(folder: Path) -> bool:
    with suppress(GitFailed):
        return bool(git(folder, "rev-parse", "--verify", "--quiet", "HEAD"))
    return False


@contextmanager
def _filled(source: Path, target: Path) -> Iterator[None]:
    """Move all entries of a folder into another one, and back if the context fails."""
    moved: list[str] = []
    try:
        for path in sorted(source.iterdir()):
            if os.path.lexists(target / path.name):
                raise OperationFailed(f"{target / path.name} was created meanwhile: choose an empty folder")
            path.rename(target / path.name)
            moved.append(path.name)
        yield
    except BaseException:
        for name in moved:
            (target / name).rename(source / name)
        raise


@contextmanager
def _same_index(folder: Path) -> Iterator[None]:
    """Restore the index if the context fails."""
    index = folder / git(folder, "rev-parse", "--git-path", "index")
    before = index.read_bytes() if index.exists() else None
    try:
        yield
    except BaseException:
        if before is None:
            index.unlink(missing_ok=True)
        else:
            index.write_bytes(before)
        raise
