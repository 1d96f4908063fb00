"""Every modelled operation answers in its published schemas, or refuses, whatever value one of its inputs has."""

from __future__ import annotations

import json
import re
import zlib
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

import jsonschema_rs
import pytest

from biot_emulator.api.call import Call
from biot_emulator.build import build_platform
from biot_emulator.client import Client
from biot_emulator.server.background_thread import Server
from biot_emulator.state.store import Store
from biot_emulator.wire_json import decode, encode
from tests.emulator.scenarios.successes import ADMIN, success_of
from tests.emulator.scenarios.test_conformance import EACH, Service, undescribed

NOBODY = "00000000-0000-4000-8000-00000000dead"
ODD: tuple[Any, ...] = (
    None, True, 0, -1, 1.5, 10**400, "", " ", "\u0000", "\ud800", "x" * 5000, "0", "{", NOBODY, "2026-01-31T12:00:00Z",
    "9999-12-31T23:59:59-14:00", "0001-01-01T00:00:00+14:00", [], [None], ["", ""], [{}], {}, {"id": None}, {"id": ""},
    {"id": NOBODY}, {"": ""}, {"firstName": None}, {"a": {"b": [1]}},
)  # fmt: skip
OPERATORS = ("eq", "in", "notIn", "not", "like", "lt", "to", "isNull", "odd")
COMPARED: tuple[Any, ...] = (None, "", 1, [], [None], {}, NOBODY)
SEARCHED = ("_id", "_name", "_ownerOrganization.id", "_creationTime", "odd", "a.b.c", "")
SEARCHES: tuple[Any, ...] = (
    *({"filter": {name: {operator: value}}} for name in SEARCHED for operator in OPERATORS for value in COMPARED),
    *(
        {name: value}
        for name in ("filter", "sort", "limit", "page", "freeTextSearch", "limitPerPage", "nextToken")
        for value in ODD
    ),
    {"sort": [{"prop": ""}]}, {"sort": [{"prop": "_id", "order": "UP"}]}, {"sort": [{}]},
    {"filter": {"$NOT": {}}}, {"filter": {"$AND": []}}, {"filter": {"$OR": {"_id": None}}},
    {"filter": {"_id": {"notIn": []}}}, {"limit": 2**31}, {"page": 2**31 - 1, "limit": 2**31 - 1}, [], None, 1, "x",
)  # fmt: skip
#: What only one of two things can have.
UNIQUE = ("_id", "_name", "_email", "_code", "name", "username")


@pytest.fixture
def server() -> Iterator[Server]:
    with Server(build_platform(Store(), admin=ADMIN)) as server:
        yield server


@pytest.mark.sampled(10)
@pytest.mark.slow
@pytest.mark.parametrize(("service", "operation"), EACH)
def test_an_odd_value_is_answered_or_refused_as_described(service: Service, operation: str, server: Server) -> None:
    call_with_odd_values(service, operation, server, every=8)


@pytest.mark.matrix
@pytest.mark.parametrize(("service", "operation"), EACH)
def test_each_odd_value_is_answered_or_refused_as_described(service: Service, operation: str, server: Server) -> None:
    call_with_odd_values(service, operation, server, every=1)


def call_with_odd_values(service: Service, operation: str, server: Server, every: int) -> None:
    """Call an operation with every so many of its odd inputs, of which each operation begins with another."""
    administrator = Client(server.url).log_in(*ADMIN)
    method, template = operation.split(" ")
    success = success_of(operation, administrator)
    first = zlib.crc32(operation.encode()) % every
    for number, (variables, query, body) in enumerate(inputs(service, operation, success)):
        if number % every != first:
            continue
        path = re.sub(r"\{(\w+)\}", lambda match: variables.get(match[1], "any"), template)  # noqa: B023
        headers = {"authorization": f"Bearer {success.get('token', administrator.token)}"}
        content = b"" if body is None else encode(fresh(body, number))
        call = Call(method, path, query, headers, content)
        response = server.platform.handle(call)
        if response.afterwards:
            response.afterwards()
        assert response.status_code < 500, (call, response.body)
        check(service, operation, response.status_code, response.body, call)


Input = tuple[Mapping[str, str], Mapping[str, list[str]], Any]


