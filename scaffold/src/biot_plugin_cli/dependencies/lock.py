"""Which distributions a plugin needs where it will run, in which versions: what its lock says."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from biot_plugin_cli.archive.cache_folder import cache_folder
from biot_plugin_cli.dependencies.errors import BadLock, DependencyMistake, NoLock, OtherPython, StaleLock
from biot_plugin_cli.dependencies.installers import find_uv, resolve
from biot_plugin_cli.dependencies.locked_distribution import Locked
from biot_plugin_cli.dependencies.pylock import read_pylock
from biot_plugin_cli.dependencies.pyproject import Project
from biot_plugin_cli.dependencies.uv_lock import UvLock
from biot_plugin_cli.plugin.package_target import Target

__all__ = ["is_locked", "locked_distributions"]

_PYLOCK = "pylock.toml"
_UV_LOCK = "uv.lock"
NOT_LOCKED = (
    "There is no uv.lock: the newest versions were taken, and another machine may take others; "
    "run make setup or uv lock, and commit uv.lock"
)


def locked_distributions(project: Project, target: Target) -> tuple[list[Locked], str | None]:
    """Tell what the plugin needs on the target, and no development dependency.

    Args:
        project: The plugin's project.
        target: Where it is to run.

    Returns:
        The distributions, sorted by name; and what people should know of it, None for nothing.

    Raises:
        DependencyMistake: The lock does not fit the project or the target, or there is none, and no uv.
    """
    _check_python(project, target)
    if found := _uv_lock(project.root):
        lock, member = found
        _check_fresh(project, member, lock)
        return lock.needed(member, target), None
    if (file := project.root / _PYLOCK).is_file():
        return read_pylock(file, target), None
    if project.needs_nothing:
        _refuse_requirements(project)
        return [], None
    return _resolved(project, target), NOT_LOCKED


def is_locked(root: Path) -> bool:
    """Whether a lock says what a plugin needs, be it right or wrong."""
    try:
        return _uv_lock(root) is not None or (root / _PYLOCK).is_file()
    except BadLock:
        return True


def _uv_lock(root: Path) -> tuple[UvLock, Mapping[str, Any]] | None:
    """Find the lock that the plugin's project is in: its own, or that of a workspace around it."""
    for folder in (root, *root.parents):
        if (file := folder / _UV_LOCK).is_file():
            lock = UvLock(file)
            if member := lock.member(root):
                return lock, member
            if folder == root:
                raise BadLock(f"{file} is not of the project beside it: run uv lock to make it again")
    return None


def _check_python(project: Project, target: Target) -> None:
    from packaging.specifiers import InvalidSpecifier, SpecifierSet

    wanted = project.table.get("requires-python", "")
    try:
        fits = SpecifierSet(wanted).contains(f"{target.python}.99")
    except InvalidSpecifier:
        fits = False
    if not fits:
        raise OtherPython(
            f"The plugin's runtime is {target.runtime}, and its requires-python is {wanted!r}: "
            f"make them agree in pyproject.toml, then run uv lock"
        )


def _check_fresh(project: Project, member: Mapping[str, Any], lock: UvLock) -> None:
    if "dependencies" in project.table.get("dynamic", ()):
        return
    from packaging.specifiers import SpecifierSet
    from packaging.utils import canonicalize_name

    now = {(canonicalize_name(one.name), frozenset(one.extras), one.specifier) for one in project.requirements}
    then = {
        (one["name"], frozenset(one.get("extras", ())), SpecifierSet(one.get("specifier", "")))
        for one in member.get("metadata", {}).get("requires-dist", ())
        if "extra ==" not in one.get("marker", "")
    }
    if now != then:
        raise StaleLock(f"{lock.file} is older than the dependencies in pyproject.toml: run uv lock")


def _refuse_requirements(project: Project) -> None:
    if (file := project.root / "requirements.txt").is_file():
        raise DependencyMistake(
            f"{file} is no lock, and nothing of it would be packaged: name the dependencies in [project] of "
            "pyproject.toml, as uv add -r requirements.txt does"
        )


def _resolved(project: Project, target: Target) -> list[Locked]:
    """Resolve without a lock; the same dependencies are resolved once, so that packaging again gives the same."""
    uv = find_uv(project.root)
    if uv is None:
        raise NoLock(
            f"{project.root} has neither uv.lock nor pylock.toml: install uv and run uv lock, so that it is certain "
            "what is packaged"
        )
    asked = repr((sorted(map(str, project.requirements)), project.uv, str(target)))
    kept = cache_folder(project.root, "resolved") / f"pylock.{hashlib.sha256(asked.encode()).hexdigest()[:16]}.toml"
    if not kept.is_file():
        resolve(uv, project.root, target, kept)
    return read_pylock(kept, target)
