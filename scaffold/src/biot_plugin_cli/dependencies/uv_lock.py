"""Reads a `uv.lock`: what the plugin needs on the target, without what is for development.

uv could export that too, but would have to be there.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from urllib.request import url2pathname

import tomllib

from biot_plugin_cli.dependencies.errors import BadLock
from biot_plugin_cli.dependencies.locked_distribution import Locked, Origin, Wheel, best_wheel, file_sha256, sha256_of
from biot_plugin_cli.plugin.package_target import Target

__all__ = ["UvLock"]

_Table = Mapping[str, Any]
_FOLDERS = ("directory", "editable", "virtual")


class UvLock:
    """A lock file of uv.

    Args:
        file: The file.

    Raises:
        BadLock: It cannot be read.
    """

    def __init__(self, file: Path) -> None:
        self.file = file
        try:
            document = tomllib.loads(file.read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            raise BadLock(f"{file} cannot be read ({error}): run uv lock to make it again") from error
        if document.get("version") != 1:
            raise BadLock(f"{file} is of a newer kind than this program knows: install a newer biot-plugin-cli")
        self._packages: list[_Table] = document.get("package", [])

    def member(self, root: Path) -> _Table | None:
        """Find the project of a folder; None when it is not one of those that were locked together."""
        for package in self._packages:
            for kind in _FOLDERS:
                place = package["source"].get(kind)
                if place is not None and (self.file.parent / place).resolve() == root:
                    return package
        return None

    def needed(self, member: _Table, target: Target) -> list[Locked]:
        """Tell what a project needs on the target.

        Args:
            member: The project, from `member`.
            target: What the environment markers are about.

        Returns:
            Sorted by name; each once.

        Raises:
            BadLock: The file is damaged.
        """
        found: dict[str, Locked] = {}
        seen: set[tuple[str, str]] = set()
        pending: list[tuple[_Table, str | None]] = [(dependency, None) for dependency in _dependencies(member, "")]
        while pending:
            dependency, parent = pending.pop(0)
            if not _applies(dependency, target):
                continue
            package = self._find(dependency)
            name: str = package["name"]
            if package is not member and name not in found and "virtual" not in package["source"]:
                found[name] = self._locked(package, parent, target)
            for extra in ("", *dependency.get("extra", ())):
                if (name, extra) not in seen:
                    seen.add((name, extra))
                    pending += [(one, name) for one in _dependencies(package, extra)]
        return [found[name] for name in sorted(found)]

    def _find(self, dependency: _Table) -> _Table:
        def is_it(package: _Table) -> bool:
            return all(
                package.get(key) == dependency[key] for key in ("name", "version", "source") if key in dependency
            )

        for package in filter(is_it, self._packages):
            return package
        raise BadLock(f"{self.file} lacks {dependency['name']}: run uv lock to make it again")

    def _locked(self, package: _Table, parent: str | None, target: Target) -> Locked:
        source = self._origin(package) or self._wheel(package, target)
        return Locked(package["name"], package.get("version"), source, parent)

    def _origin(self, package: _Table) -> Origin | None:
        source = package["source"]
        for kind in _FOLDERS:
            if kind in source:
                return Origin(str((self.file.parent / source[kind]).resolve()))
        if git := source.get("git"):
            return Origin(urlsplit(git)._replace(query="", fragment="").geturl(), urlsplit(git).fragment)
        return None

    def _wheel(self, package: _Table, target: Target) -> Wheel | None:
        source = package["source"]
        wheels = {self._place(wheel, source): wheel for wheel in package.get("wheels", ())}
        chosen = best_wheel(wheels, target)
        if chosen is None:
            return None
        sha256 = sha256_of(wheels[chosen].get("hash"))
        if not chosen.startswith("file:"):
            return Wheel(chosen, sha256, indexed="registry" in source)
        file = Path(url2pathname(urlsplit(chosen).path))
        return Wheel(chosen, sha256 or file_sha256(file, str(self.file)), indexed=False)

    def _place(self, wheel: _Table, source: _Table) -> str:
        if url := wheel.get("url") or source.get("url"):
            return str(url)
        folder = self.file.parent / source.get("registry", "")
        file: Path = folder / wheel["path"] if "path" in wheel else self.file.parent / source["path"]
        return file.resolve().as_uri()


def _dependencies(package: _Table, extra: str) -> Iterator[_Table]:
    yield from package.get("optional-dependencies", {}).get(extra, ()) if extra else package.get("dependencies", ())


def _applies(dependency: _Table, target: Target) -> bool:
    from packaging.markers import Marker

    marker = dependency.get("marker")
    return marker is None or Marker(marker).evaluate({**target.marker_environment, "extra": ""})
