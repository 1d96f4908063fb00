"""Parser of `uv.lock`, which works without uv."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from biot_plugin_cli.dependencies.errors import InvalidLock
from biot_plugin_cli.dependencies.locked_distribution import LockedDistribution, Origin, Wheel, find_sha256
from biot_plugin_cli.dependencies.wheel_selection import best_wheel
from biot_plugin_cli.plugin.package_target import Target
from biot_plugin_cli.terminal.toml_file import load_toml
from biot_plugin_cli.uv.file_urls import file_of

__all__ = ["UvLock"]

_Table = Mapping[str, Any]
_FOLDER_SOURCES = ("directory", "editable", "virtual")
_SUPPORTED_VERSION = 1


class UvLock:
    """A uv.lock file.

    Attributes:
        file: The path of the file.
        document: Its content.

    Args:
        file: The path of the file.

    Raises:
        InvalidLock: It cannot be read.
    """

    def __init__(self, file: Path) -> None:
        self.file = file
        try:
            document = load_toml(file)
        except (OSError, ValueError) as error:
            raise InvalidLock(f"Cannot read {file} ({error}): run uv lock to recreate it") from error
        if document.get("version") != _SUPPORTED_VERSION:
            raise InvalidLock(
                f"{file} has a format version other than {_SUPPORTED_VERSION}: install a newer biot-plugin-cli"
            )
        self.document: _Table = document
        self._packages: list[_Table] = document.get("package", [])

    def find_member(self, root: Path) -> _Table | None:
        """Find the package of the project in a folder; None if the file does not lock that project."""
        for package in self._packages:
            for kind in _FOLDER_SOURCES:
                path = package["source"].get(kind)
                if path is not None and (self.file.parent / path).resolve() == root:
                    return package
        return None

    def distributions(self, member: _Table, target: Target) -> list[LockedDistribution]:
        """Return the distributions that a project needs on the target, without development dependencies.

        Args:
            member: The project, from `find_member`.
            target: The runtime, which environment markers are evaluated for.

        Returns:
            The distributions, sorted by name, without duplicates.

        Raises:
            InvalidLock: The file is damaged.
        """
        locked: dict[str, LockedDistribution] = {}
        visited: set[tuple[str, str]] = set()
        pending: list[tuple[_Table, str | None]] = [(dependency, None) for dependency in _dependencies(member, "")]
        while pending:
            dependency, parent = pending.pop(0)
            if not _applies(dependency, target):
                continue
            package = self._find(dependency)
            name: str = package["name"]
            if package is not member and name not in locked and "virtual" not in package["source"]:
                locked[name] = self._parse(package, parent, target)
            for extra in ("", *dependency.get("extra", ())):
                if (name, extra) not in visited:
                    visited.add((name, extra))
                    pending += [(transitive, name) for transitive in _dependencies(package, extra)]
        return [locked[name] for name in sorted(locked)]

    def _find(self, dependency: _Table) -> _Table:
        def matches(package: _Table) -> bool:
            return all(
                package.get(key) == dependency[key] for key in ("name", "version", "source") if key in dependency
            )

        for package in filter(matches, self._packages):
            return package
        raise InvalidLock(f"{self.file} has no package {dependency['name']}: run uv lock to recreate it")

    def _parse(self, package: _Table, parent: str | None, target: Target) -> LockedDistribution:
        source = self._origin(package) or self._wheel(package, target)
        return LockedDistribution(package["name"], package.get("version"), source, parent)

    def _origin(self, package: _Table) -> Origin | None:
        source = package["source"]
        for kind in _FOLDER_SOURCES:
            if kind in source:
                return Origin(str((self.file.parent / source[kind]).resolve()))
        if git := source.get("git"):
            return Origin(urlsplit(git)._replace(query="", fragment="").geturl(), urlsplit(git).fragment)
        return None

    def _wheel(self, package: _Table, target: Target) -> Wheel | None:
        source = package["source"]
        wheels = {self._url(wheel, source): wheel for wheel in package.get("wheels", ())}
        url = best_wheel(wheels, target)
        if url is None:
            return None
        sha256 = find_sha256(wheels[url].get("hash"))
        if not url.startswith("file:"):
            return Wheel(url, sha256, indexed="registry" in source)
        return Wheel(url, sha256 or self._hash(file_of(url)), indexed=False)

    def _url(self, wheel: _Table, source: _Table) -> str:
        if url := wheel.get("url") or source.get("url"):
            return str(url)
        folder = self.file.parent / source.get("registry", "")
        file: Path = folder / wheel["path"] if "path" in wheel else self.file.parent / source["path"]
        return file.resolve().as_uri()

    def _hash(self, wheel: Path) -> str:
        """Hash a wheel on this machine that the lock file lists without its hash."""
        try:
            return hashlib.sha256(wheel.read_bytes()).hexdigest()
        except OSError as error:
            raise InvalidLock(
                f"Cannot read {wheel}, which {self.file} lists ({error.strerror}): run uv lock to recreate it"
            ) from error


def _dependencies(package: _Table, extra: str) -> Iterator[_Table]:
    yield from package.get("optional-dependencies", {}).get(extra, ()) if extra else package.get("dependencies", ())


def _applies(dependency: _Table, target: Target) -> bool:
    from packaging.markers import Marker

    marker = dependency.get("marker")
    return marker is None or Marker(marker).evaluate({**target.marker_environment, "extra": ""})
