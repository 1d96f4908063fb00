"""The distributions in the plugin's environment: which one a file belongs to, and who brings it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from importlib import metadata
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from biot_plugin_cli.loading.places import Place
from biot_plugin_cli.plugin.package_target import Target

__all__ = ["Environment", "Owner"]


@dataclass(frozen=True, slots=True)
class Owner:
    """The distribution that a file belongs to.

    Attributes:
        name: Its normalised name.
        editable: The folder that it is a link to; None if it is a copy.
    """

    name: str
    editable: str | None = None


class Environment:
    """The distributions in some folders of the search path.

    Args:
        folders: The folders.
    """

    def __init__(self, folders: Sequence[str]) -> None:
        self._folders = list(folders)

    def owner(self, place: Place) -> Owner | None:
        """Find the distribution that a file belongs to; None if there is none."""
        path = f"{place.folder}/{place.name}"
        for name, (folder, record) in self._records.items():
            if path.startswith(f"{folder}/") and _lists(record, path.removeprefix(f"{folder}/")):
                return Owner(name, _editable_folder(self._distributions[name]))
        return self._linked(place.path)

    def bringer(self, name: str, document: Mapping[str, Any], target: Target) -> str | None:
        """Describe what in pyproject.toml brings a distribution only here, as a clause of a sentence.

        Args:
            name: The distribution's normalised name.
            document: The plugin's pyproject.toml.
            target: What the plugin is packaged for.

        Returns:
            The clause; None if nothing brings it.
        """
        from packaging.requirements import Requirement

        project = document.get("project", {})
        groups = {**document.get("dependency-groups", {}), **_uv_group(document)}
        for group in groups:
            if name in self._closure(_group_requirements(groups, group)):
                return f"the distribution {name} is only in the dependency group {group}"
        for extra, requirements in project.get("optional-dependencies", {}).items():
            if name in self._closure(requirements):
                return f"the distribution {name} is only in the optional dependencies {extra}"
        for text in project.get("dependencies", ()):
            try:
                requirement = Requirement(text)
            except ValueError:  # InvalidRequirement, or that of a number with thousands of digits
                continue
            marker = requirement.marker
            applies = marker is None or marker.evaluate({**target.marker_environment, "extra": ""})
            if not applies and name in self._closure([text]):
                return f"the marker {marker} of {requirement.name} excludes {target}"
        return None

    @cached_property
    def _distributions(self) -> dict[str, metadata.Distribution]:
        from packaging.utils import canonicalize_name

        found: dict[str, metadata.Distribution] = {}
        for distribution in metadata.distributions(path=self._folders):
            found.setdefault(canonicalize_name(distribution.metadata["Name"] or ""), distribution)
        return found

    @cached_property
    def _records(self) -> dict[str, tuple[str, str]]:
        """Where each distribution is, and its files as they are written down: to parse all of them takes a second."""
        return {
            name: (str(distribution.locate_file("")), f"\n{_record(distribution)}")
            for name, distribution in self._distributions.items()
        }

    def _linked(self, path: str) -> Owner | None:
        for name, distribution in self._distributions.items():
            folder = _editable_folder(distribution)
            if folder and path.startswith(f"{folder}/"):
                return Owner(name, folder)
        return None

    def _closure(self, requirements: Iterable[str]) -> set[str]:
        """Find the names of everything that some requirements bring."""
        found: set[tuple[str, frozenset[str]]] = set()
        waiting = [*_names(requirements, frozenset())]
        while waiting:
            name, extras = waiting.pop()
            if (name, extras) not in found:
                found.add((name, extras))
                distribution = self._distributions.get(name)
                waiting += _names((distribution.requires if distribution else None) or (), extras)
        return {name for name, _ in found}


def _names(requirements: Iterable[str], extras: frozenset[str]) -> Iterator[tuple[str, frozenset[str]]]:
    from packaging.requirements import Requirement
    from packaging.utils import canonicalize_name

    for text in requirements:
        try:
            requirement = Requirement(text)
        except ValueError:  # InvalidRequirement, or that of a number with thousands of digits
            continue
        marker = requirement.marker
        # Other markers hold here: what they bring is installed.
        if marker is None or "extra" not in str(marker) or any(marker.evaluate({"extra": extra}) for extra in extras):
            yield canonicalize_name(requirement.name), frozenset(requirement.extras)


def _group_requirements(groups: Mapping[str, Any], name: str, seen: frozenset[str] = frozenset()) -> Iterator[str]:
    for item in groups.get(name, ()) if name not in seen else ():
        if isinstance(item, str):
            yield item
        elif isinstance(item, dict) and "include-group" in item:
            yield from _group_requirements(groups, item["include-group"], seen | {name})


def _uv_group(document: Mapping[str, Any]) -> dict[str, Any]:
    own = document.get("tool", {}).get("uv", {}).get("dev-dependencies")
    return {"dev": [*document.get("dependency-groups", {}).get("dev", ()), *own]} if own else {}


def _record(distribution: metadata.Distribution) -> str:
    """Read the list of a distribution's files; what is installed in an older way has another one."""
    return distribution.read_text("RECORD") or "".join(f"{file},,\n" for file in distribution.files or ())


def _lists(record: str, file: str) -> bool:
    """Tell whether a line of a list, which is in the form of CSV, is that of a file."""
    quoted = '"{}"'.format(file.replace('"', '""')) if {*file} & {",", '"'} else file
    return f"\n{quoted}," in record


def _editable_folder(distribution: metadata.Distribution) -> str | None:
    record: dict[str, Any] = json.loads(distribution.read_text("direct_url.json") or "{}")
    if not record.get("dir_info", {}).get("editable"):
        return None
    return str(Path(unquote(urlsplit(record.get("url", "")).path)))
