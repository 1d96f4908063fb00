"""The distributions installed in a folder: names, versions, licences, dependencies and files."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, cast

if TYPE_CHECKING:
    from email.message import Message
    from importlib import metadata

__all__ = ["Component", "describe_components", "file_owners", "installed_distributions"]


class Component(NamedTuple):
    """A distribution in a package, as a bill of materials describes it.

    Attributes:
        name: Its normalised name.
        version: Its version.
        licence: Its licence; None if its metadata has none.
        spdx: Whether the licence is an SPDX expression, and not just a name.
        needs: The normalised names of the components that it depends on.
        indexed: Whether it comes from a package index.
    """

    name: str
    version: str
    licence: str | None
    spdx: bool
    needs: tuple[str, ...]
    indexed: bool

    @classmethod
    def load(cls, document: dict[str, Any]) -> Component:
        """Load the result of `dump`."""
        return cls(**{**document, "needs": tuple(document["needs"])})

    def dump(self) -> dict[str, Any]:
        """Convert to a JSON document."""
        return self._asdict()


def installed_distributions(folder: Path) -> list[tuple[str, metadata.PathDistribution]]:
    """Return the distributions installed in a folder, each with the name of its `dist-info` folder."""
    from importlib import metadata

    return [(path.name, metadata.PathDistribution(path)) for path in sorted(folder.glob("*.dist-info"))]


def file_owners(folder: Path) -> dict[str, str]:
    """Return the normalised name of the distribution that each recorded file in a folder belongs to."""
    distributions = [distribution for _, distribution in installed_distributions(folder)]
    return {str(file): _name(distribution) for distribution in distributions for file in distribution.files or ()}


def describe_components(
    folder: Path, environment: dict[str, Any], local_names: frozenset[str]
) -> tuple[Component, ...]:
    """Describe the distributions installed in a folder.

    Args:
        folder: The folder.
        environment: The values of environment markers on the target.
        local_names: The names of the distributions that are on no package index.

    Returns:
        The components, sorted by name.
    """
    distributions = [distribution for _, distribution in installed_distributions(folder)]
    names = {_name(distribution) for distribution in distributions}
    components = (
        Component(
            name=_name(distribution),
            version=distribution.version,
            licence=_licence(distribution),
            spdx="License-Expression" in distribution.metadata,
            needs=tuple(sorted(names.intersection(_required_names(distribution, environment)))),
            indexed=_name(distribution) not in local_names,
        )
        for distribution in distributions
    )
    return tuple(sorted(components, key=lambda component: component.name))


def _name(distribution: metadata.PathDistribution) -> str:
    from packaging.utils import canonicalize_name

    return canonicalize_name(distribution.metadata["Name"])


def _licence(distribution: metadata.PathDistribution) -> str | None:
    fields = cast("Message", distribution.metadata)
    if expression := fields.get("License-Expression"):
        return str(expression)
    classifiers = [
        line.rpartition(" :: ")[2] for line in fields.get_all("Classifier") or () if line.startswith("License")
    ]
    name = " / ".join(classifiers) or str(fields.get("License") or "")
    # Some distributions have the whole text of the licence in that field.
    return name if name and "\n" not in name else None


def _required_names(distribution: metadata.PathDistribution, environment: dict[str, Any]) -> Iterator[str]:
    from packaging.requirements import Requirement
    from packaging.utils import canonicalize_name

    for text in distribution.requires or ():
        requirement = Requirement(text)
        if requirement.marker is None or requirement.marker.evaluate({**environment, "extra": ""}):
            yield canonicalize_name(requirement.name)
