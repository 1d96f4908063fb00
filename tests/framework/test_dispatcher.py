"""Whatever comes in, a well-formed reply goes out."""

from __future__ import annotations

import asyncio
import json
import posixpath
import re
import sys
from collections.abc import Callable
from contextlib import suppress
from contextvars import ContextVar
from typing import Any
from urllib.parse import quote, unquote

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings, strategies as st

from biot_plugin import AdaptEntity, Kind, Plugin, PreRequest
from biot_plugin.testing import Client, Context, FakeApi, default_signer, signed, strategies

PATIENTS = "POST/organization/v1/users/patients"


class Patient(msgspec.Struct):
    mrn: str = ""
    tags: list[str] = msgspec.field(default_factory=list)


def whole_plugin() -> Plugin:
    """Every hook, of which some read everything, some ask for a model, and some fail on odd input."""
    plugin = Plugin()

    @plugin.middleware
    def read_everything(event: Any, call_next: Any) -> None:
        for name in dir(event):
            if not name.startswith("_") and name not in ("json", "content"):
                getattr(event, name)
        call_next(event)

    @plugin.pre_request(
        "POST/organization/v1/users/caregivers/templates/{templateName}", path_variables={"templateName": "nurse"}
    )
    def modelled(event: PreRequest[Patient]) -> None:
        event.body.mrn += "!"

    @plugin.adapt_entity("device")
    def entities(event: AdaptEntity[Patient]) -> None:
        event.entities.reverse()

    for api_id in (
        PATIENTS,
        "GET/organization/v1/users/patients/{id}",
        "POST/organization/v1/users/caregivers/templates/{templateName}",
        "GET/organization/v1/users/caregivers",
    ):
        plugin.pre_request(api_id)(lambda event: None)
        plugin.post_request(api_id)(lambda event: None)
    plugin.adapt_entity("patient")(lambda event: event.entities)
    for entity_type in ("patient", "usage-session"):
        for action in ("_create", "_update"):
            plugin.notification(entity_type, action)(lambda event: None)
    plugin.scheduled("0 0 * * ? *")(lambda event: None)
    plugin.endpoint()(lambda event: event.json)
    return plugin


@pytest.fixture(scope="module")
def client() -> Client:
    return Client(whole_plugin())


def check(reply: dict[str, Any]) -> None:
    """A function URL reply that Lambda can send, and the platform's error body where it is one."""
    json.dumps(reply, allow_nan=False).encode()
    assert set(reply) == {"statusCode", "headers", "body", "isBase64Encoded"}
    assert isinstance(reply["body"], str)
    reply["body"].encode()
    assert len(reply["headers"]["traceparent"].split("-")[1]) == 32
    if reply["statusCode"] >= 400:
        body = json.loads(reply["body"])
        assert set(body) == {"code", "message", "serviceName", "traceId", "environment", "details"}
        assert body["traceId"] == reply["headers"]["traceparent"].split("-")[1]


quiet = settings(max_examples=200, suppress_health_check=[HealthCheck.too_slow], deadline=None)


@given(event=strategies.anything())
@quiet
def test_anything_at_all_gets_a_reply(client: Client, event: Any) -> None:
    check(client._plugin.handler(event, Context()))


@given(data=st.data(), kind=st.sampled_from(Kind))
@quiet
def test_every_sound_event_is_handled(client: Client, data: st.DataObject, kind: Kind) -> None:
    event = data.draw(strategies.event(kind))
    reply = client.send(event)
    check(dict(reply.raw))
    assert reply.status_code in (200, 204, 400) or (kind is Kind.DIRECT and reply.status_code == 500)


@given(data=st.data(), kind=st.sampled_from(Kind))
@quiet
def test_every_damaged_event_gets_a_reply(client: Client, data: st.DataObject, kind: Kind) -> None:
    event = signed(data.draw(strategies.event(kind)), default_signer())
    if isinstance(event.get("body"), str):
        event["body"] = json.loads(event["body"])
    damaged = data.draw(strategies.damaged(event))
    if data.draw(st.booleans()) and "body" in damaged:
        damaged["body"] = json.dumps(damaged["body"])
    check(client._plugin.handler(damaged, Context()))


@given(
    body=st.none() | strategies.json_objects(),
    entities=st.lists(strategies.entities(), max_size=3),
    status=st.sampled_from(["OK", "200 OK", "201 CREATED", "204"]),
)
@quiet
def test_what_is_not_touched_goes_back_as_it_came(client: Client, body: Any, entities: list[Any], status: str) -> None:
    assert client.pre_request(PATIENTS, body=body).body["request"]["body"] == body
    response = {"body": body, "httpStatusCode": status}
    assert client.post_request(PATIENTS, body=body, status=status).body["response"] == response
    response = {"entities": entities, "httpStatusCode": status}
    assert client.adapt_entity("patient", entities=entities, status=status).body["response"] == response


@given(extra=strategies.json_objects(), tags=st.lists(st.text(max_size=5), max_size=3))
@quiet
def test_what_a_model_does_not_name_survives(client: Client, extra: dict[str, Any], tags: list[str]) -> None:
    body = {**extra, "mrn": "7", "tags": tags}
    api_id = "POST/organization/v1/users/caregivers/templates/{templateName}"
    reply = client.pre_request(api_id, body=body, path_variables={"templateName": "nurse"})
    assert reply.request.body == {**body, "mrn": "7!"}


