"""Values that no two entities share: mail addresses, names of organizations, registration codes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from biot_emulator.api.errors import ApiError
from biot_emulator.services.people.errors import EmailTaken, OrganizationNameTaken, RegistrationCodeTaken
from biot_emulator.state.store import Store

__all__ = ["UniqueValues"]

_PEOPLE = ("organization-user", "caregiver", "patient")
#: The attribute, and within which collection it is unique, by entity type.
_ATTRIBUTES: Mapping[str, tuple[str, str]] = {
    **dict.fromkeys(_PEOPLE, ("_email", "unique-emails")),
    "organization": ("_name", "unique-organization-names"),
    "registration-code": ("_code", "unique-registration-codes"),
}

Entity = Mapping[str, Any]


class UniqueValues:
    """An index of values, in whatever case they are written.

    Args:
        store: The state.
    """

    def __init__(self, store: Store) -> None:
        self._store = store

    def check(self, type_name: str, entity: Entity) -> None:
        """Check that no other entity has the value.

        Raises:
            ApiError: One has; the entity type says which error it is.
        """
        collection, value = _value(type_name, entity)
        owner = self._store.get(collection, _key(value)) if value else None
        if owner and owner["id"] != entity.get("_id"):
            raise _taken(type_name, value, owner["id"])

    def save(self, type_name: str, entity: Entity, old: Entity) -> None:
        """Remember the value that an entity has now."""
        collection, value = _value(type_name, entity)
        _, before = _value(type_name, old)
        if before and _key(before) != _key(value):
            self._store.delete(collection, _key(before))
        if value:
            self._store.put(collection, _key(value), {"id": entity["_id"]})

    def find(self, type_name: str, value: str) -> str | None:
        """Return the id of the entity that has a value; None where none has."""
        owner = self._store.get(_ATTRIBUTES[type_name][1], _key(value))
        return owner["id"] if owner else None

    def forget(self, type_name: str, entity: Entity) -> None:
        """Have another entity have the value."""
        collection, value = _value(type_name, entity)
        if value:
            self._store.delete(collection, _key(value))


def _value(type_name: str, entity: Entity) -> tuple[str, str]:
    attribute, collection = _ATTRIBUTES.get(type_name, ("", ""))
    value = entity.get(attribute) if attribute else None
    return collection, value if isinstance(value, str) else ""


def _key(value: str) -> str:
    return value.casefold()


def _taken(type_name: str, value: str, id: str) -> ApiError:
    if type_name == "organization":
        return OrganizationNameTaken(f"An organization is named [{value}] already: choose another name", name=value)
    if type_name == "registration-code":
        return RegistrationCodeTaken(f"There is the registration code [{value}] already: choose another one", id=id)
    return EmailTaken(f"Somebody else has the mail address [{value}]", email=value)
