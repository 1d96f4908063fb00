"""From what a request says to the attributes that an entity gets, and from a template to an entity without values."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from biot_emulator.api.errors import BadRequest
from biot_emulator.services.templates.built_in import BUILT_IN
from biot_emulator.services.templates.definitions import Attribute, Path, Template
from biot_emulator.services.templates.errors import (
    AttributeIsMandatory,
    AttributeNotOfCategory,
    AttributeNotValidForTemplate,
    AttributeTypeMismatch,
    WriteModeNotValid,
)
from biot_emulator.services.templates.values import check_value, is_empty

__all__ = ["blank_entity", "check_mandatory", "merged", "put_value", "value_at"]

Entity = dict[str, Any]

_UNWRITABLE = ("LINK", "WAVEFORM")
_IDENTIFIED = ("REFERENCE", "FILE", "IMAGE")


def blank_entity(template: Template) -> Entity:
    """Return what an entity of a template has where a request says nothing: defaults, and null."""
    entity: Entity = {}
    shared = template.values()
    for container in sorted(template.containers, key=len):
        put_value(entity, container, {})
    for path, attribute in template.by_path.items():
        put_value(entity, path, shared.get(attribute.name, attribute.default) if len(path) == 1 else attribute.default)
    return entity


def merged(template: Template, old: Mapping[str, Any], body: Mapping[str, Any], *, by_platform: bool = False) -> Entity:
    """Return an entity with the changes of a request.

    Args:
        template: The entity's template.
        old: The entity before.
        body: The values that the request gives; an attribute that it leaves out stays as it is.
        by_platform: Whether the platform itself changes the entity, and not a request of somebody.

    Raises:
        ApiError: The request says what the template does not allow.
    """
    merging = _Merging(template, by_platform, creating=old.get("_id") is None)
    return merging.merge(old, body, ())


def check_mandatory(template: Template, entity: Mapping[str, Any], old: Mapping[str, Any]) -> None:
    """Check that an entity has every mandatory attribute, or lacks no more than it did before.

    Args:
        template: The entity's template.
        entity: The entity.
        old: The entity before; empty where it is new.

    Raises:
        AttributeIsMandatory: One is missing.
    """
    for path, attribute in template.by_path.items():
        if old and is_empty(value_at(old, path)):
            continue  # a state of before has what was mandatory then
        if attribute.mandatory and is_empty(value_at(entity, path)):
            name = attribute.full_name
            raise AttributeIsMandatory(f"The attribute [{name}] is mandatory", attributeName=name)


def value_at(entity: Mapping[str, Any], path: Path) -> Any:
    """Return the value at a path; None where there is none."""
    value: Any = entity
    for name in path:
        value = value.get(name) if isinstance(value, Mapping) else None
    return value


class _Merging:
    def __init__(self, template: Template, by_platform: bool, creating: bool) -> None:
        self._template = template
        self._by_platform = by_platform
        self._creating = creating

    def merge(self, old: Mapping[str, Any], body: Mapping[str, Any], base: Path) -> Entity:
        entity = dict(old)
        for name, value in body.items():
            path = (*base, name)
            attribute = self._template.by_path.get(path)
            if attribute is not None:
                if not _is_same(attribute, value, old.get(name)):
                    self._check(attribute, value)
                    entity[name] = value
            elif path in self._template.containers:
                inner = old.get(name)
                entity[name] = self.merge(inner if isinstance(inner, Mapping) else {}, self._object(path, value), path)
            else:
                self._check_unknown(path)
                entity[name] = value
        return entity

    def _object(self, path: Path, value: Any) -> Mapping[str, Any]:
        if value is None:
            # Null removes every value inside that can be removed.
            inside = (attribute for attribute in self._template.attributes if attribute.path[:-1] == path)
            return {attribute.name: None for attribute in inside if not attribute.read_only}
        if not isinstance(value, dict):
            name = ".".join(path)
            message = f"The attribute [{name}] must be an object"
            raise AttributeTypeMismatch(message, attributeName=name, value=value, type="OBJECT")
        return value

    def _check(self, attribute: Attribute, value: Any) -> None:
        if not self._by_platform:
            self._check_writable(attribute)
        if value is not None:
            check_value(attribute, value)

    def _check_writable(self, attribute: Attribute) -> None:
        name = attribute.full_name
        if attribute.read_only:
            raise BadRequest(f"The attribute [{name}] is the platform's own: leave it out")
        if attribute.at_creation and not self._creating:
            raise BadRequest(f"The attribute [{name}] cannot be changed once the entity is created: leave it out")
        if attribute.type in _UNWRITABLE:
            raise WriteModeNotValid(
                f"The attribute [{name}] has no value of its own: leave it out",
                attributeName=name,
                attributeType=attribute.type,
                writeMode="CREATE" if self._creating else "UPDATE",
                entityType=self._template.entity_type,
            )

    def _takes_anything(self, base: Path) -> bool:
        """Whether there may be further attributes in an object: where custom ones could be."""
        bases = BUILT_IN[self._template.entity_type].bases.values()
        return self._template.is_open and ".".join(base) in bases

    def _check_unknown(self, path: Path) -> None:
        name, id = ".".join(path), self._template.id
        elsewhere = next(
            (a for a in self._template.attributes if a.name == path[-1] and (a.measured or a.path != path)), None
        )
        if elsewhere is not None and elsewhere.measured:
            raise WriteModeNotValid(
                f"The attribute [{name}] is measured: save measurements of it",
                attributeName=name,
                attributeType=elsewhere.type,
                writeMode="CREATE" if self._creating else "UPDATE",
                entityType=self._template.entity_type,
            )
        if elsewhere is not None and elsewhere.custom:
            message = (
                f"The attribute [{name}] is of the category {elsewhere.category}: write it as {elsewhere.full_name}"
            )
            raise AttributeNotOfCategory(message, attributeName=path[-1], category=elsewhere.category)
        if not self._takes_anything(path[:-1]) or path[-1].startswith("_"):
            message = f"The template [{self._template.name}] has no attribute [{name}]"
            raise AttributeNotValidForTemplate(message, attributeName=name, templateId=id)


def _is_same(attribute: Attribute, value: Any, old: Any) -> bool:
    if attribute.type in _IDENTIFIED and isinstance(value, dict) and isinstance(old, dict):
        return value.get("id") == old.get("id")
    return type(value) is type(old) and bool(value == old)


def put_value(entity: Entity, path: Path, value: Any) -> None:
    """Set the value at a path."""
    for name in path[:-1]:
        entity = entity.setdefault(name, {})
    entity[path[-1]] = value
