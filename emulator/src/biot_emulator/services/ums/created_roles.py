"""Roles that people create for service users (contract section 5.4)."""

from __future__ import annotations

import uuid
from typing import Any

from biot_emulator.services.ums.errors import RoleAlreadyExists, RoleNotFound
from biot_emulator.state.clock import Clock
from biot_emulator.state.store import Store
from biot_emulator.state.timestamps import timestamp

__all__ = ["CreatedRoles"]

_COLLECTION = "roles"

Document = dict[str, Any]


class CreatedRoles:
    """The roles that were created, with their permissions.

    Args:
        store: The state.
        clock: The platform's time.
    """

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    def create(self, fields: Document) -> Document:
        """Create a role, and return it.

        Raises:
            RoleAlreadyExists: The name is taken.
        """
        now = timestamp(self._clock.now())
        role = {"id": str(uuid.uuid4()), "type": "INTERNAL", "creationTime": now, "lastModifiedTime": now, **fields}
        with self._store.transaction():
            if any(other["name"] == role["name"] for other in self.all()):
                message = f"A role is named [{role['name']}] already: choose another name"
                raise RoleAlreadyExists(message, name=role["name"])
            self._store.put(_COLLECTION, role["id"], role)
        return role

    def all(self) -> list[Document]:
        """Return every role that was created."""
        return self._store.all(_COLLECTION)

    def find(self, id: str) -> Document | None:
        """Return a role; None where there is none."""
        return self._store.get(_COLLECTION, id)

    def delete(self, id: str) -> None:
        """Remove a role.

        Raises:
            RoleNotFound: There is no such role.
        """
        if not self._store.delete(_COLLECTION, id):
            raise RoleNotFound(f"There is no role [{id}]", id=id)
