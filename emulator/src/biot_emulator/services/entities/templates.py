"""The templates of entities: a name and an id, as templates' attributes are not modelled."""

from __future__ import annotations

import uuid
from typing import Any

from biot_emulator.api.errors import BadRequest
from biot_emulator.state.store import Store

__all__ = ["Templates"]

_COLLECTION = "templates"
_NAMESPACE = uuid.UUID("6d2f3a52-5f0d-4f0a-9f57-0d7a1a6d3c11")


class Templates:
    """Every name and every id is a template, from its first use on.

    Args:
        store: The state.
    """

    def __init__(self, store: Store) -> None:
        self._store = store

    def find(self, type_name: str, name: str | None, id: Any) -> dict[str, Any]:
        """Return the template with this name, else with this id, else the entity type's default template.

        Raises:
            BadRequest: The id is not a UUID.
        """
        if name is None and id is not None:
            return self._by_id(type_name, id)
        name = name or type_name
        id = str(uuid.uuid5(_NAMESPACE, f"{type_name}/{name}"))
        template = {"id": id, "name": name, "displayName": name}
        self._store.put(_COLLECTION, id, template)
        return template

    def _by_id(self, type_name: str, id: Any) -> dict[str, Any]:
        try:
            id = str(uuid.UUID(id))
        except (AttributeError, TypeError, ValueError):
            raise BadRequest("The field [_templateId] must be a UUID") from None
        return self._store.get(_COLLECTION, id) or {"id": id, "name": type_name, "displayName": type_name}