def inputs(service: Service, operation: str, success: Mapping[str, Any]) -> Iterator[Input]:
    """Yield path variables, query and body, of which one value is odd."""
    described = operation_of(service, operation)
    variables = {name: str(value) for name, value in success.get("path_parameters", {}).items()}
    query = {name: value if isinstance(value, list) else [value] for name, value in success.get("query", {}).items()}
    body = success.get("body")
    if isinstance(body, dict) and any(isinstance(value, bytes) for value in body.values()):
        return  # a form, which other tests are about
    yield variables, query, body
    parameters = [(parameter["in"], parameter["name"]) for parameter in described.get("parameters", ())]
    for name in [name for place, name in parameters if place == "path"]:
        for odd in ("any", NOBODY, "\u0000", "x" * 5000, "00000000000040008000000000000001", " "):
            yield {**variables, name: odd}, query, body
    for name in [name for place, name in parameters if place == "query"]:
        values = [json.dumps(search) for search in SEARCHES] if name == "searchRequest" else []
        for text in (*values, "", "{", "null", "\u0000", "true", "x" * 5000):
            yield variables, {**query, name: [text]}, body
    if body is not None or "requestBody" in described:
        for odd in ODD:
            yield variables, query, odd
        for changed in changes(body if isinstance(body, dict) else {}, properties_of(service, operation)):
            yield variables, query, changed


def changes(body: Mapping[str, Any], names: list[str]) -> Iterator[dict[str, Any]]:
    """Yield a body with one field that is odd, or not there."""
    for name in dict.fromkeys((*names, *body)):
        yield {key: value for key, value in body.items() if key != name}
        for odd in ODD:
            yield {**body, name: odd}
        inner = body.get(name)
        if isinstance(inner, dict):
            for changed in changes(inner, []):
                yield {**body, name: changed}


def fresh(body: Any, number: int) -> Any:
    """Give the usual values of what is unique a number, so that nothing is there already."""
    if not isinstance(body, dict):
        return body
    renamed = dict(body)
    for name in UNIQUE:
        value = renamed.get(name)
        if isinstance(value, str) and 0 < len(value) < 30 and value.isprintable() and value[0].isalnum():
            renamed[name] = f"n{number}{value}"
    return {name: fresh(value, number) if isinstance(value, dict) else value for name, value in renamed.items()}


def check(service: Service, operation: str, status: int, body: Any, call: Call) -> None:
    responses = operation_of(service, operation)["responses"]
    if status in undescribed(service, operation):
        return
    assert str(status) in responses, (operation, status, body, call)
    validator = validator_of(service, operation, status)
    if validator is None:
        return
    answer = without_nulls(decode(encode(body)))
    errors = [f"{'/'.join(map(str, error.instance_path))}: {error.message}" for error in validator.iter_errors(answer)]
    assert not errors, (errors[:3], call)


@cache
def document_of(service: Service) -> Any:
    return json.loads(service.file.read_text(encoding="utf-8"))


def operation_of(service: Service, operation: str) -> Any:
    method, path = operation.split(" ")
    document = document_of(service)
    prefix = document["servers"][0]["url"].rstrip("/")
    return document["paths"][path.removeprefix(prefix)][method.lower()]


def properties_of(service: Service, operation: str) -> list[str]:
    schema = next(iter(operation_of(service, operation)["requestBody"]["content"].values()))["schema"]
    name = schema.get("$ref", "").rpartition("/")[2]
    schema = document_of(service)["components"]["schemas"][name] if name else schema
    return [*schema.get("properties", {})]


@cache
def validator_of(service: Service, operation: str, status: int) -> Any:
    content = operation_of(service, operation)["responses"][str(status)].get("content")
    if not content:
        return None
    schema = next(iter(content.values()))["schema"]
    whole = {**schema, "components": document_of(service)["components"]}
    return jsonschema_rs.validator_for(whole, validate_formats=True)


def without_nulls(value: Any) -> Any:
    """Leave out what is null, which the platform's captured events have for what is not set."""
    if isinstance(value, dict):
        return {name: without_nulls(part) for name, part in value.items() if part is not None}
    return [without_nulls(part) for part in value] if isinstance(value, list) else value
