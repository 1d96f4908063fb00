"""A call whose handler never ran, or that was refused inside, never passes."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pytest

from biot_plugin import Event, Next, Plugin, Reject
from biot_plugin.testing import Client, events

API = "POST/organization/v1/users/patients"

EVENTS: dict[str, Callable[[], dict[str, Any]]] = {
    "pre": lambda: events.pre_request(API),
    "post": lambda: events.post_request(API),
    "adapt": lambda: events.adapt_entity("patient"),
    "notification": lambda: events.notification("patient", "_create"),
    "scheduled": events.scheduled,
    "direct": events.direct,
}


def whole_plugin(handler: Callable[[Any], object]) -> Plugin:
    plugin = Plugin()
    plugin.pre_request(API)(handler)
    plugin.post_request(API)(handler)
    plugin.adapt_entity("patient")(handler)
    plugin.notification("patient", "_create")(handler)
    plugin.scheduled("0 0 * * ? *")(handler)
    plugin.endpoint()(handler)
    return plugin


def refuse(event: Any) -> None:
    raise Reject(403, "REFUSED", "Refused")


def fail(event: Any) -> None:
    raise KeyError("personal datum")


def cancel(event: Any) -> None:
    raise SystemExit(0)


def passing(event: Event, call_next: Next) -> None:
    call_next(event)


def forgetting(event: Event, call_next: Next) -> None: ...


def swallowing(event: Event, call_next: Next) -> None:
    with suppress(BaseException):
        call_next(event)


@pytest.mark.parametrize("kind", EVENTS)
@pytest.mark.parametrize("around", [(), (passing,)])
@pytest.mark.parametrize("inside", [(), (passing,)])
def test_a_middleware_that_forgets_to_call_on_stops_the_call(
    kind: str, around: tuple[Any, ...], inside: tuple[Any, ...]
) -> None:
    called: list[object] = []
    plugin = whole_plugin(called.append)
    for middleware in (*around, forgetting, *inside):
        plugin.middleware(middleware)
    reply = Client(plugin).send(EVENTS[kind]())
    assert reply.error is not None
    assert (reply.status_code, reply.error.code) == (500, "INVALID_RESULT")
    assert "did not run: a middleware must call call_next, or raise Reject" in reply.error.message
    assert called == []


@pytest.mark.parametrize("kind", EVENTS)
@pytest.mark.parametrize("around", [(), (passing,), (swallowing,)])
@pytest.mark.parametrize(
    ("handler", "status", "code"),
    [(refuse, 403, "REFUSED"), (fail, 500, "INTERNAL_SERVER_ERROR"), (cancel, 500, "INTERNAL_SERVER_ERROR")],
)
def test_an_error_that_a_middleware_swallows_stops_the_call(
    kind: str, around: tuple[Any, ...], handler: Callable[[Any], None], status: int, code: str
) -> None:
    plugin = whole_plugin(handler)
    for middleware in (*around, swallowing):
        plugin.middleware(middleware)
    reply = Client(plugin).send(EVENTS[kind]())
    assert reply.error is not None
    assert (reply.status_code, reply.error.code) == (status, code)


def test_what_a_middleware_refuses_is_not_passed_by_the_one_around_it() -> None:
    def refusing(event: Event, call_next: Next) -> None:
        call_next(event)
        raise Reject(409, "TOO_LATE", "Too late")

    plugin = whole_plugin(lambda event: None)
    plugin.middleware(swallowing)
    plugin.middleware(refusing)
    assert Client(plugin).pre_request(API).status_code == 409


def test_the_log_says_what_the_middleware_did(log: Callable[[], list[dict[str, Any]]]) -> None:
    plugin = whole_plugin(refuse)
    plugin.middleware(swallowing)
    Client(plugin).pre_request(API)
    assert log()[0]["message"].startswith("A middleware caught an error and went on as if there were none")


def test_a_middleware_may_try_again() -> None:
    attempts: list[object] = []

    def fails_once(event: Any) -> None:
        attempts.append(event)
        if len(attempts) == 1:
            raise OSError

    def retrying(event: Event, call_next: Next) -> None:
        try:
            call_next(event)
        except OSError:
            call_next(event)

    plugin = whole_plugin(fails_once)
    plugin.middleware(passing)
    plugin.middleware(retrying)
    plugin.middleware(passing)
    assert Client(plugin).pre_request(API).status_code == 200
    assert len(attempts) == 2


def test_a_second_try_that_fails_counts() -> None:
    attempts: list[object] = []

    def fails_later(event: Any) -> dict[str, int] | None:
        attempts.append(event)
        if len(attempts) > 1:
            raise Reject(403, "REFUSED", "Refused")
        return {"a": 1}

    def twice(event: Event, call_next: Next) -> None:
        call_next(event)
        with suppress(Reject):
            call_next(event)

    plugin = Plugin()
    plugin.middleware(twice)
    plugin.endpoint()(fails_later)
    assert Client(plugin).direct().status_code == 403


@pytest.mark.parametrize("handler", [refuse, fail])
def test_a_middleware_may_return_the_reply_to_a_direct_call_instead(handler: Callable[[Any], None]) -> None:
    def answering(event: Event, call_next: Next) -> object:
        with suppress(Exception):
            call_next(event)
        return {"statusCode": 418, "body": "tea"}

    plugin = Plugin()
    plugin.middleware(passing)
    plugin.middleware(answering)
    plugin.endpoint()(handler)
    reply = Client(plugin).direct()
    assert (reply.status_code, reply.raw["body"]) == (418, "tea")


def test_what_refuses_a_reply_that_a_middleware_returned_is_not_swallowed_either() -> None:
    def answering(event: Event, call_next: Next) -> object:
        return "answer"

    def refusing(event: Event, call_next: Next) -> None:
        call_next(event)
        raise Reject(403, "REFUSED", "Refused")

    plugin = Plugin()
    for middleware in (swallowing, refusing, answering):
        plugin.middleware(middleware)
    plugin.endpoint()(lambda event: "handled")
    assert Client(plugin).direct().status_code == 403


@pytest.mark.parametrize(("kind", "result"), [("pre", {}), ("post", {}), ("adapt", [])])
def test_a_middleware_cannot_return_the_result_of_a_handler_that_never_ran(kind: str, result: object) -> None:
    def answering(event: Event, call_next: Next) -> object:
        return result

    plugin = whole_plugin(lambda event: None)
    plugin.middleware(answering)
    assert Client(plugin).send(EVENTS[kind]()).status_code == 500


def test_a_middleware_may_change_the_result_of_a_handler_that_ran() -> None:
    def changing(event: Event, call_next: Next) -> object:
        call_next(event)
        return {"changed": True}

    plugin = whole_plugin(lambda event: None)
    plugin.middleware(changing)
    assert Client(plugin).pre_request(API).request.body == {"changed": True}
