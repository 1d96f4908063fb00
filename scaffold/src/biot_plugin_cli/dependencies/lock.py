"""The lock file of a plugin: which one applies, whether it is up to date, and which distributions it lists."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from biot_plugin_cli.archive.cache_folder import cache_folder
from biot_plugin_cli.dependencies.errors import DependencyError, InvalidLock, MissingLock, PythonMismatch, StaleLock
from biot_plugin_cli.dependencies.installers import find_uv, resolve
from biot_plugin_cli.dependencies.locked_distribution import LockedDistribution
from biot_plugin_cli.dependencies.pylock import read_pylock
from biot_plugin_cli.dependencies.pyproject import Project
from biot_plugin_cli.dependencies.uv_lock import UvLock
from biot_plugin_cli.plugin.package_target import Target

__all__ = ["is_locked", "locked_distributions"]

_PYLOCK = "pylock.toml"
_UV_LOCK = "uv.lock"
_NOT_LOCKED = (
    "No uv.lock: the newest versions were used, which may differ on another machine; "
    "run make setup or uv lock, and commit uv.lock"
)


def locked_distributions(project: Project, target: Target) -> tuple[list[LockedDistribution], str | None]:
    """Return the distributions that the plugin needs on the target, without development dependencies.

    Args:
        project: The plugin's project.
        target: The runtime.

    Returns:
        The distributions, sorted by name; and a note for the user, or None.

    Raises:
        DependencyError: The lock file does not fit the project or the target, or there is neither lock file nor uv.
    """
    _check_python(project, target)
    if found := _find_uv_lock(project.root):
        lock, member = found
        _check_freshness(project, member, lock)
        return lock.distributions(member, target), None
    if (file := project.root / _PYLOCK).is_file():
        return read_pylock(file, target), None
    if project.needs_nothing:
        _refuse_requirements_file(project)
        return [], None
    return _resolve_unlocked(project, target), _NOT_LOCKED


def is_locked(root: Path) -> bool:
    """Whether a plugin has a lock file, valid or not."""
    try:
        return _find_uv_lock(root) is not None or (root / _PYLOCK).is_file()
    except InvalidLock:
        return True


def _find_uv_lock(root: Path) -> tuple[UvLock, Mapping[str, Any]] | None:
    """Find the uv.lock of a project, or of the workspace that it is a member of."""
    for folder in (root, *root.parents):
        if (file := folder / _UV_LOCK).is_file():
            lock = UvLock(file)
            if member := lock.find_member(root):
                return lock, member
            if folder == root:
                raise InvalidLock(f"{file} belongs to another project: run uv lock to recreate it")
    return None


def _check_python(project: Project, target: Target) -> None:
    from packaging.specifiers import InvalidSpecifier, SpecifierSet

    requires_python = project.table.get("requires-python", "")
    try:
        includes_runtime = SpecifierSet(requires_python).contains(f"{target.python}.99")
    except InvalidSpecifier:
        includes_runtime = False
    if not includes_runtime:
        raise PythonMismatch(
            f"requires-python = {requires_python!r} excludes the plugin's runtime {target.runtime}: "
            "change one of them in pyproject.toml, then run uv lock"
        )


def _check_freshness(project: Project, member: Mapping[str, Any], lock: UvLock) -> None:
    if "dependencies" in project.table.get("dynamic", ()):
        return
    from packaging.specifiers import SpecifierSet
    from packaging.utils import canonicalize_name

    declared = {
        (canonicalize_name(requirement.name), frozenset(requirement.extras), requirement.specifier)
        for requirement in project.requirements
    }
    locked = {
        (entry["name"], frozenset(entry.get("extras", ())), SpecifierSet(entry.get("specifier", "")))
        for entry in member.get("metadata", {}).get("requires-dist", ())
        if "extra ==" not in entry.get("marker", "")
    }
    if declared != locked:
        raise StaleLock(f"{lock.file} is out of date with the dependencies in pyproject.toml: run uv lock")


def _refuse_requirements_file(project: Project) -> None:
    if (file := project.root / "requirements.txt").is_file():
        raise DependencyError(
            f"{file} is not a lock file, and would be ignored: declare the dependencies in [project] of "
            "pyproject.toml, for example with uv add -r requirements.txt"
        )


def _resolve_unlocked(project: Project, target: Target) -> list[LockedDistribution]:
    """Resolve the dependencies once and cache the result, so that the next package has the same versions."""
    uv = find_uv(project.root)
    if uv is None:
        raise MissingLock(
            f"Neither uv.lock nor pylock.toml in {project.root}: install uv and run uv lock, so that the packaged "
            "versions are known"
        )
    key = repr((sorted(map(str, project.requirements)), project.uv, str(target)))
    cached = cache_folder(project.root, "resolved") / f"pylock.{hashlib.sha256(key.encode()).hexdigest()[:16]}.toml"
    if not cached.is_file():
        resolve(uv, project.root, target, cached)
    return read_pylock(cached, target)
