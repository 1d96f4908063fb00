"""The parts of a plugin's pyproject.toml that installers read: `[project]` and `[tool.uv]`."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from biot_plugin_cli.dependencies.errors import DependencyError

if TYPE_CHECKING:
    from packaging.requirements import Requirement

__all__ = ["Project"]

_MAX_SHOWN = 200


class Project(NamedTuple):
    """The parts of a plugin's pyproject.toml that installers read.

    Attributes:
        root: The plugin's folder.
        table: `[project]`; empty when it is missing.
        uv: `[tool.uv]`; empty when it is missing.
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
        """Whether it has no dependencies."""
        return not self.table.get("dependencies") and "dependencies" not in self.table.get("dynamic", ())

    @property
    def direct(self) -> frozenset[str]:
        """The normalised names of the direct dependencies."""
        from packaging.utils import canonicalize_name

        return frozenset(canonicalize_name(requirement.name) for requirement in self.requirements)

    @property
    def requirements(self) -> list[Requirement]:
        """The direct dependencies.

        Raises:
            DependencyError: One is not declared correctly.
        """
        return [_parse(text) for text in self.table.get("dependencies", ())]

    def check_requirements(self) -> None:
        """Check the direct dependencies.

        Raises:
            DependencyError: One is not declared correctly.
        """
        _ = self.requirements


def _parse(text: str) -> Requirement:
    from packaging.requirements import Requirement

    try:
        requirement = Requirement(text)
        requirement.specifier.contains("0")  # Only now are its versions parsed.
        return requirement
    except ValueError as error:  # InvalidRequirement, or that of a number with thousands of digits
        reason = str(error).partition("\n")[0]
        raise DependencyError(
            f"Invalid dependency {text[:_MAX_SHOWN]!r} in pyproject.toml ({reason}): use the form 'requests>=2.32'"
        ) from error