ENCODINGS: list[Callable[[str], str]] = [
    lambda character: character.replace("?", "%3f"),
    lambda character: f"%{ord(character):02x}",
    lambda character: f"%{ord(character):02X}",
    lambda character: f"%25{ord(character):02x}",
]


@st.composite
def ids(draw: st.DrawFn) -> str:
    """What somebody may give for an id to be led elsewhere; any character may be encoded, also twice."""
    parts = draw(st.lists(st.sampled_from(["..", ".", "/", "\\", ";", "?", "a", "...", "%"]), max_size=6))
    return "".join(draw(st.sampled_from(ENCODINGS))(character) for part in parts for character in part)


def readings(path: str) -> list[str]:
    """Where those on the way may take a path to lead: they decode it, drop parameters, and walk up for `..`."""
    found = []
    for _ in range(4):
        parts = path.replace("\\", "/").split("/")
        found.append(posixpath.normpath("/".join(re.split("[;?#]", part)[0] for part in parts)))
        path = unquote(path)
    return found


def asked_for(path: str) -> str | None:
    """The path that a plugin asks the platform for; None where it is refused."""
    plugin, api = Plugin(), FakeApi()
    plugin.scheduled("0 0 * * ? *")(lambda event: event.biot.get(path))
    with suppress(AssertionError):
        Client(plugin, api=api).scheduled()
    return api.calls[0].path if api.calls else None


@given(before=ids(), after=ids())
@quiet
def test_no_id_leads_out_of_the_path_that_was_written(before: str, after: str) -> None:
    asked = asked_for(f"/a/v1/x{before}/{after}/c")
    if asked is not None:
        assert all(one.startswith("/a/v1/x") and one.endswith("/c") for one in readings(asked))


@given(id=st.text(st.characters(codec="utf-8", exclude_characters=".%"), min_size=1, max_size=20))
@quiet
def test_an_id_that_was_encoded_arrives_as_it_was(id: str) -> None:
    asked = asked_for(f"/a/{quote(id, safe='')}/b")
    assert asked is not None
    assert unquote(asked) == f"/a/{id}/b"


class Stop(BaseException):
    pass


class Unloggable(Exception):
    def __str__(self) -> str:
        raise RuntimeError


@pytest.mark.parametrize(
    "error",
    [
        asyncio.CancelledError,
        SystemExit,
        KeyboardInterrupt,
        GeneratorExit,
        MemoryError,
        RecursionError,
        StopIteration,
        Stop,
        Unloggable,
    ],
)
@pytest.mark.parametrize("is_async", [False, True])
def test_the_container_survives_whatever_a_handler_raises(
    plugin: Plugin, error: type[BaseException], is_async: bool
) -> None:
    def fails(event: PreRequest) -> None:
        if "fail" in event.body:
            raise error

    async def fails_asynchronously(event: PreRequest) -> None:
        await asyncio.sleep(0)
        fails(event)

    plugin.pre_request(PATIENTS)(fails_asynchronously if is_async else fails)
    client = Client(plugin)
    reply = client.pre_request(PATIENTS, body={"fail": 1})
    assert reply.error is not None
    assert (reply.status_code, reply.error.code) == (500, "INTERNAL_SERVER_ERROR")
    assert client.pre_request(PATIENTS, body={"next": 1}).request.body == {"next": 1}


@pytest.mark.skipif(sys.version_info < (3, 11), reason="groups of exceptions came with Python 3.11")
def test_the_container_survives_a_group_of_what_is_no_exception(plugin: Plugin) -> None:
    @plugin.pre_request(PATIENTS)
    def fails(event: PreRequest) -> None:
        raise BaseExceptionGroup("several", [SystemExit(), ValueError()])  # noqa: F821

    assert Client(plugin).pre_request(PATIENTS).status_code == 500


def test_a_log_that_cannot_be_written_does_not_cost_the_reply(plugin: Plugin, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(event: PreRequest) -> None:
        monkeypatch.setattr(plugin.logger, "exception", 7)
        monkeypatch.setattr(plugin.logger, "error", 7)
        raise ValueError

    plugin.pre_request(PATIENTS)(fails)
    assert Client(plugin).pre_request(PATIENTS).status_code == 500


def test_an_event_of_odd_headers_gets_a_reply(plugin: Plugin) -> None:
    nested: Any = "x"
    for _ in range(5000):
        nested = [nested]
    reply = plugin.handler({"headers": {"traceparent": nested, "hooktype": 10**5000, "authorization": None}}, Context())
    assert reply["statusCode"] == 401


def test_context_variables_end_with_their_event(plugin: Plugin) -> None:
    variable: ContextVar[str] = ContextVar("variable", default="unset")
    seen: list[str] = []

    @plugin.pre_request(PATIENTS)
    def handler(event: PreRequest) -> None:
        seen.append(variable.get())
        variable.set("left behind")

    client = Client(plugin)
    client.pre_request(PATIENTS)
    client.pre_request(PATIENTS)
    assert seen == ["unset", "unset"]
    assert variable.get() == "unset"
