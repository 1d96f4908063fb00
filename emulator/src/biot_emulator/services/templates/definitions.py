"""What a template says: its attributes with their types, and what their values must be (contract section 13.3)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

__all__ = ["ATTRIBUTE_TYPES", "Attribute", "Path", "Reference", "Template", "attribute_from_document"]

Document = Mapping[str, Any]
Path = tuple[str, ...]
"""Where an attribute's value is in an entity."""

ATTRIBUTE_TYPES = (
    "LABEL",
    "PARAGRAPH",
    "INTEGER",
    "DECIMAL",
    "BOOLEAN",
    "SINGLE_SELECT",
    "MULTI_SELECT",
    "ADDRESS",
    "NAME",
    "PHONE",
    "EMAIL",
    "DATE_TIME",
    "DATE",
    "REFERENCE",
    "TIMEZONE",
    "LOCALE",
    "FILE",
    "IMAGE",
    "LINK",
    "WAVEFORM",
)
"""The types that an attribute can have."""


@dataclass(frozen=True, slots=True)
class Reference:
    """Which entities an attribute can refer to.

    Attributes:
        entity_type: Their type.
        templates: Ids of the templates that one of them must have; none for any.
        uniquely: Whether only one entity may refer to each.
        back_name: The name of the reference as seen from the entity that is referred to.
        back_display_name: The same for people.
    """

    entity_type: str
    templates: tuple[str, ...] = ()
    uniquely: bool = False
    back_name: str | None = None
    back_display_name: str | None = None


@dataclass(frozen=True, slots=True)
class Attribute:
    """One attribute of an entity.

    Attributes:
        name: Its name.
        type: One of `ATTRIBUTE_TYPES`.
        base_path: The names of the objects that hold it, joined by dots; empty for the entity itself.
        mandatory: Whether an entity must have it.
        unique: Whether no two entities may have the same value.
        default: The value where a request leaves it out.
        least: The least number, or the least length of a text.
        most: The greatest number, or length.
        pattern: What a text must match as a whole.
        media_types: The media types that a file must have one of; none for any.
        choices: What can be selected.
        reference: Which entities it can refer to.
        read_only: Whether the platform alone sets it.
        at_creation: Whether it can be set by the request that creates the entity, and by no other.
        measured: Whether measurements have it, and not the entity.
        category: The name of its category.
        custom: Whether the template has it of its own.
        id: Its id.
    """

    name: str
    type: str
    base_path: str = ""
    mandatory: bool = False
    unique: bool = False
    default: Any = None
    least: float | None = None
    most: float | None = None
    pattern: str | None = None
    media_types: tuple[str, ...] = ()
    choices: tuple[str, ...] = ()
    reference: Reference | None = None
    read_only: bool = False
    at_creation: bool = False
    measured: bool = False
    category: str = "REGULAR"
    custom: bool = False
    id: str = ""

    @property
    def path(self) -> Path:
        """Where its value is in an entity."""
        return (*self.base_path.split("."), self.name) if self.base_path else (self.name,)

    @property
    def full_name(self) -> str:
        """The path in one word, as errors and filters have it."""
        return ".".join(self.path)


@dataclass(frozen=True)
class Template:
    """A template.

    Attributes:
        document: What the API returns of it.
        attributes: The attributes of its entities, the built-in ones first.
        is_open: Whether its entities may have further attributes, of any type: only templates that nobody has made.
        containers: The objects that entities always have, for attributes inside.
    """

    document: Document
    attributes: tuple[Attribute, ...]
    is_open: bool = False
    containers: frozenset[Path] = field(default_factory=frozenset)

    @property
    def id(self) -> str:
        """Its id."""
        return str(self.document["id"])

    @property
    def name(self) -> str:
        """Its name."""
        return str(self.document["name"])

    @property
    def entity_type(self) -> str:
        """The name of the type of its entities."""
        return str(self.document["entityTypeName"])

    @property
    def parent_id(self) -> str | None:
        """The id of its parent template, such as that of the devices whose sessions it is for."""
        return self.document.get("parentTemplateId")

    @property
    def owner_id(self) -> str | None:
        """The id of the one organization whose entities can have it; None for all."""
        return self.document.get("ownerOrganizationId")

    @cached_property
    def by_path(self) -> Mapping[Path, Attribute]:
        """The attributes by path."""
        return {attribute.path: attribute for attribute in self.attributes if not attribute.measured}

    @property
    def reference(self) -> dict[str, Any]:
        """What entities say of it, as `_template`."""
        basic = {name: self.document[name] for name in ("name", "displayName", "id")}
        parent = self.document.get("parentTemplate")
        return {**basic, "parentTemplate": parent} if parent else basic

    def values(self) -> dict[str, Any]:
        """Return the values that the template has for all of its entities, by name."""
        return {
            attribute["name"]: attribute["value"]
            for attribute in self.document.get("templateAttributes", ())
            if attribute.get("value") is not None
        }


def attribute_from_document(document: Document, *, custom: bool) -> Attribute:
    """Return the attribute that a template's document describes."""
    validation = document.get("validation") or {}
    category = document.get("category") or {}
    reference = document.get("referenceConfiguration")
    return Attribute(
        name=document["name"],
        type=document["type"],
        base_path=document.get("basePath") or "",
        mandatory=bool(validation.get("mandatory")),
        unique=bool(validation.get("unique")),
        default=validation.get("defaultValue"),
        least=validation.get("min"),
        most=validation.get("max"),
        pattern=validation.get("regex"),
        media_types=tuple(validation.get("supportedMimeTypes") or ()),
        choices=tuple(choice["name"] for choice in document.get("selectableValues") or ()),
        reference=_reference(reference) if reference else None,
        read_only=bool(document.get("readOnly")),
        measured=category.get("name") == "MEASUREMENT",
        category=category.get("name", "REGULAR"),
        custom=custom,
        id=document["id"],
    )


def _reference(document: Document) -> Reference:
    return Reference(
        document["entityType"],
        tuple(document.get("validTemplatesToReference") or ()),
        bool(document.get("uniquely")),
        document.get("referencedSideAttributeName"),
        document.get("referencedSideAttributeDisplayName"),
    )
