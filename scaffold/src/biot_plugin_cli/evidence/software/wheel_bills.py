"""The bill of materials that a wheel may have of what was compiled into it (PEP 770), in CycloneDX or SPDX."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from biot_plugin_cli.http.json_document import read_json

__all__ = ["billed_components"]


def billed_components(content: bytes) -> list[dict[str, str]]:
    """Read what a bill of materials lists; nothing where it is in an unknown form.

    Args:
        content: The document.

    Returns:
        `name`, `version`, `purl`, `supplier` and `licence` of each component, as far as it has them.
    """
    try:
        return [_text_fields(item) for item in _components(read_json(content))]
    except (ValueError, TypeError, AttributeError, KeyError):
        return []


def _components(document: Any) -> Iterator[Any]:
    """Yield all components of a bill of materials in CycloneDX, or all packages of one in SPDX."""
    pending = deque([*(document.get("components") or ()), *(document.get("packages") or ())])
    while pending:
        item = pending.popleft()
        yield item
        pending += item.get("components") or ()


def _text_fields(item: Mapping[str, Any]) -> dict[str, str]:
    """Read what a component of a bill of materials has, in CycloneDX or in SPDX."""
    references = [ref for ref in item.get("externalRefs") or () if ref.get("referenceType") == "purl"]
    fields = {
        "name": item.get("name"),
        "version": item.get("version") or item.get("versionInfo"),
        "purl": item.get("purl") or (references[0].get("referenceLocator") if references else None),
        "supplier": _name_of(item.get("supplier")) or item.get("publisher") or item.get("author"),
        "licence": item.get("licenseConcluded") or _licence_of(item.get("licenses") or ()),
    }
    return {key: value for key, value in fields.items() if isinstance(value, str) and value not in ("", "NOASSERTION")}


def _name_of(supplier: Any) -> str | None:
    return supplier.get("name") if isinstance(supplier, Mapping) else supplier


def _licence_of(licences: Iterable[Mapping[str, Any]]) -> str | None:
    names = [item.get("expression") or item["license"].get("id") or item["license"].get("name") for item in licences]
    return " AND ".join(filter(None, names)) or None
