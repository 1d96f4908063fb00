"""What the plugin's folder loads and its package does not have."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from biot_plugin_cli.hooks.loaded_files import Loaded
from biot_plugin_cli.loading.distributions import Environment
from biot_plugin_cli.loading.left_out import Explanation, LeftOut
from biot_plugin_cli.loading.places import Place, Places
from biot_plugin_cli.loading.process import Cause, PackageLoad
from biot_plugin_cli.plugin.repository import Plugin

__all__ = ["Comparison", "Missing"]

_FOLDERS_OF_THE_SYSTEM = ("/bin/", "/dev/", "/etc/", "/lib", "/proc/", "/run/", "/sys/", "/tmp/", "/usr/", "/var/")  # noqa: S108


@dataclass(frozen=True, slots=True)
class Missing:
    """Something that is not in the package.

    Attributes:
        subject: What it is, for people: `the module lab.norms`, or `welcome.md`.
        is_module: Whether it is a module, and not another file.
        explanation: Why it is not in the package.
    """

    subject: str
    is_module: bool
    explanation: Explanation

    @property
    def key(self) -> str:
        """What is equal for all that is missing for the same reason, and is reported once."""
        return self.explanation.distribution or self.subject


class Comparison:
    """Compares what the plugin's folder loads with its package.

    Args:
        plugin: The plugin.
        here: What its folder loads.
        names: The paths of all files in the package.
    """

    def __init__(self, plugin: Plugin, here: Loaded, names: frozenset[str]) -> None:
        self._here = here
        self._names = names
        self._modules = {file: name for name, file in sorted(here.modules.items(), reverse=True)}
        self.places = Places(plugin.root, here.search_path)
        self._left_out = LeftOut(plugin, Environment(self.places.installed), names, _distributions(names))

    def missing(self, load: PackageLoad) -> list[Missing]:
        """Find everything that the folder loads and the package does not have; one for each distribution."""
        found: dict[str, Missing] = {}
        loaded = set(load.loaded.files if load.loaded else ())
        brought = {*load.loaded.modules, *load.loaded.preloaded} if load.loaded else set()
        for file in self._here.files:
            place = self.places.locate(file)
            if place is None or place.name in self._names:
                continue
            # Lambda's runtime has some packages of its own.
            if place.kind == "installed" and self._modules.get(file) in brought:
                continue
            if place.kind == "outside" and (file in loaded or file.startswith(_FOLDERS_OF_THE_SYSTEM)):
                continue
            missing = self._describe(place)
            found.setdefault(missing.key, missing)
        return list(found.values())

    def missing_for(self, cause: Cause) -> Missing | None:
        """Find what was missing when an exception was raised; None if that is unknown."""
        if cause.type == "PackageNotFoundError" and cause.module:
            return self._missing_distribution(cause.module)
        if cause.module:
            return self._missing_module(cause)
        if cause.file:
            return self._missing_file(cause.file)
        return None

    def shadowed(self, load: PackageLoad) -> list[tuple[str, str]]:
        """Find the plugin's own modules that Lambda has already loaded from elsewhere: names and files."""
        preloaded = load.loaded.preloaded if load.loaded else frozenset()
        places = {name: self.places.locate(file) for name, file in self._here.modules.items() if name in preloaded}
        return [(name, place.name) for name, place in places.items() if place and place.kind == "own"]

    def not_loaded(self, load: PackageLoad) -> list[str]:
        """Find the modules that are loaded from the folder, and not from the package, although it has them.

        Of a distribution, that is all or nothing: it may import a part of itself in a thread, sooner or later.
        """
        if load.loaded is None:
            return []
        there = {*load.loaded.modules, *load.loaded.preloaded}
        places = {name: self.places.locate(file) for name, file in self._here.modules.items() if name not in there}
        return [
            name
            for name, place in places.items()
            if place and place.name in self._names and (place.kind == "own" or name.partition(".")[0] not in there)
        ]

    def _missing_distribution(self, name: str) -> Missing:
        from packaging.utils import canonicalize_name

        normalised = canonicalize_name(name)
        return Missing(f"the metadata of {name}", False, self._left_out.explain_distribution(normalised))

    def _missing_module(self, cause: Cause) -> Missing | None:
        for name in _module_names(cause):
            place = self._locate_module(name)
            if place and place.name not in self._names:
                return Missing(f"the module {name}", True, self._left_out.explain(place))
        return None

    def _locate_module(self, name: str) -> Place | None:
        if file := self._here.modules.get(name):
            return self.places.locate(file)
        # A namespace package has no file of its own.
        inner = next((file for key, file in self._here.modules.items() if key.startswith(f"{name}.")), None)
        if inner is not None:
            return self.places.locate(inner)
        path = name.replace(".", "/")
        for candidate in (f"{path}/__init__.py", f"{path}.py", f"{path}.pyc"):
            if place := self._existing(candidate):
                return place
        return None

    def _missing_file(self, file: str) -> Missing | None:
        place = self.places.locate(file) if os.path.isabs(file) else self._existing(file)  # noqa: PTH117
        if place is None or place.name in self._names:
            return None
        return self._describe(place)

    def _existing(self, name: str) -> Place | None:
        for path in self.places.candidates(name):
            if os.path.exists(path):  # noqa: PTH110 - of other users, too
                return self.places.locate(path)
        return None

    def _describe(self, place: Place) -> Missing:
        name = self._modules.get(place.path)
        explanation = self._left_out.explain(place)
        if name and explanation.distribution:
            # The first module of a distribution that is loaded may be deep inside of it.
            name = name.partition(".")[0] if self._is_whole(name) else name
        return Missing(f"the module {name}" if name else place.name, name is not None, explanation)

    def _is_whole(self, name: str) -> bool:
        """Whether the package has nothing of the top-level module that a module belongs to."""
        top = name.partition(".")[0]
        return not any(entry == f"{top}.py" or entry.startswith(f"{top}/") for entry in self._names)


def _module_names(cause: Cause) -> Iterator[str]:
    """Yield the names of the modules that an ImportError may be about, most specific first."""
    if cause.type == "ImportError" and cause.imported:
        yield f"{cause.module}.{cause.imported}"
    yield cause.module or ""


def _distributions(names: frozenset[str]) -> frozenset[str]:
    from packaging.utils import canonicalize_name

    folders = {Path(name).parts[0] for name in names if name.endswith(".dist-info/METADATA")}
    return frozenset(canonicalize_name(folder.partition("-")[0]) for folder in folders)
