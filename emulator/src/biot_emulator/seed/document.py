"""The file that fills a platform.

{"templates": [...], "users": [{"type", "name", "template", "password", "body"}, ...], "entities": [...]}
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import tomllib

from biot_emulator.seed.errors import SeedInvalid
from biot_emulator.services.entities.type_definition import EntityType
from biot_emulator.services.entities.types import ENTITY_TYPES
from biot_emulator.wire_json import decode_request, encode

__all__ = ["Item", "Seed", "read_seed"]

_MAX_BYTES = 32_000_000
_KEYS = ("templates", "users", "entities")
_ITEM_KEYS = ("type", "name", "template", "body")
_TYPES = {entity_type.name: entity_type for entity_type in ENTITY_TYPES}

JSON = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Item:
    """An entity to create.

    Attributes:
        place: Where it is in the file, for messages.
        entity_type: Its type.
        name: The name that others refer to it by; None for no name.
        template: The name of its template; None for the type's own.
        password: The password of a person who can log in; None for everything else.
        body: The body of the request that creates it.
    """

    place: str
    entity_type: EntityType
    name: str | None
    template: str | None
    password: str | None
    body: JSON


@dataclass(frozen=True, slots=True)
class Seed:
    """What a platform is filled with.

    Attributes:
        hash: Tells the content of one file from that of others.
        templates: The bodies of the requests that create templates.
        items: The people and the other entities.
    """

    hash: str
    templates: tuple[JSON, ...] = ()
    items: tuple[Item, ...] = field(default=())


def read_seed(file: Path) -> Seed:
    """Read a file that fills a platform; one whose name ends with `.toml` is TOML, any other one JSON.

    Raises:
        SeedInvalid: It cannot be read, or has what is not understood.
    """
    try:
        return _parsed(_content(file), is_toml=file.suffix == ".toml")
    except SeedInvalid as error:
        raise SeedInvalid(f"{file}: {error}") from None


def _content(file: Path) -> bytes:
    try:
        with file.open("rb") as stream:
            content = stream.read(_MAX_BYTES + 1)
    except OSError as error:
        raise SeedInvalid(
            f"it cannot be read ({error.strerror}): name a file with templates, users or entities"
        ) from error
    if len(content) > _MAX_BYTES:
        raise SeedInvalid(f"it has more than {_MAX_BYTES // 1_000_000} MB: take something out")
    return content


def _parsed(content: bytes, *, is_toml: bool) -> Seed:
    try:
        text = content.decode("utf-8-sig")
        document = tomllib.loads(text) if is_toml else decode_request(text)
        encode(document)
    except RecursionError:
        raise SeedInvalid("it is nested too deeply") from None
    except (ValueError, TypeError) as error:
        raise SeedInvalid(f"it is not {'TOML with the values of JSON' if is_toml else 'JSON'}: {error}") from None
    _require_keys(document, _KEYS, "it")
    templates = tuple(_template(item, place) for place, item in _list(document, "templates"))
    users = [_item(item, place, is_user=True) for place, item in _list(document, "users")]
    entities = [_item(item, place, is_user=False) for place, item in _list(document, "entities")]
    items = (*users, *entities)
    _require_different_names(items)
    return Seed(hashlib.sha256(content).hexdigest(), templates, items)


def _list(document: Mapping[str, Any], key: str) -> Iterator[tuple[str, Any]]:
    items = document.get(key, [])
    if not isinstance(items, list):
        raise SeedInvalid(f"{key} is no list: write [{{...}}, ...]")
    return ((f"{key}[{number}]", item) for number, item in enumerate(items))


def _require_keys(table: Any, keys: tuple[str, ...], place: str) -> None:
    if not isinstance(table, dict):
        raise SeedInvalid(f"{place} is no object: write one with {', '.join(keys)}")
    for key in table:
        if key not in keys:
            raise SeedInvalid(f"{place} has the unknown key {key!r:.60}: use {', '.join(keys)}")


def _template(item: Any, place: str) -> JSON:
    """Check the little that is needed to refer to a template; the platform checks the rest."""
    if not isinstance(item, dict):
        raise SeedInvalid(f"{place} is no object: write the body of POST /settings/v1/templates")
    for key in ("entityType", "name"):
        if not isinstance(item.get(key), str) or not item[key]:
            raise SeedInvalid(f"{place} has no {key}: write the body of POST /settings/v1/templates")
    return item


def _item(item: Any, place: str, *, is_user: bool) -> Item:
    _require_keys(item, (*_ITEM_KEYS, "password") if is_user else _ITEM_KEYS, place)
    entity_type = _TYPES.get(item["type"]) if isinstance(item.get("type"), str) else None
    people = [name for name, candidate in _TYPES.items() if candidate.person]
    if entity_type is None or (is_user and not entity_type.person):
        raise SeedInvalid(f"{place} has no known type: use one of {', '.join(people if is_user else _TYPES)}")
    for key in ("name", "template", *(("password",) if is_user else ())):
        if key in item and (not isinstance(item[key], str) or not item[key]):
            raise SeedInvalid(f"{place} has an invalid {key}: make it a text, or leave it out")
    if is_user and "password" not in item:
        raise SeedInvalid(f"{place} has no password: add one, or make it one of the entities")
    body = item.get("body", {})
    if not isinstance(body, dict):
        raise SeedInvalid(f"{place} has an invalid body: make it an object with the entity's attributes")
    return Item(place, entity_type, item.get("name"), item.get("template"), item.get("password"), body)


def _require_different_names(items: tuple[Item, ...]) -> None:
    places: dict[str, str] = {}
    for item in items:
        if item.name is None:
            continue
        if item.name in places:
            raise SeedInvalid(f"{item.place} has the name {item.name!r} of {places[item.name]}: choose another one")
        places[item.name] = item.place
