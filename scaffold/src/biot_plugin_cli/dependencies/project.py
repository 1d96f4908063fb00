"""What a plugin's pyproject.toml says to installers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from biot_plugin_cli.dependencies.problems import DependencyMistake

if TYPE_CHECKING:
    from packaging.requirements import Requirement

__all__ = ["Project"]


@dataclass(frozen=True, slots=True)
class Project:
    """What a plugin's pyproject.toml says that installers are to know.

    Attributes:
        root: The plugin's folder.
        table: `[project]`; empty when there is none.
        uv: `[tool.uv]`, likewise.
    """

    root: Path
    table: Mapping[str, Any]
    uv: Mapping[str, Any]

    @classmethod
    def of(cls, root: Path, document: Mapping[str, Any]) -> Project:
        """Select what installers need.

        Args:
            root: The plugin's folder.
            document: Its pyproject.toml, parsed.
        """
        return cls(root, document.get("project", {}), document.get("tool", {}).get("uv", {}))

    @property
    def needs_nothing(self) -> bool:
        """Whether there is nothing to install."""
        return not self.table.get("dependencies") and "dependencies" not in self.table.get("dynamic", ())

    @property
    def direct(self) -> frozenset[str]:
        """The normalised names of what it asks for itself."""
        from packaging.utils import canonicalize_name

        return frozenset(canonicalize_name(one.name) for one in self.requirements)

    @property
    def requirements(self) -> list[Requirement]:
        """What it asks for.

        Raises:
            DependencyMistake: Something of it is not written right.
        """
        from packaging.requirements import InvalidRequirement, Requirement

        def read(text: str) -> Requirement:
            try:
                return Requirement(text)
            except InvalidRequirement as error:
                why = str(error).partition("\n")[0]
                raise DependencyMistake(
                    f"A dependency in pyproject.toml is wrong, {text!r} ({why}): write it as in 'requests>=2.32'"
                ) from error

        return [read(text) for text in self.table.get("dependencies", ())]
