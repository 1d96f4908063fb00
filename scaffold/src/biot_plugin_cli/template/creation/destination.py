"""The folder that a new repository is created in: a missing one, an empty one, or one with an empty repository.

A repository is empty if all that it has is what a hosting service puts into a new one: a README, a licence, and files
that say what git should ignore or how it should treat files.

A missing folder appears in one step. One that is there stays the folder that it is, as it may be a mount, a link, or
where somebody's shell is: it is filled with what was made in a folder inside it, and emptied again if that fails.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path

from biot_plugin_cli.errors import OperationFailed
from biot_plugin_cli.git.environment import isolated_for
from biot_plugin_cli.git.runner import GitFailed, commit_all, default_branch, git, initialise, run_git
from biot_plugin_cli.terminal.scratch import is_scratch_folder, scratch_folder
from biot_plugin_cli.terminal.signals import complete, is_pending, uninterrupted

__all__ = ["Destination", "Staging", "locate", "staged"]

_SCRATCH = ".new-plugin-"
_GIT = ".git"
_CONTENT = "plugin"
_IGNORED = ".gitignore"
_README = "README.md"
# What hosting services offer to put into a new repository.
_INITIAL = ("README*", "LICENSE*", "LICENCE*", "COPYING*", "NOTICE*", ".gitattributes", _IGNORED)


@dataclass(frozen=True, slots=True)
class Destination:
    """The folder of a new repository.

    Attributes:
        folder: Its absolute path.
        exists: Whether it is there already.
        has_repository: Whether it has a repository, to which the commit is added.
        initial: The names of the files that this repository has; git has a copy of each.
    """

    folder: Path
    exists: bool
    has_repository: bool
    initial: frozenset[str] = frozenset()

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
        initial = frozenset(names - {_GIT})
        if initial and (
            _GIT not in names or not all(any(fnmatch(name, form) for form in _INITIAL) for name in initial)
        ):
            raise OperationFailed(f"{folder} is not empty: choose an empty folder, or one that does not exist yet")
        if names:
            _require_empty_repository(located, initial)
        return cls(located, exists=True, has_repository=bool(names), initial=initial)

    @property
    def replaced(self) -> frozenset[str]:
        """The files whose place is taken by the plugin's own."""
        return self.initial & {_README, _IGNORED}

    def surrounding_repository(self) -> Path | None:
        """Find the repository that the folder would be a part of without one of its own.

        Returns:
            The top folder of its work tree; None if there is none, or if it ignores the folder.

        Raises:
            OperationFailed: Git refuses to read it.
        """
        base = next(path for path in (self.folder, *self.folder.parents) if path.is_dir())
        try:
            top = Path(git(base, "rev-parse", "--show-toplevel"))
            # This command takes every path literally, and refuses the variable that asks for it.
            environment = {**isolated_for(base), "GIT_LITERAL_PATHSPECS": "0"}
            command = ("check-ignore", "--quiet", str(self.folder))
            ignored, _ = run_git(base, *command, environment=environment, allowed=range(2))
        except GitFailed as error:
            if error.remedy:
                raise
            return None
        return None if ignored == 0 else top

    def branch(self) -> str:
        """Return the name of the branch that the commit is made on."""
        if self.has_repository:
            with suppress(GitFailed):
                return git(self.folder, "symbolic-ref", "--short", "HEAD")
        return default_branch(next(path for path in (self.folder, *self.folder.parents) if path.is_dir()))


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

    def publish(self, message: str | None) -> str | None:
        """Commit the files, and bring them to the destination.

        Args:
            message: The commit message; None for no repository and no commit.

        Returns:
            The commit id, if there is a commit.

        Raises:
            OperationFailed: That is not possible; the destination is as it was.
            KeyboardInterrupt: A signal arrived; the destination is as it was.
        """
        self._retain_initial()
        if message is None:
            with self._published():
                return None
        if self.destination.has_repository:
            with self._published(), _same_index(self.destination.folder):
                return commit_all(self.destination.folder, message, ignored=True)
        initialise(self.folder)
        commit = commit_all(self.folder, message, ignored=True)
        with self._published():
            return commit

    def _retain_initial(self) -> None:
        """Ignore what the repository ignores, too."""
        if _IGNORED in self.destination.replaced:
            before = (self.destination.folder / _IGNORED).read_text(encoding="utf-8", errors="surrogateescape")
            own = (self.folder / _IGNORED).read_text(encoding="utf-8")
            known = {*own.splitlines()}
            more = [line for line in before.splitlines() if line.strip() and line not in known]
            text = "\n".join([own.rstrip("\n"), "", *more, ""]) if more else own
            (self.folder / _IGNORED).write_text(text, encoding="utf-8", errors="surrogateescape")

    @contextmanager
    def _published(self) -> Iterator[None]:
        with uninterrupted():
            if is_pending():
                raise KeyboardInterrupt
            if self.destination.exists:
                with _filled(self.folder, self.destination.folder, self.destination.replaced):
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


def _require_empty_repository(folder: Path, initial: frozenset[str]) -> None:
    """Check that nothing would be lost or deleted by a commit of all files in the folder."""
    try:
        top = git(folder, "rev-parse", "--show-toplevel")
        tracked = {*git(folder, "ls-files", "-z").split("\0")} - {""}
        committed = (
            {*git(folder, "ls-tree", "--name-only", "-z", "HEAD").split("\0")} - {""} if _is_born(folder) else set()
        )
        changed = initial and git(folder, "status", "--porcelain", "--ignored")
    except GitFailed as error:
        raise OperationFailed(f"The repository in {folder} cannot be used ({error.reason}): remove it") from error
    if not os.path.samefile(top, folder):  # noqa: PTH121 - of two texts
        raise OperationFailed(f"{folder} is not the top folder of its repository {top}: choose another folder")
    if tracked - initial or committed - initial:
        raise OperationFailed(f"The repository in {folder} has files in it already: choose another folder")
    if initial != committed or changed:
        raise OperationFailed(f"{folder} has uncommitted changes: commit them first, so that nothing can be lost")


def _is_born(folder: Path) -> bool:
    with suppress(GitFailed):
        return bool(git(folder, "rev-parse", "--verify", "--quiet", "HEAD"))
    return False


@contextmanager
def _filled(source: Path, target: Path, replaced: frozenset[str]) -> Iterator[None]:
    """Move all entries of a folder into another one, and back if the context fails.

    Args:
        source: The folder.
        target: The folder to fill.
        replaced: The names of small files in it that are replaced.
    """
    before: dict[Path, tuple[bytes, int]] = {}
    moved: list[str] = []
    try:
        for path in sorted(source.iterdir()):
            file = target / path.name
            if path.name in replaced and file.is_file():
                before[file] = (file.read_bytes(), file.stat().st_mode)
                file.unlink()
            if os.path.lexists(file):
                raise OperationFailed(f"{file} was created meanwhile: choose an empty folder")
            path.rename(file)
            moved.append(path.name)
        yield
    except BaseException:
        for name in moved:
            (target / name).rename(source / name)
        for file, (content, mode) in before.items():
            file.write_bytes(content)
            file.chmod(mode)
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
