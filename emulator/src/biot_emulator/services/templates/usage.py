"""Who uses templates: the entities that have one, and the attributes of other templates that refer or link to it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from biot_emulator.api.indexed_search import documents_having, search_collection
from biot_emulator.services.templates.catalogue import Templates
from biot_emulator.services.templates.definitions import Path, Template
from biot_emulator.services.templates.writing import blank_entity, put_value, value_at
from biot_emulator.state.store import Store
from biot_emulator.wire_json import to_text

__all__ = ["Usage"]

_ONE = to_text({"limit": 1, "sort": [{"prop": "_id"}]})

Document = dict[str, Any]


class Usage:
    """Finds who uses templates, and brings their entities up to date.

    Args:
        store: The state.
        templates: The templates.
    """

    def __init__(self, store: Store, templates: Templates) -> None:
        self._store = store
        self._templates = templates

    def entities(self, template: Template) -> list[Document]:
        """Return the entities that have a template."""
        return documents_having(self._store, _collection(template), "_template.id", template.id)

    def count(self, template: Template) -> int:
        """Return how many entities have a template."""
        condition = {"_template.id": {"eq": template.id}}
        page = search_collection(self._store, _collection(template), _ONE, condition)
        return int(page["metadata"]["page"]["totalResults"])

    def children(self, template: Template) -> list[Template]:
        """Return the templates whose parent is this one."""
        return [other for other in self._templates if other.parent_id == template.id]

    def referring(self, template: Template) -> list[Document]:
        """Return the attributes of other templates that may refer to entities of this template by its id."""
        return [
            _basic(other, attribute)
            for other, attribute in self._attributes(template)
            if template.id in ((attribute.get("referenceConfiguration") or {}).get("validTemplatesToReference") or ())
        ]

    def linking(self, template: Template, attribute_id: str | None = None) -> list[tuple[Template, Document]]:
        """Return the attributes of other templates that link to this template, or to one attribute of it."""
        links = (
            (other, attribute, attribute.get("linkConfiguration") or {})
            for other, attribute in self._attributes(template)
        )
        return [
            (other, attribute)
            for other, attribute, link in links
            if link.get("templateId") == template.id and attribute_id in (None, link.get("attributeId"))
        ]

    def bring_up_to_date(self, before: Template, after: Template) -> None:
        """Give the entities of a template that has changed what they have now, and take what they have no more."""
        removed = [path for path in before.by_path if path not in after.by_path]
        blank = blank_entity(after)
        for entity in self.entities(after):
            for path in removed:
                _remove(entity, path)
            for path in after.by_path:
                if not _has(entity, path) or (value_at(entity, path) is None and after.by_path[path].mandatory):
                    put_value(entity, path, value_at(blank, path))
            self._store.put(_collection(after), entity["_id"], {**entity, "_template": after.reference})

    def _attributes(self, template: Template) -> Iterator[tuple[Template, Document]]:
        for other in self._templates:
            if other.id != template.id:
                for kind in ("builtInAttributes", "customAttributes"):
                    for attribute in other.document[kind]:
                        yield other, attribute


def _collection(template: Template) -> str:
    return f"entities/{template.entity_type}"


def _basic(template: Template, attribute: Document) -> Document:
    names = ("id", "name", "basePath", "displayName", "referenceConfiguration")
    basic = {name: template.document[name] for name in ("id", "name", "displayName", "entityTypeName")}
    return {**{name: attribute.get(name) for name in names}, "template": basic}


def _has(entity: Document, path: Path) -> bool:
    inner: Any = entity if len(path) == 1 else value_at(entity, path[:-1])
    return isinstance(inner, dict) and path[-1] in inner


def _remove(entity: Document, path: Path) -> None:
    inner: Any = entity if len(path) == 1 else value_at(entity, path[:-1])
    if isinstance(inner, dict):
        inner.pop(path[-1], None)
