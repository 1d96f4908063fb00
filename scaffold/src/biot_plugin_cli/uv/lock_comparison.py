"""The comparison of a uv.lock with the projects that it locks, where there is no uv to ask.

It compares everything that the file records of them. What only a build could tell, such as dependencies that a setup.py
computes, is taken as unchanged.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from biot_plugin_cli.errors import InvalidPlugin
from biot_plugin_cli.uv.dates import is_covered
from biot_plugin_cli.uv.markers import parse_condition, same_conditions, same_python
from biot_plugin_cli.uv.requirements import (
    FOLDER_SOURCES,
    Sources,
    canonical,
    declared_groups,
    declared_list,
    declared_requirements,
    find_difference,
    index_location,
    locked_requirements,
)
from biot_plugin_cli.uv.settings import package_sources, project_settings
from biot_plugin_cli.uv.workspace import Workspace, load_pyproject

__all__ = ["find_change"]

_Table = Mapping[str, Any]

_INDEX_NAME = re.compile(r"^[\w.-]+=")
_DEFAULT_INDEX = "https://pypi.org/simple"
# The key in the settings, the key in the lock file, and the default, which is not recorded.
_OPTIONS = (
    ("resolution", "resolution-mode", "highest"),
    ("prerelease", "prerelease-mode", "if-necessary-or-explicit"),
    ("fork-strategy", "fork-strategy", "requires-python"),
)
# Newer versions of uv do not distinguish them.
_SYNONYMS = {"if-necessary": "if-necessary-or-explicit"}
_MANIFEST = (
    ("constraint-dependencies", "constraints"),
    ("override-dependencies", "overrides"),
    ("build-constraint-dependencies", "build-constraints"),
)
_MARKERS = (("environments", "supported-markers"), ("required-environments", "required-markers"))


def find_change(project: Path, lock: Path, document: _Table) -> str | None:
    """Find something that has changed since a lock file was made.

    Args:
        project: The folder of the project.
        lock: The lock file.
        document: Its content.

    Returns:
        What has changed, such as `constraint-dependencies changed`; None if nothing has.

    Raises:
        InvalidPlugin: A pyproject.toml cannot be read, or a requirement in it is not valid.
        OperationFailed: A uv.toml cannot be read.
    """
    workspace = Workspace.find(project)
    try:
        if changed := next(_changes(workspace, lock.parent, document), None):
            return f"{changed} changed"
        if index := _find_unknown_registry(workspace, project, lock.parent, document):
            return f"the index {index} is not configured"
        return None
    except ValueError as error:
        reason = str(error).partition("\n")[0]
        raise InvalidPlugin(
            f"Invalid requirement in pyproject.toml ({reason}): use the form 'requests>=2.32'"
        ) from error


def _changes(workspace: Workspace, folder: Path, document: _Table) -> Iterator[str]:
    from packaging.specifiers import SpecifierSet

    members = workspace.members()
    python = SpecifierSet(document.get("requires-python", ""))
    declared = [table["project"].get("requires-python") for table in members.values()]
    # Without a declaration uv takes the version of the interpreter.
    if any(declared) and python and not same_python(SpecifierSet(",".join(filter(None, declared))), python):
        yield "requires-python"
    packages = {
        (folder / package["source"][kind]).resolve(): package
        for package in document.get("package", ())
        for kind in FOLDER_SOURCES
        if kind in package["source"]
    }
    yield from _member_changes(workspace, members, document, packages)
    yield from _manifest_changes(workspace, folder, document, python)
    yield from _option_changes(workspace, document)
    for path, package in packages.items():
        yield from _project_changes(path, package, folder, python, is_member=path in members)


def _member_changes(
    workspace: Workspace, members: Mapping[Path, _Table], document: _Table, packages: Mapping[Path, _Table]
) -> Iterator[str]:
    names = {canonical(table["project"]["name"]) for table in members.values()}
    locked = set(document.get("manifest", {}).get("members", ())) or names
    if workspace.explicit and names != locked:
        yield "the members of the workspace"
    if not set(members) <= set(packages):
        yield "the members of the workspace" if workspace.explicit else "the project"


def _manifest_changes(workspace: Workspace, folder: Path, document: _Table, python: Any) -> Iterator[str]:
    manifest, uv = document.get("manifest", {}), workspace.uv
    sources = Sources.load(workspace.root, workspace.document, workspace)
    for key, locked in _MANIFEST:
        declared = declared_list(uv.get(key, ()), sources)
        if find_difference(declared, locked_requirements(manifest.get(locked, ()), folder), python):
            yield key
    if set(map(canonical, uv.get("exclude-dependencies", ()))) != set(map(canonical, manifest.get("excludes", ()))):
        yield "exclude-dependencies"
    if "project" not in workspace.document:
        yield from _group_changes(workspace.document, manifest.get("dependency-groups", {}), sources, folder, python)
    if _metadata(uv.get("dependency-metadata", ())) != _metadata(manifest.get("dependency-metadata", ())):
        yield "dependency-metadata"
    yield from _marker_changes(uv, document, python)
    if _conflicts(uv.get("conflicts", ()), workspace.document) != _conflicts(document.get("conflicts", ()), {}):
        yield "conflicts"


def _marker_changes(uv: _Table, document: _Table, python: Any) -> Iterator[str]:
    for key, locked in _MARKERS:
        declared_markers = uv.get(key, ())
        texts = [declared_markers] if isinstance(declared_markers, str) else list(declared_markers)
        pair = [[parse_condition(text) for text in group] for group in (texts, document.get(locked, ()))]
        if bool(pair[0]) != bool(pair[1]) or not same_conditions(pair[0], pair[1], python):
            yield key


def _option_changes(workspace: Workspace, document: _Table) -> Iterator[str]:
    _, settings = project_settings(workspace)
    options = document.get("options", {})
    for key, locked, default in _OPTIONS:
        modes = [settings.get(key, default), options.get(locked, default)]
        if _SYNONYMS.get(modes[0], modes[0]) != _SYNONYMS.get(modes[1], modes[1]):
            yield key
    if settings.get("prerelease-package", {}) != options.get("prerelease-package", {}):
        yield "prerelease-package"
    span = options.get("exclude-newer-span")
    if not is_covered(settings.get("exclude-newer"), {"span": span} if span else options.get("exclude-newer")):
        yield "exclude-newer"
    declared, recorded = (table.get("exclude-newer-package", {}) for table in (settings, options))
    if any(not is_covered(declared.get(name), recorded.get(name)) for name in {*declared, *recorded}):
        yield "exclude-newer-package"


def _project_changes(path: Path, package: _Table, folder: Path, python: Any, *, is_member: bool) -> Iterator[str]:
    document = load_pyproject(path) if (path / "pyproject.toml").is_file() else {}
    project, metadata = document.get("project"), package.get("metadata", {})
    if project is None:
        return
    name, dynamic = package["name"], project.get("dynamic", ())
    if canonical(project.get("name", "")) != name:
        yield f"the name of {name}"
    if "version" in package and "version" in project and not _same_version(package["version"], project["version"]):
        yield f"the version of {name}"
    sources = Sources.load(path, document, Workspace.find(path))
    if not {"dependencies", "optional-dependencies"} & set(dynamic):
        declared = declared_requirements(project, sources)
        if changed := find_difference(declared, locked_requirements(metadata.get("requires-dist", ()), folder), python):
            yield f"{changed} in the dependencies of {name}"
        if set(map(canonical, project.get("optional-dependencies", ()))) != set(metadata.get("provides-extras", ())):
            yield f"the extras of {name}"
    yield from _recorded_changes(document.get("tool", {}).get("uv", {}), package)
    if is_member or "requires-dev" in metadata:
        yield from _group_changes(document, metadata.get("requires-dev", {}), sources, folder, python)


def _recorded_changes(uv: _Table, package: _Table) -> Iterator[str]:
    """Find a change in what older versions of uv do not record."""
    groups = package.get("default-groups")
    if isinstance(groups, list) and groups != uv.get("default-groups", ["dev"]):
        yield "default-groups"
    declared = {
        canonical(name): table.get("requires-python") for name, table in uv.get("dependency-groups", {}).items()
    }
    recorded = package.get("group-requires-python", {})
    if any(declared.get(name) != python for name, python in recorded.items()):
        yield "requires-python of a dependency group"


def _group_changes(document: _Table, locked: _Table, sources: Sources, folder: Path, python: Any) -> Iterator[str]:
    declared = {name: entries for name, entries in declared_groups(document, sources).items() if entries}
    for name in sorted({*declared, *(name for name in locked if locked[name])}):
        entries = locked_requirements(locked.get(name, ()), folder)
        if changed := find_difference(declared.get(name, {}), entries, python):
            yield f"{changed} in the dependency group {name}"


def _find_unknown_registry(workspace: Workspace, project: Path, folder: Path, document: _Table) -> str | None:
    """Find an index that packages come from and nothing names any more."""
    known = {index_location(url, workspace.root) for url in _known_registries(workspace, project)}
    for package in document.get("package", ()):
        registry = package["source"].get("registry")
        if registry is not None and index_location(registry, folder) not in known:
            return str(registry)
    return None


def _known_registries(workspace: Workspace, project: Path) -> Iterator[str]:
    settings = package_sources(workspace, project)
    for member in workspace.members():
        settings["index"] = [*settings.get("index", []), *package_sources(workspace, member).get("index", [])]
    has_default = "index-url" in settings or any(index.get("default") for index in settings.get("index", ()))
    yield from ([] if has_default or settings.get("no-index") else [_DEFAULT_INDEX])
    yield from (index["url"] for index in settings.get("index", ()))
    yield from (*settings.get("find-links", ()), *settings.get("extra-index-url", ()), settings.get("index-url", ""))
    for name in ("UV_INDEX", "UV_DEFAULT_INDEX", "UV_INDEX_URL", "UV_EXTRA_INDEX_URL", "UV_FIND_LINKS"):
        yield from (_INDEX_NAME.sub("", part) for part in os.environ.get(name, "").replace(",", " ").split())


def _same_version(first: str, second: str) -> bool:
    from packaging.version import Version

    return Version(first) == Version(second)


def _metadata(tables: Any) -> set[tuple[str, str, frozenset[str]]]:
    from packaging.requirements import Requirement

    return {
        (
            canonical(table["name"]),
            str(table.get("version", "")),
            frozenset(str(Requirement(text)) for text in table.get("requires-dist", ()) if isinstance(text, str)),
        )
        for table in tables
    }


def _conflicts(sets: Any, document: _Table) -> set[frozenset[tuple[str, str, str]]]:
    own = document.get("project", {}).get("name", "")
    return {
        frozenset(
            (canonical(item.get("package", own)), canonical(item.get("extra", "")), canonical(item.get("group", "")))
            for item in items
        )
        for items in sets
    }
