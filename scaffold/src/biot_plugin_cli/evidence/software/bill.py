"""The bill of materials of a release, in CycloneDX 1.6: that of the package, with what the artefact and people know.

It has the minimum elements of the NTIA: supplier, name, version, unique id and relationships of each component, and
author and time of the document; what nobody knows is left out, and counted by `unknown_elements`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from biot_plugin_cli.evidence.software.artefact import Artefact
from biot_plugin_cli.evidence.software.brought_along import Part
from biot_plugin_cli.evidence.software.notes import Notes

__all__ = ["FILES_HASH", "KIND", "OWNER", "PLACE", "is_identified_by_owner", "release_bill", "unknown_elements"]

FILES_HASH, PLACE = "biot-plugin:files-sha256", "biot-plugin:place"
KIND, OWNER = "biot-plugin:kind", "biot-plugin:came-with"
SUPPORT, END_OF_SUPPORT = "biot-plugin:support", "biot-plugin:end-of-support"


def release_bill(
    package_bill: Mapping[str, Any],
    artefact: Artefact,
    parts: Iterable[Part],
    notes: Notes,
    *,
    sha256: str,
    time: str | None,
) -> dict[str, Any]:
    """Create the bill of materials.

    Args:
        package_bill: What `biot-plugin package` writes beside the package.
        artefact: The package.
        parts: What its distributions bring along.
        notes: What people say of the components.
        sha256: The SHA-256 of the package.
        time: When the release was made, as RFC 3339 has it; None if nobody knows.
    """
    suppliers = artefact.suppliers()
    listed = [_distribution(item, artefact, suppliers, notes) for item in package_bill["components"]]
    references = {item["name"]: item["bom-ref"] for item in listed}
    brought = [(_part(part, notes), part) for part in parts]
    plugin = package_bill["metadata"]["component"]["bom-ref"]
    needed: dict[str, list[str]] = {item["ref"]: [*item["dependsOn"]] for item in package_bill["dependencies"]}
    for item, part in brought:
        needed.setdefault(references.get(part.owner or "", plugin), []).append(item["bom-ref"])
        needed.setdefault(item["bom-ref"], [])
    return {
        **package_bill,
        "metadata": _metadata(package_bill["metadata"], notes, sha256, time),
        "components": [*listed, *(item for item, _ in brought)],
        "dependencies": [{"ref": ref, "dependsOn": sorted(set(others))} for ref, others in needed.items()],
    }


def unknown_elements(bill: Mapping[str, Any]) -> list[str]:
    """List which of NTIA's elements the document lacks, as clauses of a sentence."""
    metadata = bill["metadata"]
    document = [("timestamp", "the time of the bill of materials"), ("authors", "the author of the bill of materials")]
    missing = [words for key, words in document if not metadata.get(key)]
    elements = (("supplier", "supplier"), ("version", "version"), ("purl", "unique id"))
    for item in bill["components"]:
        if is_identified_by_owner(item):
            continue
        missing += [f"the {words} of {item['name']}" for key, words in elements if not _has(item, key)]
    return missing


def is_identified_by_owner(component: Mapping[str, Any]) -> bool:
    """Whether a component is in the code of another one, whose maker chose it: what is unknown of it stays unknown."""
    kinds = {item["value"] for item in component["properties"] if item["name"] == KIND}
    return not kinds.isdisjoint(("library", "compiled"))


def _has(item: Mapping[str, Any], key: str) -> bool:
    # What is on no package index is identified by the hash of its files.
    return bool(item.get(key)) or (key == "purl" and bool(item.get("hashes") or item.get("properties")))


def _metadata(metadata: Mapping[str, Any], notes: Notes, sha256: str, time: str | None) -> dict[str, Any]:
    manufacturer, author = notes.release.get("manufacturer"), notes.release.get("author")
    component = {**metadata["component"], "hashes": [{"alg": "SHA-256", "content": sha256}]}
    return {
        **({"timestamp": time} if time else {}),
        **metadata,
        "component": {**component, **({"supplier": {"name": manufacturer}} if manufacturer else {})},
        **({"authors": [{"name": author}]} if author else {}),
        **({"manufacturer": {"name": manufacturer}} if manufacturer else {}),
    }


def _distribution(
    item: Mapping[str, Any], artefact: Artefact, suppliers: Mapping[str, str], notes: Notes
) -> dict[str, Any]:
    said = notes.of(item["name"], item.get("version"))
    supplier = said.get("manufacturer") or suppliers.get(item["name"])
    files = artefact.hash_of(item["name"])
    properties = [("distribution", KIND), (files, FILES_HASH), *_support(said)]
    return _filled(item, said, supplier, properties)


def _part(part: Part, notes: Notes) -> dict[str, Any]:
    said = notes.of(part.name, part.version)
    item: dict[str, Any] = {
        "type": "library",
        "bom-ref": f"{part.kind}:{part.place}#{part.name}@{part.version or 'unknown'}",
        "name": part.name,
        **({"version": part.version} if part.version else {}),
        **({"licenses": [{"license": {"name": part.licence}}]} if part.licence else {}),
        **({"purl": part.purl} if part.purl else {}),
    }
    known = [(part.kind, KIND), (part.place, PLACE), (part.owner, OWNER), (part.sha256, FILES_HASH)]
    properties = [*known, *_support(said)]
    return _filled(item, said, said.get("manufacturer") or part.supplier, properties)


def _support(said: Mapping[str, str]) -> list[tuple[str | None, str]]:
    return [(said.get("support"), SUPPORT), (said.get("end-of-support"), END_OF_SUPPORT)]


def _filled(
    item: Mapping[str, Any],
    said: Mapping[str, str],
    supplier: str | None,
    properties: Iterable[tuple[str | None, str]],
) -> dict[str, Any]:
    licences = item.get("licenses") or ([{"license": {"name": said["licence"]}}] if said.get("licence") else None)
    return {
        **item,
        **({"supplier": {"name": supplier}} if supplier else {}),
        **({"licenses": licences} if licences else {}),
        "properties": [{"name": name, "value": value} for value, name in properties if value],
    }
