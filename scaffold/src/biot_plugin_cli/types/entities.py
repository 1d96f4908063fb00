"""From the documents of templates to what their entities are in JSON: when they are read, created and changed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from biot_plugin_cli.types import shared
from biot_plugin_cli.types.identifiers import class_name, pascal_case
from biot_plugin_cli.types.templates.attributes import Attribute
from biot_plugin_cli.types.templates.documents import LISTS, Document
from biot_plugin_cli.types.templates.sending import can_be_changed, is_required, is_sent
from biot_plugin_cli.types.values import Anything, Choice, Flag, ListOf, Member, Number, Object, Text, Value

__all__ = ["Entity", "entities_of"]

_TEXTS = frozenset(["LABEL", "PARAGRAPH", "EMAIL", "PHONE", "DATE", "DATE_TIME", "LOCALE", "TIMEZONE"])
_SHARED = {
    "NAME": (shared.NAME, shared.SENT_NAME),
    "ADDRESS": (shared.ADDRESS, shared.SENT_ADDRESS),
    "REFERENCE": (shared.REFERENCE, shared.SENT_REFERENCE),
    "FILE": (shared.FILE, shared.SENT_FILE),
    "IMAGE": (shared.FILE, shared.SENT_FILE),
}
# The platform sets these for every entity.
_NEVER_NULL = frozenset(["_id", "_creationTime", "_lastModifiedTime"])
_FORMS = {"read": "", "created": "Create", "changed": "Update"}


@dataclass(frozen=True, slots=True)
class Entity:
    """The entities of one template.

    Attributes:
        marker: Identifies the template in a module: `ENTITY-TYPE/NAME`, and `of PARENT` where it has one.
        wishes: The names that its classes could begin with, the best first.
        objects: What is read, what creates one, and what changes one, in this order.
        choices: What can be selected anywhere in it.
        unknown: The attributes of which nobody knows what they are, with their types.
    """

    marker: str
    wishes: tuple[str, ...]
    objects: tuple[Object, ...]
    unknown: tuple[tuple[str, str], ...] = ()


def entities_of(documents: Iterable[Document], all_documents: Iterable[Document]) -> list[Entity]:
    """Return the entities of templates.

    Args:
        documents: The templates.
        all_documents: All templates that there are, which attributes refer and link to.
    """
    platform = _Platform(all_documents)
    markers: set[str] = set()
    entities = []
    for document in documents:
        marker = _marker(document)
        if marker in markers:
            marker = f"{marker} {document.get('id', len(markers))}"
        markers.add(marker)
        entities.append(_Template(document, marker, platform).entity())
    return entities


def _marker(document: Document) -> str:
    parent = document.get("parentTemplate", {}).get("name")
    return f"{document['entityTypeName']}/{document['name']}{f' of {parent}' if parent else ''}"


def _attributes(document: Document) -> Iterator[Attribute]:
    """Yield the attributes of a template; those with one value for all entities are read like others."""
    paths: set[tuple[str, ...]] = set()
    for name in LISTS:
        for item in document[name]:
            is_custom, is_of_template = name == "customAttributes", name == "templateAttributes"
            attribute = Attribute.of(item, is_custom=is_custom, is_of_template=is_of_template)
            if attribute.path not in paths:
                paths.add(attribute.path)
                yield attribute


class _Platform:
    """What attributes refer and link to."""

    def __init__(self, documents: Iterable[Document]) -> None:
        self._templates = {document["id"]: document for document in documents if document.get("id")}

    def template_name(self, id: str) -> str | None:
        template = self._templates.get(id)
        return str(template["name"]) if template else None

    def target(self, attribute: Attribute) -> Attribute | None:
        """Return the attribute that a chain of links ends at; None where one is missing, or they go round."""
        seen: set[tuple[str, str]] = set()
        current: Attribute | None = attribute
        while current is not None and current.type == "LINK":
            if current.link is None or current.link in seen:
                return None
            seen.add(current.link)
            template = self._templates.get(current.link[0])
            id = current.link[1]
            current = next((other for other in _attributes(template) if other.id == id), None) if template else None
        return current


class _Template:
    """One template on its way to an `Entity`."""

    def __init__(self, document: Document, marker: str, platform: _Platform) -> None:
        self._document = document
        self._marker = marker
        self._platform = platform
        self._type = document["entityTypeName"]
        self._attributes = [*_attributes(document)]
        self._unknown: dict[tuple[str, str], None] = {}
        self._groups: dict[tuple[tuple[str, ...], tuple[Member, ...]], Object] = {}

    def entity(self) -> Entity:
        name, parent = self._document["name"], self._document.get("parentTemplate", {}).get("name") or ""
        of_type = pascal_case(self._type)
        wish = class_name(name, self._type)
        of_parent = f"Of{pascal_case(parent)}" if parent else ""
        wishes = (wish, f"{wish}{of_type}", f"{wish}{of_type}{of_parent}")
        forms = ["read", "created", *(["changed"] if can_be_changed(self._type) else [])]
        objects = tuple(self._object(form) for form in forms)
        return Entity(self._marker, wishes, objects, tuple(self._unknown))

    def _object(self, form: str) -> Object:
        attributes = [attribute for attribute in self._attributes if self._has(attribute, form)]
        extra = _EXTRA_MEMBERS[form]
        members = [*extra, *self._members(attributes, (), form)]
        names = {member.key for member in members[len(extra) :]}
        unique = [*(member for member in extra if member.key not in names), *members[len(extra) :]]
        return Object(f"{self._marker}: {form}", _FORMS[form], _sorted(unique), self._about(form))

    def _has(self, attribute: Attribute, form: str) -> bool:
        if form == "read":
            return not attribute.is_measured
        return is_sent(self._type, attribute, creating=form == "created")

    def _members(self, attributes: list[Attribute], base: tuple[str, ...], form: str) -> Iterator[Member]:
        """Yield the members of the object at a path: its attributes, and the objects in it."""
        depth = len(base)
        inner: dict[str, None] = {}
        for attribute in attributes:
            if attribute.base == base:
                yield self._member(attribute, form)
            elif attribute.base[:depth] == base:
                inner[attribute.base[depth]] = None
        names = {attribute.name for attribute in attributes if attribute.base == base}
        for name in inner:
            if name not in names:
                yield self._group(attributes, (*base, name), form)

    def _group(self, attributes: list[Attribute], path: tuple[str, ...], form: str) -> Member:
        members = _sorted([*self._members(attributes, path, form)])
        name = ".".join(path)
        wish = "".join(map(pascal_case, path))
        about = (f"The attributes in `{name}`.",)
        group = Object(f"{self._marker}: {form} {name}", f"{wish}{_FORMS[form]}", members, about)
        # What is the same in another form is the same class.
        group = self._groups.setdefault((path, members), group)
        return Member(path[-1], group, is_required=any(member.is_required for member in members))

    def _member(self, attribute: Attribute, form: str) -> Member:
        is_sent = form != "read"
        required = form == "created" and is_required(self._type, attribute)
        nullable = attribute.path[0] not in _NEVER_NULL if not is_sent else not attribute.is_mandatory
        value = self._value(attribute, is_sent)
        return Member(attribute.name, value, required, nullable, tuple(self._sentences(attribute)))

    def _value(self, attribute: Attribute, is_sent: bool) -> Value:
        if attribute.path == ("_primaryAdministrator",) and is_sent:
            return Anything()  # the request has the attributes of the person
        resolved = self._platform.target(attribute) or attribute
        if resolved.type in _TEXTS:
            type = "UUID" if _is_id(resolved, self._type) else resolved.type
            return Text(type, resolved.least, resolved.most, resolved.pattern)
        if resolved.type in ("INTEGER", "DECIMAL"):
            return Number(resolved.type == "INTEGER", resolved.least, resolved.most)
        if resolved.type == "BOOLEAN":
            return Flag()
        if resolved.type == "SINGLE_SELECT":
            return self._choice(attribute, resolved)
        if resolved.type == "MULTI_SELECT":
            return ListOf(self._choice(attribute, resolved))
        if resolved.type in _SHARED:
            return _SHARED[resolved.type][is_sent]
        self._unknown[".".join(attribute.path), attribute.type] = None
        return Anything()

    def _choice(self, attribute: Attribute, resolved: Attribute) -> Choice:
        path = ".".join(attribute.path)
        about = tuple(f"{choice.name}: {choice.display_name}" for choice in resolved.selectable if choice.display_name)
        scope = self._marker if attribute.is_custom else self._type
        wish = "".join(map(pascal_case, attribute.path))
        return Choice(f"{scope}: choice {path}", wish, resolved.selectable, about)

    def _about(self, form: str) -> tuple[str, ...]:
        name, display_name = self._document["name"], self._document.get("displayName") or ""
        titles = {
            "read": f"What is read of {self._type} entities of the template {name}",
            "created": f"What creates a {self._type} entity of the template {name}",
            "changed": f"What changes a {self._type} entity of the template {name}",
        }
        sentences = [f"{titles[form]}{f', “{display_name}”' if display_name not in ('', name) else ''}."]
        if form == "read":
            sentences += [text for text in [self._document.get("description")] if isinstance(text, str)]
            measured = [_with_units(attribute) for attribute in self._attributes if attribute.is_measured]
            sentences += [f"Measured, and not in entities: {', '.join(measured)}."] if measured else []
        return tuple(sentences)

    def _sentences(self, attribute: Attribute) -> Iterator[str]:
        title = attribute.display_name or attribute.name
        units = f", in {attribute.units}" if attribute.units else ""
        yield f"{title}{units}."
        if attribute.type == "REFERENCE":
            yield f"Refers to {self._targets(attribute)}."
        if attribute.type == "LINK":
            yield "A link: the value of an attribute of another entity."
        if attribute.media_types:
            yield f"One of {', '.join(attribute.media_types)}."
        if attribute.is_read_only:
            yield "Set by the platform."

    def _targets(self, attribute: Attribute) -> str:
        ids = attribute.target_ids
        names = [self._platform.template_name(id) or f"one that is not there, {id}" for id in ids]
        templates = f" of the template{'s' if len(names) > 1 else ''} {', '.join(names)}" if names else ""
        return f"{attribute.target_type or 'any'} entities{templates}"


def _is_id(attribute: Attribute, entity_type: str) -> bool:
    return attribute.path == ("_id",) and entity_type != "device"


def _with_units(attribute: Attribute) -> str:
    return f"{attribute.name} ({attribute.units})" if attribute.units else attribute.name


def _sorted(members: Iterable[Member]) -> tuple[Member, ...]:
    """Sort the members of an object: what the platform has built in, then the customer's, each by name."""
    return tuple(sorted(members, key=lambda member: (not member.key.startswith("_"), member.key)))


_EXTRA_MEMBERS: Mapping[str, list[Member]] = {
    "read": [
        Member("_caption", Text(), about=("The title, which the platform makes.",)),
        Member("_referencers", Anything(), about=("What refers to it, by the names of the references.",)),
        Member("_template", shared.TEMPLATE, about=("The template.",)),
    ],
    "created": [
        Member(
            "_templateId",
            Text("UUID"),
            is_nullable=False,
            about=("The id of the template, where its name is not in the path.",),
        )
    ],
    "changed": [],
}
