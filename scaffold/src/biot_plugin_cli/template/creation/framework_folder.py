"""Whether who clones a plugin's repository gets the folder that the framework comes from, too."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from biot_plugin_cli.git.tracked_files import ignoring_rule

__all__ = ["FrameworkFolder"]


class FrameworkFolder(NamedTuple):
    """A folder that a plugin installs the framework from.

    Attributes:
        place: The folder, relative to the plugin's or absolute.
        cloned: Whether a clone of the plugin's repository has it, once all is committed.
        ignored_by: The rule by which git ignores it, though it is in the repository; None if there is none.
    """

    place: str
    cloned: bool = False
    ignored_by: str | None = None

    @classmethod
    def of(cls, sources: Mapping[str, str], plugin: Path, repository: Path | None) -> FrameworkFolder | None:
        """Look for the folder.

        Args:
            sources: Where the plugin installs from, as the template's answers say.
            plugin: The absolute path of the plugin's folder, which exists.
            repository: The top folder of the repository that the plugin is a part of; None if it has its own.

        Returns:
            None if the plugin installs from no folder.
        """
        place = sources.get("path") or sources.get("find-links")
        if place is None:
            return None
        folder = (plugin / place).resolve()
        # An absolute path is that of this machine, wherever the folder is.
        if Path(place).is_absolute() or repository is None or not folder.is_relative_to(top := repository.resolve()):
            return cls(place)
        # A folder that has a .gitignore of its own is not ignored itself, but what is in it is.
        file = next(folder.glob("biot_plugin-*.whl"), folder / "framework" / "pyproject.toml")
        rule = ignoring_rule(top, file.relative_to(top).as_posix())
        return cls(place, cloned=rule is None, ignored_by=rule)
