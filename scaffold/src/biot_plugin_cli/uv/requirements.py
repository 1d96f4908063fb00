"""The requirements of a project as uv records them in a lock file: names, extras, versions, sources, and markers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlsplit

from biot_plugin_cli.uv.file_urls import file_of
from biot_plugin_cli.uv.markers import Condition, parse_condition, same_conditions
from biot_plugin_cli.uv.workspace import Workspace

if TYPE_CHECKING:
    from packaging.requirements import Requirement
    from packaging.specifiers import SpecifierSet

__all__ = [
    "FOLDER_SOURCES",
    "Requirements",
    "Sources",
    "canonical",
    "declared_groups",
    "declared_list",
    "declared_requirements",
    "find_difference",
    "index_location",
    "locked_requirements",
]

_Table = Mapping[str, Any]
_Identity = tuple[str, frozenset[str], "SpecifierSet", tuple[Any, ...]]
Requirements = Mapping[_Identity, list[Condition]]
"""The conditions under which each requirement applies."""

_Scope = tuple[str, str] | None
_SCOPES = ("extra", "group")
_INDEX: tuple[Any, ...] = ("index", None)
FOLDER_SOURCES = ("directory", "editable", "virtual")
"""The keys by which a lock file refers to the folder of a project."""


@dataclass(frozen=True, slots=True)
class Sources:
    """Where a project says that its requirements come from.

    Attributes:
        tables: The tables of `[tool.uv.sources]` by normalised name, each with the folder that its paths start at.
        indexes: The location of each named index.
        members: The folder of each project in the workspace, by normalised name.
    """

    tables: Mapping[str, tuple[Path, list[_Table]]]
    indexes: Mapping[str, str]
    members: Mapping[str, Path]

    @classmethod
    def load(cls, folder: Path, document: _Table, workspace: Workspace) -> Sources:
        """Load the sources of a project; those of the workspace's root apply to every member.

        Args:
            folder: The project's folder.
            document: Its pyproject.toml.
            workspace: Its workspace.
        """
        tables: dict[str, tuple[Path, list[_Table]]] = {}
        indexes: dict[str, str] = {}
        for origin, uv in ((workspace.root, workspace.uv), (folder, document.get("tool", {}).get("uv", {}))):
            for name, table in uv.get("sources", {}).items():
                tables[canonical(name)] = (origin, table if isinstance(table, list) else [table])
            indexes |= {
                index["name"]: index_location(index.get("url", ""), origin)
                for index in uv.get("index", ())
                if "name" in index
            }
        members = {canonical(table["project"]["name"]): path for path, table in workspace.members().items()}
        return cls(tables, indexes, members)

    def expand(self, requirement: Requirement, scope: _Scope) -> Iterator[tuple[_Identity, Condition]]:
        """Split a requirement by its sources, which may have markers.

        Args:
            requirement: The requirement.
            scope: The extra or group that declares it, as `("extra", name)`; None for a project's dependencies.
        """
        condition = Condition((requirement.marker,)) if requirement.marker else Condition()
        if scope and scope[0] == "extra":
            condition = condition.restrict(parse_condition(f"extra == '{scope[1]}'").every)
        others: list[Any] = []
        folder, tables = self.tables.get(canonical(requirement.name), (Path(), []))
        for table in tables:
            if any(table.get(kind) not in (None, scope[1] if scope and scope[0] == kind else None) for kind in _SCOPES):
                continue
            markers = parse_condition(table.get("marker")).every
            yield (
                self._identify(requirement, self._source(requirement.name, table, folder)),
                condition.restrict(markers),
            )
            if not markers:
                return
            others += markers
        source = _direct_source(requirement.url) if requirement.url else _INDEX
        yield self._identify(requirement, source), condition.restrict(none=others)

    def _identify(self, requirement: Requirement, source: tuple[Any, ...]) -> _Identity:
        from packaging.specifiers import SpecifierSet

        # A version that a source determines is not recorded.
        specifier = requirement.specifier if source[0] == "index" else SpecifierSet()
        return canonical(requirement.name), frozenset(map(canonical, requirement.extras)), specifier, source

    def _source(self, name: str, table: _Table, folder: Path) -> tuple[Any, ...]:
        if table.get("workspace"):
            return ("path", self.members.get(canonical(name)))
        if path := table.get("path"):
            return ("path", (folder / path).resolve())
        if git := table.get("git"):
            query = {key: table[key] for key in ("rev", "tag", "branch", "subdirectory") if key in table}
            return ("git", _bare_url(git.removeprefix("git+")), frozenset(query.items()))
        if url := table.get("url"):
            return ("url", _bare_url(url))
        return ("index", self.indexes.get(table.get("index", ""), "unknown"))


def declared_requirements(project: _Table, sources: Sources) -> Requirements:
    """Return the requirements in `[project]`, with those of its extras.

    Raises:
        ValueError: One is not valid.
    """
    scoped: list[tuple[str, _Scope]] = [(text, None) for text in project.get("dependencies", ())]
    extras: Mapping[str, list[str]] = project.get("optional-dependencies", {})
    scoped += [(text, ("extra", canonical(extra))) for extra, texts in extras.items() for text in texts]
    return _expand(scoped, sources)


def declared_list(texts: Iterable[Any], sources: Sources) -> Requirements:
    """Return the requirements in a list, such as `constraint-dependencies`.

    Raises:
        ValueError: One is not valid.
    """
    return _expand(
        [(text if isinstance(text, str) else str(text.get("requirement", "")), None) for text in texts], sources
    )


def _expand(texts: Iterable[tuple[str, _Scope]], sources: Sources) -> Requirements:
    from packaging.requirements import Requirement

    found: dict[_Identity, list[Condition]] = {}
    for text, scope in texts:
        for identity, condition in sources.expand(Requirement(text), scope):
            found.setdefault(identity, []).append(condition)
    return found


def declared_groups(document: _Table, sources: Sources) -> dict[str, Requirements]:
    """Return the requirements of each dependency group in a pyproject.toml.

    Raises:
        ValueError: One is not valid.
    """
    groups = {canonical(name): entries for name, entries in document.get("dependency-groups", {}).items()}
    if legacy := document.get("tool", {}).get("uv", {}).get("dev-dependencies"):
        groups["dev"] = [*groups.get("dev", ()), *legacy]
    return {
        name: _expand([(text, ("group", name)) for text in _group_entries(name, groups, frozenset())], sources)
        for name in groups
    }


def locked_requirements(entries: Iterable[_Table], folder: Path) -> Requirements:
    """Return the requirements that a lock file records.

    Args:
        entries: The recorded tables.
        folder: The folder of the lock file.

    Raises:
        ValueError: One is not valid.
    """
    from packaging.specifiers import SpecifierSet

    found: dict[_Identity, list[Condition]] = {}
    for entry in entries:
        source = _locked_source(entry, folder)
        specifier = SpecifierSet(entry.get("specifier", "") if source[0] == "index" else "")
        identity = (canonical(entry["name"]), frozenset(map(canonical, entry.get("extras", ()))), specifier, source)
        found.setdefault(identity, []).append(parse_condition(entry.get("marker")))
    return found


def find_difference(declared: Requirements, locked: Requirements, python: SpecifierSet) -> str | None:
    """Return the name of a requirement that differs, or None.

    Args:
        declared: What the project declares.
        locked: What the lock file records.
        python: The Python versions that matter.
    """
    identities = sorted({*declared, *locked}, key=lambda identity: (identity[0], repr(identity)))
    for identity in identities:
        if not same_conditions(declared.get(identity, []), locked.get(identity, []), python):
            return identity[0]
    return None


def _group_entries(name: str, groups: Mapping[str, list[Any]], visited: frozenset[str]) -> Iterator[str]:
    for entry in groups.get(name, ()) if name not in visited else ():
        if isinstance(entry, str):
            yield entry
        else:
            yield from _group_entries(canonical(entry.get("include-group", "")), groups, visited | {name})


def _locked_source(entry: _Table, folder: Path) -> tuple[Any, ...]:
    for kind in (*FOLDER_SOURCES, "path"):
        if kind in entry:
            return ("path", (folder / entry[kind]).resolve())
    if git := entry.get("git"):
        parts = urlsplit(git)
        return ("git", _bare_url(parts._replace(query="", fragment="").geturl()), frozenset(parse_qsl(parts.query)))
    if url := entry.get("url"):
        return ("url", _bare_url(url))
    return ("index", index_location(entry["index"], folder) if "index" in entry else None)


def _direct_source(url: str) -> tuple[Any, ...]:
    parts = urlsplit(url)
    if parts.scheme == "file":
        return ("path", file_of(url).resolve())
    if not parts.scheme.startswith("git+"):
        return ("url", _bare_url(url))
    path, _, revision = parts.path.rpartition("@") if "@" in parts.path else (parts.path, "", "")
    query = {"rev": revision} if revision else {}
    query |= {key: value for key, value in parse_qsl(parts.fragment) if key == "subdirectory"}
    bare = parts._replace(scheme=parts.scheme.removeprefix("git+"), path=path, fragment="").geturl()
    return ("git", _bare_url(bare), frozenset(query.items()))


def _bare_url(url: str) -> str:
    """Remove from a URL what uv does not record: credentials, and the fragment."""
    parts = urlsplit(url)
    return parts._replace(netloc=parts.netloc.rpartition("@")[2], fragment="").geturl().rstrip("/")


def index_location(index: str, folder: Path) -> str:
    """Return the URL or the path of an index, which can be compared.

    Args:
        index: Its URL, or a path.
        folder: The folder that a path starts at.
    """
    if index.startswith("file:"):
        index = str(file_of(index))
    return _bare_url(index) if "://" in index else str((folder / index).resolve())


def canonical(name: str) -> str:
    """Normalise the name of a distribution, extra or group."""
    from packaging.utils import canonicalize_name

    return canonicalize_name(name)
