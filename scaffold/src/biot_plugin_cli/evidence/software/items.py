"""The list of third-party software (SOUP, IEC 62304), with what only people can say of it.

A row has what the artefact says: title, manufacturer, exact version, licence; and what `soup.toml` says: purpose,
requirements, hardware and software that it needs, risk, level and end of support, and when its published anomalies were
read. An empty cell stays empty, and is named. What came with a distribution, and is not named itself, has what is said
of the distribution.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from biot_plugin_cli.evidence.software.bill import FILES_HASH, KIND, OWNER, PLACE
from biot_plugin_cli.evidence.software.notes import CELLS, FILE_NAME, Notes

__all__ = ["empty_cells", "list_items", "placeholder_rows", "unknown_rows"]

# What is in the code of others was chosen by those who made these, and is often not named any closer.
_IN_OTHERS = ("library", "compiled")
_IDENTITY = ("manufacturer", "version", "licence")
_WORDS = {
    "title": "title",
    "manufacturer": "manufacturer",
    "version": "exact version",
    "licence": "licence",
    "purpose": "purpose",
    "requirements": "functional and performance requirements",
    "environment": "hardware and software that it needs",
    "risk": "risk",
    "support": "level of support",
    "end-of-support": "end of support",
    "reviewed": "review of its published anomalies",
}


def list_items(bill: Mapping[str, Any], notes: Notes, runtime: str) -> list[dict[str, Any]]:
    """List the third-party software: each component of the bill of materials, and the runtime below them.

    Args:
        bill: The bill of materials of the release.
        notes: What people say of it.
        runtime: The Lambda runtime, such as `python3.13`.
    """
    versions = {item["name"]: item.get("version") for item in bill["components"] if OWNER not in _properties(item)}
    return [*(_item(component, notes, versions) for component in bill["components"]), _runtime_item(runtime, notes)]


def _runtime_item(runtime: str, notes: Notes) -> dict[str, Any]:
    """Describe the runtime, which AWS provides and keeps up to date."""
    said = notes.of(runtime, None)
    known = {"title": runtime, "kind": "runtime", "manufacturer": "Amazon Web Services", "licence": "AWS service terms"}
    return {
        **known,
        "version": f"{runtime}, as AWS has it",
        "sha256": None,
        "place": None,
        "cameWith": None,
        **_said(said, None),
    }


def empty_cells(items: Iterable[Mapping[str, Any]]) -> list[str]:
    """Name the cells that are empty, a clause of a sentence for each row that has some."""
    return [f"{_joined(words)} of {_label(item)}" for item in items if (words := _missing(item))]


def _missing(item: Mapping[str, Any]) -> list[str]:
    return [
        words
        for key, words in _WORDS.items()
        if not item.get(key) and not (item["kind"] in _IN_OTHERS and key in _IDENTITY)
    ]


def _joined(words: Sequence[str]) -> str:
    *others, last = words
    return f"the {', '.join(others)} and {last}" if others else f"the {last}"


def unknown_rows(items: Iterable[Mapping[str, Any]], notes: Notes) -> list[str]:
    """List the components that people say something of, and that are not in the package."""
    names = {f"{item['title']}@{item['version']}" for item in items} | {item["title"] for item in items}
    return sorted(name for name in notes.components if name not in _normalised(names))


def _normalised(names: Iterable[str]) -> set[str]:
    from biot_plugin_cli.evidence.software.headers import normalised

    parts = (name.partition("@") for name in names)
    return {f"{normalised(title)}{separator}{version}" for title, separator, version in parts}


def _properties(component: Mapping[str, Any]) -> dict[str, str]:
    return {item["name"]: item["value"] for item in component["properties"]}


def _item(component: Mapping[str, Any], notes: Notes, versions: Mapping[str, str | None]) -> dict[str, Any]:
    name, version, properties = component["name"], component.get("version"), _properties(component)
    owner = properties.get(OWNER)
    said = _said(notes.of(name, version), version)
    if owner and not notes.of(name, version):
        said = _said(notes.of(owner, versions.get(owner)), versions.get(owner))
    return {
        "title": name,
        "kind": properties[KIND],
        "manufacturer": component.get("supplier", {}).get("name"),
        "version": version,
        "licence": _licence(component.get("licenses") or ()),
        "sha256": properties.get(FILES_HASH),
        "place": properties.get(PLACE),
        "cameWith": owner,
        **said,
    }


def _said(said: Mapping[str, str], version: str | None) -> dict[str, str | None]:
    # A review of another version says nothing of this one.
    is_of_version = said.get("reviewed-version") == version if version else True
    reviewed = said.get("reviewed") if is_of_version else None
    return {cell: said.get(cell) or None for cell in CELLS} | {"reviewed": reviewed or None}


def _licence(licences: Iterable[Mapping[str, Any]]) -> str | None:
    names = (item.get("expression") or item["license"].get("name") or item["license"].get("id") for item in licences)
    return " AND ".join(filter(None, names)) or None


def _label(item: Mapping[str, Any]) -> str:
    return f"{item['title']} {item['version']}" if item["version"] and item["kind"] != "runtime" else str(item["title"])


def placeholder_rows(items: Iterable[Mapping[str, Any]], notes: Notes) -> str:
    """Write the tables that `soup.toml` lacks, with empty cells, as text to append to the file.

    Args:
        items: The rows.
        notes: What the file has.
    """
    tables: dict[str, str] = {}
    for item in items:
        name, version = str(item["title"]), "" if item["kind"] == "runtime" else item["version"] or ""
        if not item["cameWith"] and not notes.of(name, version):
            cells = "".join(f'{cell} = ""\n' for cell in CELLS)
            of_version = f'reviewed-version = "{_escaped(version)}"\n' if version else ""
            review = f"# reviewed = YYYY-MM-DD\n{of_version}"
            tables[name] = f'\n[components."{_escaped(name)}"]\n{cells}{review}'
    head = "" if notes.text else f"# {FILE_NAME}: what only people know of the software in the package.\n"
    return head + "".join(tables.values())


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"')
