"""The lock file of a plugin: which one applies, whether it is up to date, and which distributions it lists."""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from biot_plugin_cli.archive.cache_folder import cache_folder
from biot_plugin_cli.archive.file_locks import hold
from biot_plugin_cli.dependencies.errors import DependencyError, InvalidLock, MissingLock, PythonMismatch, StaleLock
from biot_plugin_cli.dependencies.locked_distribution import LockedDistribution
from biot_plugin_cli.dependencies.pylock import read_pylock
from biot_plugin_cli.dependencies.pyproject import Project
from biot_plugin_cli.dependencies.uv_lock import UvLock
from biot_plugin_cli.errors import InvalidPlugin
from biot_plugin_cli.plugin.interpreters import find_interpreter
from biot_plugin_cli.plugin.package_target import Target
from biot_plugin_cli.uv.freshness import Answer, Verdict, ask
from biot_plugin_cli.uv.program import find_uv, installed, runs
from biot_plugin_cli.uv.settings import package_sources
from biot_plugin_cli.uv.workspace import Workspace

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
        _check_freshness(project, lock, target)
        return lock.distributions(member, target), None
    if (file := project.root / _PYLOCK).is_file():
        return _read_fresh_pylock(file, project, target), None
    if project.needs_nothing:
        _refuse_requirements_file(project)
        return [], None
    return _resolve_unlocked(project, target), _NOT_LOCKED


def is_locked(root: Path) -> bool:
    """Whether a plugin has a lock file, valid or not."""
    try:
        return _find_uv_lock(root) is not None or (root / _PYLOCK).is_file()
    except InvalidPlugin:
        return True


def _find_uv_lock(root: Path) -> tuple[UvLock, Mapping[str, Any]] | None:
    """Find the uv.lock of a project, or of the workspace that it is a member of."""
    workspace = Workspace.find(root)
    if workspace.root != root.resolve() and (root / _UV_LOCK).is_file():
        raise InvalidLock(
            f"uv does not use {root / _UV_LOCK}, since the plugin is a member of the workspace in {workspace.root}: "
            "remove it, then run uv lock"
        )
    if not (file := workspace.root / _UV_LOCK).is_file():
        return None
    lock = UvLock(file)
    if member := lock.find_member(root):
        return lock, member
    raise InvalidLock(f"{file} belongs to another project: run uv lock to recreate it")


def _check_python(project: Project, target: Target) -> None:
    from packaging.specifiers import SpecifierSet

    requires_python = project.table.get("requires-python", "")
    try:
        includes_runtime = SpecifierSet(requires_python).contains(f"{target.python}.99")
    except ValueError:  # InvalidSpecifier, or that of a number with thousands of digits
        includes_runtime = False
    if not includes_runtime:
        raise PythonMismatch(
            f"requires-python = {requires_python!r} excludes the plugin's runtime {target.runtime}: "
            "change one of them in pyproject.toml, then run uv lock"
        )


def _check_freshness(project: Project, lock: UvLock, target: Target) -> None:
    """Check that the lock file is up to date: ask uv, and compare what it cannot tell here."""
    project.check_requirements()
    python = find_interpreter(target.runtime) or Path(sys.executable)
    uv, answer = _ask_first(project.root, python)
    if answer.verdict is Verdict.FRESH:
        return
    from biot_plugin_cli.uv.lock_comparison import find_change

    changed = find_change(project.root, lock.file, lock.document)
    if uv and changed is None and answer.verdict is Verdict.UNKNOWN:
        answer = ask(uv, project.root, python, offline=False)
    if changed or answer.verdict is Verdict.STALE:
        reason = changed or answer.reason
        raise StaleLock(
            f"{lock.file} is out of date with the dependencies in pyproject.toml{f' ({reason})' if reason else ''}: "
            "run uv lock"
        )


def _ask_first(root: Path, python: Path) -> tuple[Path | None, Answer]:
    """Ask the first uv that works; one that gives an answer does, and need not be started to see that."""
    for uv in installed(root):
        answer = ask(uv, root, python, offline=True)
        if answer.verdict is not Verdict.UNKNOWN or runs(uv):
            return uv, answer
    return None, Answer(Verdict.UNKNOWN)


def _read_fresh_pylock(file: Path, project: Project, target: Target) -> list[LockedDistribution]:
    """Read a pylock.toml, and check what it lists against the direct dependencies, which it does not record."""
    from packaging.utils import canonicalize_name

    locked = read_pylock(file, target)
    versions = {distribution.name: distribution.version for distribution in locked}
    for requirement in project.requirements:
        if requirement.marker and not requirement.marker.evaluate({**target.marker_environment, "extra": ""}):
            continue
        name = canonicalize_name(requirement.name)
        version = versions.get(name)
        if name not in versions or (version and not requirement.specifier.contains(version, prereleases=True)):
            raise StaleLock(
                f"{file} is out of date with the dependencies in pyproject.toml ({name} changed): recreate it, for "
                "example with uv export --format pylock.toml -o pylock.toml"
            )
    return locked


def _refuse_requirements_file(project: Project) -> None:
    if (file := project.root / "requirements.txt").is_file():
        raise DependencyError(
            f"{file} is not a lock file, and would be ignored: declare the dependencies in [project] of "
            "pyproject.toml, for example with uv add -r requirements.txt"
        )


def _resolve_unlocked(project: Project, target: Target) -> list[LockedDistribution]:
    """Resolve the dependencies once and cache the result, so that the next package has the same versions."""
    sources = package_sources(Workspace.find(project.root), project.root)
    key = repr((sorted(map(str, project.requirements)), project.uv, sources, str(target)))
    folder = cache_folder(project.root, "resolved")
    cached = folder / f"pylock.{hashlib.sha256(key.encode()).hexdigest()[:16]}.toml"
    with hold(folder / ".lock"):
        if not cached.is_file():
            _resolve(project.root, target, cached)
    return read_pylock(cached, target)


def _resolve(root: Path, target: Target, output: Path) -> None:
    from biot_plugin_cli.dependencies.installers import resolve

    uv = find_uv(root)
    if uv is None:
        raise MissingLock(
            f"Neither uv.lock nor pylock.toml in {root}: install uv and run uv lock, so that the packaged versions are "
            "known"
        )
    resolve(uv, root, target, output)
