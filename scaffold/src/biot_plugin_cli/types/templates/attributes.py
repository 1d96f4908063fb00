"""An attribute of a template, as far as types need it: whatever the document says, it has the right form."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import isfinite
from typing import Any, Self

__all__ = ["Attribute", "Selectable"]


@dataclass(frozen=True, slots=True)
class Selectable:
    """Something that can be selected.

    Attributes:
        name: The value.
        display_name: Its name for people.
    """

    name: str
    display_name: str = ""


@dataclass(frozen=True, slots=True)
class Attribute:
    """An attribute.

    Attributes:
        name: Its name.
        base: The names of the objects that hold it; none for the entity itself.
        type: The platform's name of its type.
        is_custom: Whether the customer made it.
        id: Its id; empty where there is none.
        display_name: Its name for people.
        category: The name of its category.
        is_read_only: Whether the platform alone sets it.
        is_mandatory: Whether an entity must have it.
        has_default: Whether it has a value where a request leaves it out.
        least: The least number, or length of a text.
        most: The greatest number, or length.
        pattern: What a text must match.
        media_types: The media types that a file can have; none for any.
        units: The units of a number.
        selectable: What can be selected.
        target_type: The entity type that it refers to.
        target_ids: The ids of the templates that it can refer to; none for all.
        link: The ids of the template and the attribute that it is the same as.
    """

    name: str
    base: tuple[str, ...] = ()
    type: str = ""
    is_custom: bool = False
    id: str = ""
    display_name: str = ""
    category: str = "REGULAR"
    is_read_only: bool = False
    is_mandatory: bool = False
    has_default: bool = False
    least: float | None = None
    most: float | None = None
    pattern: str | None = None
    media_types: tuple[str, ...] = ()
    units: str = ""
    selectable: tuple[Selectable, ...] = ()
    target_type: str = ""
    target_ids: tuple[str, ...] = ()
    link: tuple[str, str] | None = None

    @classmethod
    def of(cls, document: Mapping[str, Any], *, is_custom: bool = False, is_of_template: bool = False) -> Self:
        """Read the document of an attribute that has a name.

        Args:
            document: The document.
            is_custom: Whether the customer made it.
            is_of_template: Whether it has one value for all entities of the template.
        """
        validation, numeric = document.get("validation", {}), document.get("numericMetaData", {})
        reference, link = document.get("referenceConfiguration", {}), document.get("linkConfiguration", {})
        return cls(
            name=document["name"],
            base=tuple(part for part in _text(document.get("basePath")).split(".") if part),
            type=_text(document.get("type")),
            is_custom=is_custom,
            id=_text(document.get("id")),
            display_name=_text(document.get("displayName")),
            category=_text(document.get("category", {}).get("name")) or "REGULAR",
            is_read_only=document.get("readOnly") is True or is_of_template,
            is_mandatory=validation.get("mandatory") is True,
            has_default=validation.get("defaultValue") is not None,
            least=_number(validation.get("min")),
            most=_number(validation.get("max")),
            pattern=_text(validation.get("regex")) or None,
            media_types=_texts(validation.get("supportedMimeTypes")),
            units=_text(numeric.get("units")),
            selectable=_selectable(document.get("selectableValues", ())),
            target_type=_text(reference.get("entityType")),
            target_ids=_texts(reference.get("validTemplatesToReference")),
            link=(_text(link.get("templateId")), _text(link.get("attributeId"))) if link else None,
        )

    @property
    def path(self) -> tuple[str, ...]:
        """Where its value is in an entity."""
        return (*self.base, self.name)

    @property
    def is_measured(self) -> bool:
        """Whether measurements have it, and not the entity."""
        return self.category.strip("_").upper() == "MEASUREMENT"


def _selectable(choices: Any) -> tuple[Selectable, ...]:
    """Return what can be selected, each once; what is no text that a file can have is left out."""
    selectable: dict[str, Selectable] = {}
    for choice in choices:
        name = choice.get("name")
        if isinstance(name, str) and name not in selectable and name.encode(errors="ignore").decode() == name:
            selectable[name] = Selectable(name, _text(choice.get("displayName")))
    return tuple(selectable.values())


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _texts(value: object) -> tuple[str, ...]:
    return tuple(item for item in value if isinstance(item, str)) if isinstance(value, list) else ()


def _number(value: object) -> float | None:
    is_number = isinstance(value, int | float) and not isinstance(value, bool) and isfinite(value)
    return value if is_number and isinstance(value, int | float) else None
