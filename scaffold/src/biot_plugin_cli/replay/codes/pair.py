"""Builds the two codes that are compared; nothing of them remains."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from biot_plugin_cli.deploy.older.commit_build import building_commit
from biot_plugin_cli.deploy.older.package_file import read_package_file
from biot_plugin_cli.deploy.older.recompilation import with_own_bytecode
from biot_plugin_cli.errors import OperationFailed
from biot_plugin_cli.git.commits import resolve_commit
from biot_plugin_cli.image.artifact import Image
from biot_plugin_cli.image.examination import building, require_acceptable
from biot_plugin_cli.package.builder import build_package
from biot_plugin_cli.package.built import Package
from biot_plugin_cli.package.report import showing_progress
from biot_plugin_cli.plugin.repository import Plugin
from biot_plugin_cli.replay.codes.choice import (
    DEPLOYED,
    MOST_CANDIDATES,
    Versions,
    candidates,
    deployed_commit,
    is_package,
)
from biot_plugin_cli.replay.codes.runnable import RunnableCode, content_of, unpack

__all__ = ["Pair", "building_pair"]

_HERE = "this folder"
_DIGITS = 12
_OLD, _NEW = "old", "new"


@dataclass(frozen=True, slots=True)
class Pair:
    """The two codes.

    Attributes:
        old: What the present code is compared with.
        new: The code in the plugin's folder.
        reason: Why the older code is the one, if the user has not named it.
    """

    old: RunnableCode
    new: RunnableCode
    reason: str = ""


@contextmanager
def building_pair(plugin: Plugin, against: str | None, versions: Versions, folder: Path) -> Iterator[Pair]:
    """Build both codes; their files exist as long as the context.

    Args:
        plugin: The plugin in its repository.
        against: A revision, `deployed`, or the file of a package; None for the last commit whose code differs.
        versions: Lists the versions of the plugin at its target.
        folder: A new folder for them.

    Raises:
        CliError: One of them cannot be built, or cannot run here.
    """
    # First what is about the older one: a mistake in its name is found at once.
    choice = None if against is None else _choose(plugin, against, versions)
    with _present(plugin, folder) as new:
        if choice is None:
            with _last_that_differs(plugin, new, folder) as old:
                yield Pair(old, new, "the last commit whose code differs")
        elif isinstance(choice, Path):
            yield Pair(_packaged(plugin, choice, folder / _OLD), new)
        else:
            with _committed(plugin, choice, folder / _OLD) as old:
                yield Pair(old, new)


@dataclass(frozen=True, slots=True)
class _Commit:
    id: str
    what: str
    version: Mapping[str, Any] | None = None


def _choose(plugin: Plugin, against: str, versions: Versions) -> Path | _Commit:
    if is_package(against):
        return Path(against)
    if against.endswith(".zip"):
        raise OperationFailed(f"{against} does not exist: pass the path of a package, or a revision")
    if against == DEPLOYED:
        commit, version = deployed_commit(plugin.root, versions)
        return _Commit(commit, f"version {version['version']}, which is deployed", version)
    return _commit(resolve_commit(plugin.root, against))


def _commit(id: str) -> _Commit:
    return _Commit(id, f"the commit {id[:_DIGITS]}")


@contextmanager
def _last_that_differs(plugin: Plugin, new: RunnableCode, folder: Path) -> Iterator[RunnableCode]:
    for number, id in enumerate(candidates(plugin.root)):
        with _committed(plugin, _commit(id), folder / f"{_OLD}-{number}") as old:
            if old.is_other(new):
                yield old
                return
    raise OperationFailed(
        f"All of the last {MOST_CANDIDATES} commits that have changed this folder have its code: name older code with "
        "--against (in a shallow clone, run git fetch --unshallow first)"
    )


@contextmanager
def _committed(plugin: Plugin, commit: _Commit, folder: Path) -> Iterator[RunnableCode]:
    with building_commit(plugin, commit.id) as build:
        if commit.version is not None and commit.version["contentHash"] not in (None, build.content_hash):
            raise OperationFailed(
                f"The build of the commit {commit.id[:_DIGITS]} is not what is deployed as version "
                f"{commit.version['version']}: pass --against with the package of that deployment"
            )
        yield unpack(
            build.plugin,
            content_of(build.built, folder.parent, commit.what),
            folder,
            here=plugin,
            what=commit.what,
            content_hash=build.content_hash,
            commit=build.commit,
        )


def _packaged(plugin: Plugin, path: Path, folder: Path) -> RunnableCode:
    package = read_package_file(path)
    # Without a bill of materials beside it, it ran as the plugin does now.
    manifest = plugin.manifest._replace(
        runtime=package.runtime or plugin.manifest.runtime,
        handler=package.handler or plugin.manifest.handler,
    )
    return unpack(
        plugin._replace(manifest=manifest),
        with_own_bytecode(package, manifest.runtime),
        folder,
        here=plugin,
        what=f"the package {package.name}",
        content_hash=package.content_hash,
        commit=package.commit,
    )


@contextmanager
def _present(plugin: Plugin, folder: Path) -> Iterator[RunnableCode]:
    with _built(plugin, folder) as (built, commit):
        content = content_of(built, folder, _HERE)
        yield unpack(
            plugin, content, folder / _NEW, here=plugin, what=_HERE, content_hash=built.content_hash, commit=commit
        )


@contextmanager
def _built(plugin: Plugin, folder: Path) -> Iterator[tuple[Package | Image, str | None]]:
    if plugin.manifest.package == "image":
        with building(plugin, None) as (image, problems):
            require_acceptable(problems)
            yield image, None
        return
    with showing_progress() as progress:
        package = build_package(plugin, folder / "package" / f"{plugin.manifest.name}.zip", progress=progress)
    yield package, package.tree.commit if package.tree.is_clean else None
