"""What an upgrade changes in a plugin's repository, decided before anything is changed.

Nothing is ever replaced or removed of which git has no copy.
"""

from __future__ import annotations

import os
import unicodedata
from collections.abc import Container, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from biot_plugin_cli.git.index_entry import IndexEntry
from biot_plugin_cli.git.work_tree import Stages, WorkTree
from biot_plugin_cli.template.copier_adapter import ANSWERS_FILE
from biot_plugin_cli.template.renamed_files import find_renamed
from biot_plugin_cli.template.three_way_merge import Merged, is_same_text, merge, with_line_ends_of

__all__ = ["Change", "Plan", "plan_upgrade"]


@dataclass(frozen=True, slots=True)
class Change:
    """The change of one file.

    Attributes:
        path: Its path in the plugin's folder.
        before: Its content now; None if there is no file.
        after: Its new content; None if it is removed.
    """

    path: str
    before: bytes | None
    after: bytes | None


@dataclass(slots=True)
class Plan:
    """What an upgrade does.

    Attributes:
        changes: The files that change.
        conflicts: The files in which the author has to choose, by path.
        retained: Files that the new template changes, and that the author has removed or taken out of git.
        obstacles: What is where the new template brings a file, by path, with the reason why it cannot be replaced.
    """

    changes: list[Change] = field(default_factory=list)
    conflicts: dict[str, Stages] = field(default_factory=dict)
    retained: list[str] = field(default_factory=list)
    obstacles: dict[str, str] = field(default_factory=dict)


def plan_upgrade(tree: WorkTree, old: Mapping[str, bytes], new: Mapping[str, bytes], scratch: Path) -> Plan:
    """Decide what an upgrade changes.

    Args:
        tree: The plugin's folder.
        old: The files of the template version that the plugin has, by path.
        new: The files of the newest version.
        scratch: A folder for temporary files.
    """
    planner = _Planner(tree, tree.entries(), scratch, Plan())
    paths = [path for path in {**old, **new} if old.get(path) != new.get(path)]
    renamed = planner.find_renamed({path: old[path] for path in paths if path in old and path in new}, {**old, **new})
    # First what is removed: it is no obstacle to what is new.
    for path in sorted(paths, key=lambda path: (path in new, path)):
        planner.decide(renamed.get(path, path), old.get(path), new.get(path))
    planner.require_copies()
    return planner.plan


@dataclass(frozen=True, slots=True)
class _Planner:
    tree: WorkTree
    entries: Mapping[str, IndexEntry]
    scratch: Path
    plan: Plan

    def find_renamed(self, changed: Mapping[str, bytes], known: Container[str]) -> dict[str, str]:
        """Find the new names that the author gave to files which the template changes."""
        missing = {
            path: content
            for path, content in changed.items()
            if path not in self.entries and not os.path.lexists(self.tree.root / path)
        }
        if not missing:
            return {}
        files = {path: self.tree.root / path for path, entry in self.entries.items() if entry.is_file}
        added = {
            path: file.read_bytes()
            for path, file in files.items()
            if path not in known and file.is_file() and not file.is_symlink()
        }
        return find_renamed(missing, added)

    def decide(self, path: str, base: bytes | None, theirs: bytes | None) -> None:
        entry, file = self.entries.get(path), self.tree.root / path
        if entry is None:
            self._decide_untracked(path, base, theirs)
        elif not os.path.lexists(file):
            self.plan.obstacles[path] = "tracked, but not checked out"
        elif not entry.is_file or not file.is_file() or file.is_symlink():
            self._decide_link(path, base, theirs)
        elif theirs is None:
            self._remove(path, base, file.read_bytes())
        else:
            self._merge(path, base, file.read_bytes(), theirs)

    def require_copies(self) -> None:
        """Add the files that would be replaced, and whose content git does not have, to the obstacles."""
        replaced = {
            change.path: self.entries[change.path] for change in self.plan.changes if change.path in self.entries
        }
        for path in self.tree.without_copy(replaced):
            self.plan.obstacles[path] = "with changes that git does not show"

    def _decide_untracked(self, path: str, base: bytes | None, theirs: bytes | None) -> None:
        if theirs is None:
            return
        if base is not None:
            self.plan.retained.append(path)
            return
        obstacle = next(self._obstacles(path), None)
        if obstacle:
            self.plan.obstacles[obstacle[0]] = obstacle[1]
        elif not os.path.lexists(self.tree.root / path):
            self.plan.changes.append(Change(path, None, self.tree.checked_out(path, theirs)))
        elif not is_same_text((self.tree.root / path).read_bytes(), theirs):
            self.plan.obstacles[path] = "not in git"

    def _decide_link(self, path: str, base: bytes | None, theirs: bytes | None) -> None:
        if base is None:
            self.plan.obstacles[path] = "not a file"
        else:
            self.plan.conflicts[path] = Stages(base, theirs)

    def _remove(self, path: str, base: bytes | None, ours: bytes) -> None:
        if base is not None and is_same_text(ours, base):
            self.plan.changes.append(Change(path, ours, None))
        else:
            self.plan.conflicts[path] = Stages(base, None)

    def _merge(self, path: str, base: bytes | None, ours: bytes, theirs: bytes) -> None:
        merged = None
        if path == ANSWERS_FILE and base is not None:
            merged = _merge_answers(base, ours, theirs)
        merged = merged or merge(self.scratch, base or b"", ours, theirs)
        if merged.conflict:
            sides = [None if side is None else with_line_ends_of(ours, side) for side in (base, theirs)]
            self.plan.conflicts[path] = Stages(*sides)
        if merged.content != ours:
            self.plan.changes.append(Change(path, ours, merged.content))

    def _obstacles(self, path: str) -> Iterator[tuple[str, str]]:
        """Yield what is where a new file has its folders, or where it is itself and is no file."""
        parts = PurePosixPath(path).parts
        for count, part in enumerate(parts, start=1):
            name = "/".join(parts[:count])
            place, is_last = self.tree.root / name, count == len(parts)
            if any(change.path == name for change in self.plan.changes):  # the plan removes it
                return
            if other := _same_but_for_case(place.parent, part):
                yield str(PurePosixPath(name).with_name(other)), f"differs from {name} in case only"
            elif place.is_symlink():
                yield name, "a symbolic link"
            elif place.exists() and place.is_file() != is_last:
                yield name, "not a file" if is_last else "not a folder"
            elif not is_last and os.path.lexists(place / ".git"):
                yield name, "another repository"


def _same_but_for_case(folder: Path, name: str) -> str | None:
    """Find an entry that would be the same file on a file system that ignores case."""
    if not folder.is_dir():
        return None
    others = (entry.name for entry in folder.iterdir() if entry.name != name)
    return next((other for other in others if _folded(other) == _folded(name)), None)


def _folded(name: str) -> str:
    return unicodedata.normalize("NFC", name).casefold()


def _merge_answers(base: bytes, ours: bytes, theirs: bytes) -> Merged | None:
    """Merge the answers file if the author changed no answer: comments stay, how it is written does not matter."""
    import yaml

    if yaml.safe_load(ours) != yaml.safe_load(base):
        return None
    known = base.split(b"\n")
    lines = (line.rstrip(b"\r") for line in ours.split(b"\n"))
    comments = [line + b"\n" for line in lines if line.lstrip().startswith(b"#") and line not in known]
    return Merged(with_line_ends_of(ours, theirs + b"".join(comments)), conflict=False)
