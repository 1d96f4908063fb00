"""Reads a `pylock.toml`, the lock file that tools agree on (PEP 751)."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import tomllib

from biot_plugin_cli.dependencies.errors import BadLock
from biot_plugin_cli.dependencies.locked_distribution import Locked, Origin, Wheel, best_wheel, sha256_of
from biot_plugin_cli.plugin.package_target import Target

if TYPE_CHECKING:
    from packaging.pylock import Package, PackageWheel, Pylock

__all__ = ["read_pylock"]


def read_pylock(file: Path, target: Target) -> list[Locked]:
    """Tell what a lock file says that a plugin needs on the target.

    Args:
        file: The lock file.
        target: What the environment markers are about.

    Returns:
        Sorted by name.

    Raises:
        BadLock: It cannot be read, or is not for this target.
    """
    from packaging.pylock import Pylock, PylockValidationError
    from packaging.version import Version

    try:
        lock = Pylock.from_dict(tomllib.loads(file.read_text(encoding="utf-8")))
    except (OSError, ValueError, PylockValidationError) as error:
        raise BadLock(f"{file} cannot be read ({error}): make it again") from error
    if lock.requires_python and not lock.requires_python.contains(Version(f"{target.python}.99")):
        raise BadLock(
            f"{file} is for Python {lock.requires_python}, and the plugin runs on {target.runtime}: make it again"
        )
    return sorted(_locked(lock, target, file.parent), key=lambda one: one.name)


def _locked(lock: Pylock, target: Target, folder: Path) -> list[Locked]:
    applying = (
        one for one in lock.packages if one.marker is None or one.marker.evaluate(_environment(target), "lock_file")
    )
    return [
        Locked(str(one.name), str(one.version) if one.version else None, _source(one, target, folder))
        for one in applying
    ]


def _environment(target: Target) -> dict[str, str | frozenset[str]]:
    return {**target.marker_environment, "extras": frozenset(), "dependency_groups": frozenset()}


def _source(package: Package, target: Target, folder: Path) -> Wheel | Origin | None:
    if package.directory:
        return Origin(str((folder / package.directory.path).resolve()))
    if package.vcs:
        place = package.vcs.url or (folder / (package.vcs.path or ".")).resolve().as_uri()
        return Origin(place, package.vcs.commit_id)
    if package.archive:
        url = package.archive.url or (folder / (package.archive.path or ".")).resolve().as_uri()
        fits = best_wheel([url], target)
        return Wheel(url, sha256_of(package.archive.hashes), indexed=False) if fits else None
    return _wheel({_place(wheel, folder): wheel for wheel in package.wheels or ()}, target)


def _wheel(wheels: dict[str, PackageWheel], target: Target) -> Wheel | None:
    chosen = best_wheel(wheels, target)
    if chosen is None:
        return None
    return Wheel(chosen, sha256_of(wheels[chosen].hashes), indexed=not chosen.startswith("file:"))


def _place(wheel: PackageWheel, folder: Path) -> str:
    return wheel.url or (folder / (wheel.path or wheel.filename)).resolve().as_uri()
