"""Parser of `pylock.toml`, the standard lock file (PEP 751)."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from biot_plugin_cli.dependencies.errors import InvalidLock
from biot_plugin_cli.dependencies.locked_distribution import LockedDistribution, Origin, Wheel, find_sha256
from biot_plugin_cli.dependencies.wheel_selection import best_wheel
from biot_plugin_cli.plugin.package_target import Target
from biot_plugin_cli.terminal.toml_file import load_toml

if TYPE_CHECKING:
    from packaging.pylock import Package, PackageWheel, Pylock

__all__ = ["read_pylock"]


def read_pylock(file: Path, target: Target) -> list[LockedDistribution]:
    """Read the distributions that a plugin needs on the target.

    Args:
        file: The lock file.
        target: The runtime, which environment markers are evaluated for.

    Returns:
        The distributions, sorted by name.

    Raises:
        InvalidLock: The file cannot be read, or is for another Python version.
    """
    from packaging.pylock import Pylock, PylockValidationError
    from packaging.version import Version

    try:
        lock = Pylock.from_dict(load_toml(file))
    except (OSError, ValueError, PylockValidationError) as error:
        raise InvalidLock(f"Cannot read {file} ({error}): recreate it") from error
    if lock.requires_python and not lock.requires_python.contains(Version(f"{target.python}.99")):
        raise InvalidLock(
            f"{file} is for Python {lock.requires_python}, but the plugin's runtime is {target.runtime}: recreate it"
        )
    return sorted(_distributions(lock, target, file.parent), key=lambda distribution: distribution.name)


def _distributions(lock: Pylock, target: Target, folder: Path) -> list[LockedDistribution]:
    environment = {**target.marker_environment, "extras": frozenset(), "dependency_groups": frozenset()}
    return [
        LockedDistribution(
            str(package.name), str(package.version) if package.version else None, _source(package, target, folder)
        )
        for package in lock.packages
        if package.marker is None or package.marker.evaluate(environment, "lock_file")
    ]


def _source(package: Package, target: Target, folder: Path) -> Wheel | Origin | None:
    if package.directory:
        return Origin(str((folder / package.directory.path).resolve()))
    if package.vcs:
        repository = package.vcs.url or (folder / (package.vcs.path or ".")).resolve().as_uri()
        return Origin(repository, package.vcs.commit_id)
    if package.archive:
        url = package.archive.url or (folder / (package.archive.path or ".")).resolve().as_uri()
        return Wheel(url, find_sha256(package.archive.hashes), indexed=False) if best_wheel([url], target) else None
    return _select({_url(wheel, folder): wheel for wheel in package.wheels or ()}, target)


def _select(wheels: dict[str, PackageWheel], target: Target) -> Wheel | None:
    url = best_wheel(wheels, target)
    if url is None:
        return None
    return Wheel(url, find_sha256(wheels[url].hashes), indexed=not url.startswith("file:"))


def _url(wheel: PackageWheel, folder: Path) -> str:
    return wheel.url or (folder / (wheel.path or wheel.filename)).resolve().as_uri()
