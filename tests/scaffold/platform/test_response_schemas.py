"""What is read from the platform's responses, and nothing else."""

from __future__ import annotations

import json
from typing import Any

import pytest

from biot_plugin_cli.platform.errors import NotThePlatform
from biot_plugin_cli.platform.response_schemas import INTERCEPTABLE, PLUGIN, Schema, parse

PLUGIN_DOCUMENT: dict[str, Any] = {
    "name": "demo",
    "version": 1,
    "lastModifiedTime": "2026-01-01T00:00:00Z",
    "subscriptions": {
        "interceptionOrder": 1,
        "interceptions": [{"type": "PRE_REQUEST", "apiId": "GET/x", "order": 1}],
        "notifications": [{"entityTypeName": "patient", "actionName": "_create"}],
    },
}
WRONG: list[Any] = [[], {}, "x", 7, 1.5, True, None]
TEXTS = ("displayName", "enabledState", "runtime", "handler", "cronSchedule", "endpointUrl", "linkToConsole")


def parsed(schema: Schema, document: Any) -> Any:
    return parse(json.dumps(document).encode(), schema, "https://platform.example")


def changed(path: tuple[str | int, ...], value: Any) -> Any:
    document = json.loads(json.dumps(PLUGIN_DOCUMENT))
    inner = document
    for step in path[:-1]:
        inner = inner[step]
    inner[path[-1]] = value
    return document


@pytest.mark.parametrize(
    ("path", "allowed"),
    [
        (("name",), (str,)),
        (("version",), (int,)),
        (("lastModifiedTime",), (str,)),
        *(((name,), (str, type(None))) for name in TEXTS),
        (("cors",), (dict, type(None))),
        (("subscriptions",), (dict, type(None))),
        (("subscriptions", "interceptionOrder"), (int, type(None))),
        (("subscriptions", "interceptions"), (list, type(None))),
        (("subscriptions", "interceptions", 0), (dict,)),
        (("subscriptions", "interceptions", 0, "order"), (int, type(None))),
        (("subscriptions", "interceptions", 0, "apiId"), (str, type(None))),
        (("subscriptions", "notifications", 0, "actionName"), (str, type(None))),
    ],
)
@pytest.mark.parametrize("value", WRONG)
def test_a_field_of_a_plugin_has_its_type(path: tuple[str | int, ...], allowed: tuple[type, ...], value: Any) -> None:
    document = changed(path, value)
    if type(value) in allowed:
        assert parsed(PLUGIN, document) == document
        return
    with pytest.raises(NotThePlatform):
        parsed(PLUGIN, document)


def test_what_is_not_read_may_be_anything() -> None:
    document = {**PLUGIN_DOCUMENT, "new": [{"a": 1.5}], "environmentVariables": 7}
    assert parsed(PLUGIN, document) == document


@pytest.mark.parametrize("name", ["", "x" * 1001, 7, None])
def test_an_entity_type_has_a_name_of_some_length(name: Any) -> None:
    with pytest.raises(NotThePlatform):
        parsed(INTERCEPTABLE, {"entityTypeName": name})


@pytest.mark.parametrize("content", [b"<html>", b"\xff", b"NaN", b'{"version": 1e999}', b"[" * 10_000, b"\0"])
def test_what_is_not_json_is_not_the_platforms(content: bytes) -> None:
    with pytest.raises(NotThePlatform, match="check the base URL"):
        parse(content, object, "https://platform.example")
