"""The entities: searched, read, created, changed and deleted by the platform's own APIs and rules."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from biot_emulator.page.context import Context
from biot_emulator.page.errors import Conflict, Invalid, Missing, PageError, PlatformRefused
from biot_emulator.page.links import link
from biot_emulator.page.responses import Response
from biot_emulator.page.texts import pretty
from biot_emulator.services.entities.type_definition import EntityType
from biot_emulator.services.entities.types import ENTITY_TYPES
from biot_emulator.wire_json import decode_request, to_text

__all__ = ["create", "delete", "search", "show", "show_new", "show_types", "update"]

_TYPES: Mapping[str, EntityType] = {entity_type.name: entity_type for entity_type in ENTITY_TYPES}
_TEMPLATES = "/settings/v1/templates/minimized"
_PAGE = 50
_TEMPLATE_VARIABLES = ("{templateName}", "{usageType}")
#: What an example of an attribute's type looks like.
_EXAMPLES: Mapping[str, Any] = {
    "NAME": {"firstName": "Ada", "lastName": "Lovelace"},
    "EMAIL": "ada@example.com",
    "PHONE": "+12025550123",
    "DATE": "1990-12-10",
    "DATE_TIME": "2030-01-31T12:00:00.000Z",
    "BOOLEAN": False,
    "INTEGER": 1,
    "DECIMAL": 1.5,
    "REFERENCE": {"id": ""},
}
#: The administrator of a new organization is created with it.
_FIRST_ADMINISTRATOR = {"_name": _EXAMPLES["NAME"], "_email": _EXAMPLES["EMAIL"]}

Document = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Paths:
    """The paths of an entity type's APIs.

    Attributes:
        search: What searches.
        one: What reads, changes and deletes one, with variables in braces.
        create: What creates one, with variables in braces; empty where the platform creates them itself.
    """

    search: str
    one: str
    create: str

    @classmethod
    def of(cls, entity_type: EntityType) -> Paths:
        """Return the paths of a type: of several for one operation, those that need no template."""

        def path(operation: str, method: str) -> str:
            ids = [id for id, other in entity_type.apis.items() if other == operation and id.startswith(f"{method}/")]
            plain = [id for id in ids if not any(variable in id for variable in _TEMPLATE_VARIABLES)]
            return "/" + plain[0].partition("/")[2] if plain else ""

        return cls(path("search", "GET"), path("read", "GET"), path("create", "POST") or path("start", "POST"))

    def of_one(self, entity_type: EntityType, id: str, entity: Document) -> str:
        """Return the path of an entity."""
        attribute, variable = entity_type.parent
        parent = (entity.get(attribute) or {}).get("id", "") if attribute else ""
        return self.one.replace(f"{{{variable}}}", parent).replace("{id}", id)


def show_types(context: Context) -> Response:
    """Show the entity types, each with the number of its entities."""
    types = []
    for name, entity_type in _TYPES.items():
        page = context.administrator.read(Paths.of(entity_type).search, searchRequest='{"limit": 1}')
        types.append({"name": name, "total": page["metadata"]["page"]["totalResults"]})
    return context.show("entity_types.html", "entities", "Entities", types=types)


def search(context: Context) -> Response:
    """Show a page of the entities of a type."""
    entity_type, words, number = _type(context), context.request.parameter("q"), _page_number(context)
    request = {"limit": _PAGE, "page": number, **({"freeTextSearch": words} if words else {})}
    page = context.administrator.read(Paths.of(entity_type).search, searchRequest=to_text(request))
    total = page["metadata"]["page"]["totalResults"]
    return context.show(
        "entities.html",
        "entities",
        _title(entity_type),
        type=entity_type.name,
        types=[*_TYPES],
        words=words,
        rows=[_row(entity) for entity in page["data"]],
        total=total,
        first=number * _PAGE + 1,
        previous=number - 1 if number else None,
        next=number + 1 if (number + 1) * _PAGE < total else None,
        can_create=bool(Paths.of(entity_type).create),
    )


def show(context: Context) -> Response:
    """Show an entity, and a form to change it."""
    entity_type = _type(context)
    entity = _entity(context, entity_type)
    return _form(context, entity_type, entity, pretty(entity))


def update(context: Context) -> Response:
    """Change what somebody has changed in the text of an entity."""
    entity_type, text = _type(context), context.request.field("entity")
    entity = _entity(context, entity_type)
    try:
        if context.request.field("modified") != str(entity.get("_lastModifiedTime")):
            raise Conflict("Somebody has changed this entity meanwhile: load it again, and make your change there")
        changes = _changes(entity, _object(text))
        if not changes:
            raise Invalid("Nothing differs from the entity as it is")
        path = Paths.of(entity_type).of_one(entity_type, entity["_id"], entity)
        context.administrator.change("PATCH", path, changes)
    except PageError as error:
        return _form(context, entity_type, entity, text, error)
    return context.done(f"Changed: {', '.join(changes)}.", link("entities", entity_type.name, "of", entity["_id"]))


def delete(context: Context) -> Response:
    """Delete an entity."""
    entity_type = _type(context)
    entity = _entity(context, entity_type)
    path = Paths.of(entity_type).of_one(entity_type, entity["_id"], entity)
    try:
        context.administrator.change("DELETE", path)
    except PlatformRefused as error:
        return _form(context, entity_type, entity, pretty(entity), error)
    return context.done("Deleted.", link("entities", entity_type.name))


def show_new(context: Context) -> Response:
    """Show a form for a new entity, with what it must have."""
    entity_type = _type(context)
    return _new(context, entity_type, pretty(_skeleton(context, entity_type)))


def create(context: Context) -> Response:
    """Create an entity."""
    entity_type, text = _type(context), context.request.field("entity")
    try:
        body = _object(text)
        template = context.request.field("template")
        if template:
            body = {**body, "_templateId": template}
        entity = context.administrator.change("POST", _creation_path(context, entity_type), body)
    except PageError as error:
        return _new(context, entity_type, text, error)
    return context.done("Created.", link("entities", entity_type.name, "of", str(entity["_id"])))


def _creation_path(context: Context, entity_type: EntityType) -> str:
    path, variable = Paths.of(entity_type).create, entity_type.parent[1]
    if not variable:
        return path
    parent = context.request.field("parent").strip()
    if not parent or "/" in parent:
        raise Invalid(f"A new {_title(entity_type).lower()} needs the id of what it belongs to")
    return path.replace(f"{{{variable}}}", parent)


def _type(context: Context) -> EntityType:
    try:
        return _TYPES[context.request.variables["type"]]
    except KeyError:
        raise Missing("There is no such entity type") from None


def _entity(context: Context, entity_type: EntityType) -> dict[str, Any]:
    """Find an entity by its id alone, also where its path has the id of another one."""
    request = to_text({"limit": 1, "filter": {"_id": {"eq": context.request.variables["id"]}}})
    found = context.administrator.read(Paths.of(entity_type).search, searchRequest=request)["data"]
    if not found:
        raise Missing("There is no such entity: it may have been deleted")
    path = Paths.of(entity_type).of_one(entity_type, context.request.variables["id"], found[0])
    return dict(context.administrator.read(path))


def _object(text: str) -> dict[str, Any]:
    try:
        value = decode_request(text)
    except ValueError as error:
        raise Invalid(f"This is not JSON: {error}") from None
    if not isinstance(value, dict):
        raise Invalid("This must be a JSON object")
    return value


def _changes(before: Document, after: Document) -> dict[str, Any]:
    """Return the fields that differ, of which null empties one."""
    missing = {name: None for name, value in before.items() if name not in after and value is not None}
    different = {name: value for name, value in after.items() if name not in before or before[name] != value}
    return {**missing, **different}


def _form(
    context: Context, entity_type: EntityType, entity: Document, text: str, error: PageError | None = None
) -> Response:
    return context.show(
        "entity.html",
        "entities",
        _caption(entity),
        error.status_code if error else 200,
        type=entity_type.name,
        entity=entity,
        text=text,
        error=str(error) if error else "",
        references=_references(entity),
    )


def _new(context: Context, entity_type: EntityType, text: str, error: PageError | None = None) -> Response:
    templates = context.administrator.read(
        _TEMPLATES, searchRequest=to_text({"limit": 1000, "filter": {"entityTypeName": {"eq": entity_type.name}}})
    )["data"]
    return context.show(
        "new_entity.html",
        "entities",
        f"New {_title(entity_type).lower()}",
        error.status_code if error else 200,
        type=entity_type.name,
        templates=templates,
        template=context.request.field("template"),
        parent=entity_type.parent[0].strip("_"),
        parent_id=context.request.field("parent"),
        text=text,
        error=str(error) if error else "",
    )


def _skeleton(context: Context, entity_type: EntityType) -> dict[str, Any]:
    """Return an example of what an entity of a type must have."""
    types = context.administrator.read("/settings/v2/entity-types")["data"]
    attributes: list[Document] = next(
        (found["builtInAttributes"] for found in types if found["name"] == entity_type.name), []
    )
    mandatory = [
        attribute
        for attribute in attributes
        if attribute["validation"].get("mandatory")
        and not attribute["readOnly"]
        # The platform, or the path, has these.
        and attribute["name"] not in ("_ownerOrganization", entity_type.parent[0])
    ]
    return {attribute["name"]: _example(attribute) for attribute in mandatory}


def _example(attribute: Document) -> Any:
    if attribute["name"] == "_primaryAdministrator":
        return _FIRST_ADMINISTRATOR
    values = attribute.get("selectableValues")
    if values:
        return values[0]["name"]
    return _EXAMPLES.get(attribute["type"], attribute["displayName"])


def _row(entity: Document) -> dict[str, str]:
    owner, template = (entity.get(name) or {} for name in ("_ownerOrganization", "_template"))
    return {
        "id": str(entity["_id"]),
        "caption": _caption(entity),
        "template": template.get("displayName") or template.get("name") or "",
        "owner": owner.get("name") or "",
        "modified": str(entity.get("_lastModifiedTime") or entity.get("_creationTime") or ""),
    }


def _caption(entity: Document) -> str:
    return str(entity.get("_caption") or entity.get("_id"))


def _references(entity: Document) -> list[dict[str, str]]:
    """Return the entities that one refers to, as far as there is a page of them."""
    names = {name.replace("-", "").casefold(): name for name in _TYPES}
    found = []
    for name, value in entity.items():
        kind = names.get(name.strip("_").casefold()) or ("organization" if name == "_ownerOrganization" else None)
        if kind and isinstance(value, dict) and value.get("id"):
            found.append({"name": name, "type": kind, "id": str(value["id"]), "caption": str(value.get("name") or "")})
    return found


def _page_number(context: Context) -> int:
    text = context.request.parameter("page") or "0"
    if not text.isascii() or not text.isdigit() or len(text) > 6:
        raise Invalid("The page is a number")
    return int(text)


def _title(entity_type: EntityType) -> str:
    return entity_type.name.replace("-", " ").capitalize()
