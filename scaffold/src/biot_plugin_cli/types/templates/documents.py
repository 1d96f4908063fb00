"""The documents of templates: fetched from a platform, or read from a file that is kept in git.

Only what types are made of is read, in a fixed order: the same templates are the same text wherever they come from.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from biot_plugin_cli.errors import OperationFailed, UsageError
from biot_plugin_cli.http.json_document import read_json
from biot_plugin_cli.platform.response_schemas import TEMPLATE_NAME
from biot_plugin_cli.terminal.file_writer import write_atomically
from biot_plugin_cli.terminal.input_file import read_text
from biot_plugin_cli.terminal.plain_text import one_line

if TYPE_CHECKING:
    from biot_plugin_cli.platform.client import PlatformClient

__all__ = ["LISTS", "Document", "digest", "fetch_documents", "read_documents", "select", "write_documents"]

Document = Mapping[str, Any]

LISTS = ("builtInAttributes", "customAttributes", "templateAttributes")
"""The lists of attributes of a template."""

_PATH = "/settings/v1/templates"
_OF_TEMPLATE = ("id", "name", "displayName", "description", "entityTypeName")
_OF_PARENT = ("id", "name")
_OF_ATTRIBUTE = ("id", "name", "basePath", "displayName", "type", "readOnly")
_PARTS = {
    "category": ("name",),
    "validation": ("mandatory", "min", "max", "regex", "defaultValue", "supportedMimeTypes"),
    "numericMetaData": ("units", "subType", "lowerRange", "upperRange"),
    "referenceConfiguration": ("entityType", "validTemplatesToReference"),
    "linkConfiguration": ("entityTypeName", "templateId", "attributeId"),
}


def fetch_documents(client: PlatformClient) -> list[Document]:
    """Fetch all templates of a platform (contract section 13.3).

    Raises:
        CliError: The platform cannot be called, refuses, or does not respond as the platform does.
    """
    return _normalized(client.search(_PATH, {}, TEMPLATE_NAME))


def read_documents(file: Path) -> list[Document]:
    """Read templates from a file: what `write_documents` wrote, or an answer of the platform.

    Raises:
        UsageError: It cannot be read.
        OperationFailed: There are no templates in it, or one has no name or entity type.
    """
    text = read_text(file)
    try:
        document = read_json(text.encode(errors="surrogatepass"))
    except ValueError as error:
        raise UsageError(f"{file} is not JSON ({error}): save it again with biot-plugin types --save {file}") from None
    documents = document
    if isinstance(document, dict):
        documents = document.get(
            "templates", document.get("data", [document] if "entityTypeName" in document else None)
        )
    if not isinstance(documents, list):
        raise OperationFailed(f"{file} has no templates: save them with biot-plugin types --save {file}")
    for number, template in enumerate(documents, 1):
        _require_names(file, number, template)
    return _normalized(documents)


def write_documents(file: Path, documents: Iterable[Document]) -> None:
    """Write templates to a file, so that its differences can be read. Raises OperationFailed."""
    text = json.dumps({"version": 1, "templates": [*documents]}, indent=2, sort_keys=True)
    write_atomically(file, f"{text}\n".encode())


def select(documents: Iterable[Document], names: Iterable[str]) -> list[Document]:
    """Return the templates with some names; all of them where there are no names.

    Args:
        documents: The templates.
        names: Names of templates, also as `ENTITY-TYPE/NAME`.

    Raises:
        UsageError: There is none with such a name.
    """
    templates, selected = [*documents], {*names}
    for name in sorted(selected):
        if not any(name in _names(template) for template in templates):
            known = ", ".join(sorted({one_line(_names(template)[1]) for template in templates})) or "none at all"
            raise UsageError(f"There is no template {one_line(name)}: there are {known}")
    return [template for template in templates if not selected or selected.intersection(_names(template))]


def digest(documents: Iterable[Document]) -> str:
    """Return a hash of all that types are made of."""
    text = json.dumps([*documents], sort_keys=True)
    return f"sha256:{hashlib.sha256(text.encode()).hexdigest()}"


def _names(template: Document) -> tuple[str, str]:
    return template["name"], f"{template['entityTypeName']}/{template['name']}"


def _require_names(file: Path, number: int, template: object) -> None:
    for name in ("name", "entityTypeName"):
        if not isinstance(template, Mapping) or not isinstance(template.get(name), str) or not template[name]:
            raise OperationFailed(
                f"Template {number} in {file} has no {name}: save them again with biot-plugin types --save {file}"
            )


def _normalized(templates: Iterable[Document]) -> list[Document]:
    """Return what types are made of, sorted; a template that two pages have counts once."""
    documents = {json.dumps(document, sort_keys=True): document for document in map(_template, templates)}
    by_id = {document.get("id") or text: document for text, document in documents.items()}
    return sorted(by_id.values(), key=_order)


def _order(document: Document) -> tuple[str, ...]:
    parent = document.get("parentTemplate") or {}
    return (
        document["entityTypeName"],
        document["name"],
        str(parent.get("name") or ""),
        str(document.get("id") or ""),
        json.dumps(document, sort_keys=True),
    )


def _template(template: Document) -> Document:
    normalized: dict[str, Any] = {**_texts(template, _OF_TEMPLATE)}
    parent = template.get("parentTemplate")
    if isinstance(parent, Mapping):
        normalized["parentTemplate"] = _texts(parent, _OF_PARENT)
    for name in LISTS:
        normalized[name] = [_attribute(attribute) for attribute in _objects(template.get(name)) if _is_named(attribute)]
    return normalized


def _attribute(attribute: Document) -> Document:
    normalized = _with(attribute, _OF_ATTRIBUTE)
    for name, members in _PARTS.items():
        part = attribute.get(name)
        if isinstance(part, Mapping) and (inner := _with(part, members)):
            normalized[name] = inner
    choices = [_with(choice, ("name", "displayName")) for choice in _objects(attribute.get("selectableValues"))]
    if choices:
        normalized["selectableValues"] = choices
    return normalized


def _is_named(attribute: Document) -> bool:
    """Whether an attribute has a name and a place that UTF-8 has: half a surrogate pair is in no event."""
    name, base = attribute.get("name"), str(attribute.get("basePath"))
    return isinstance(name, str) and bool(name) and all(_is_encodable(text) for text in (name, base))


def _is_encodable(text: str) -> bool:
    return text.encode(errors="ignore").decode() == text


def _objects(value: Any) -> list[Document]:
    return [item for item in value if isinstance(item, Mapping)] if isinstance(value, list) else []


def _texts(document: Document, names: Iterable[str]) -> dict[str, str]:
    """Return some members of an object that are texts."""
    return {name: document[name] for name in names if isinstance(document.get(name), str)}


def _with(document: Document, names: Iterable[str]) -> dict[str, Any]:
    """Return some members of an object, without nulls."""
    return {name: document[name] for name in names if document.get(name) is not None}
