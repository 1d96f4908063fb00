from __future__ import annotations

import pytest

from biot_plugin import (
    Event,
    Next,
    Plugin,
    PreRequest,
    RegistrationError,
    Reject,
)
from biot_plugin.testing import Client, events

PATIENTS = "POST/organization/v1/users/patients"


@pytest.fixture
def calls(plugin: Plugin) -> list[str]:
    calls: list[str] = []

    @plugin.middleware
    def outer(event: Event, call_next: Next) -> None:
        calls.append("outer in")
        call_next(event)
        calls.append("outer out")

    @plugin.pre_request(PATIENTS)
    def handler(event: PreRequest) -> dict[str, int]:
        calls.append("handler")
        return {"handled": 1}

    plugin.endpoint()(lambda event: "direct")
    plugin.scheduled("0 0 * * ? *")(lambda event: calls.append("scheduled"))

    @plugin.middleware
    def inner(event: Event, call_next: Next) -> None:
        calls.append("inner in")
        call_next(event)
        calls.append("inner out")

    return calls


def test_middleware_is_around_every_handler(plugin: Plugin, calls: list[str]) -> None:
    client = Client(plugin)
    assert client.pre_request(PATIENTS).request.body == {"handled": 1}
    assert calls == ["outer in", "inner in", "handler", "inner out", "outer out"]
    calls.clear()
    client.scheduled()
    assert calls == ["outer in", "inner in", "scheduled", "inner out", "outer out"]
    assert client.direct().body == "direct"


def test_middleware_can_stop_a_call(plugin: Plugin, calls: list[str]) -> None:
    @plugin.middleware
    def stop(event: Event, call_next: Next) -> None:
        raise Reject(503, "CLOSED", "We are closed")

    reply = Client(plugin).pre_request(PATIENTS)
    assert reply.error is not None
    assert (reply.status_code, reply.error.code) == (503, "CLOSED")
    assert calls == ["outer in", "inner in"]


def test_middleware_can_turn_an_error_into_a_reply(plugin: Plugin) -> None:
    @plugin.middleware
    def translate(event: Event, call_next: Next) -> None:
        try:
            call_next(event)
        except LookupError as error:
            raise Reject(404, "NOT_THERE", "It is not there") from error

    @plugin.pre_request(PATIENTS)
    def fails(event: PreRequest) -> None:
        raise KeyError("x")

    assert Client(plugin).pre_request(PATIENTS).status_code == 404


def test_middleware_may_return_what_a_handler_may_return(plugin: Plugin) -> None:
    def answer(event: Event, call_next: Next) -> object:
        return {"from": "middleware"}

    plugin.middleware(answer)
    plugin.endpoint()(lambda event: "never")
    plugin.notification("patient", "_create")(lambda event: None)
    client = Client(plugin)
    assert client.direct().body == {"from": "middleware"}
    reply = client.notification("patient", "_create")
    assert reply.error is not None
    assert "answer returned a dict" in reply.error.message


def test_middleware_sees_verified_callers_only(plugin: Plugin, calls: list[str]) -> None:
    Client(plugin).send(events.pre_request(PATIENTS, envelope={"headers": {"authorization": "Bearer forged"}}))
    assert calls == []


def test_middleware_takes_the_event_and_what_is_inside(plugin: Plugin) -> None:
    def too_small(event: Event) -> None: ...

    async def asynchronous(event: Event, call_next: Next) -> None: ...

    with pytest.raises(RegistrationError, match=r"too_small.* must take the event and call_next"):
        plugin.middleware(too_small)  # type: ignore[type-var]
    with pytest.raises(RegistrationError, match=r"asynchronous.* write def instead of async def"):
        plugin.middleware(asynchronous)
