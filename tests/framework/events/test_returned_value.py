"""What a handler returns is applied, and a wrong value stops the call."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from biot_plugin import Plugin
from biot_plugin.testing import Client, Reply

API = "POST/organization/v1/users/patients"
SECRET = "Anna Smith"

Handler = Callable[[Any], Any]
Hook = tuple[Callable[[Plugin, Handler], object], Callable[[Client], Reply]]

HOOKS: dict[str, Hook] = {
    "pre_request": (
        lambda plugin, handler: plugin.pre_request(API)(handler),
        lambda client: client.pre_request(API),
    ),
    "post_request": (
        lambda plugin, handler: plugin.post_request(API)(handler),
        lambda client: client.post_request(API),
    ),
    "adapt_entity": (
        lambda plugin, handler: plugin.adapt_entity("patient")(handler),
        lambda client: client.adapt_entity("patient", entities=[]),
    ),
    "notification": (
        lambda plugin, handler: plugin.notification("patient", "_create")(handler),
        lambda client: client.notification("patient", "_create"),
    ),
    "scheduled": (
        lambda plugin, handler: plugin.scheduled("0 0 * * ? *")(handler),
        lambda client: client.scheduled(),
    ),
    "endpoint": (
        lambda plugin, handler: plugin.endpoint()(handler),
        lambda client: client.direct(),
    ),
}
BODY = "None or the new %s body (a dict, or the handler's model)"
MAY_RETURN = {
    "pre_request": BODY % "request",
    "post_request": BODY % "response",
    "adapt_entity": "None or the new list of entities",
    "notification": "None",
    "scheduled": "None",
    "endpoint": "None, a dict or list (JSON), str, bytes, or a dict with statusCode, headers and body (a whole reply)",
}
WRONG = [
    *((hook, value) for hook in HOOKS for value in (7, True, {SECRET}, object())),
    *((hook, [SECRET]) for hook in HOOKS if hook not in ("adapt_entity", "endpoint")),
    *((hook, SECRET) for hook in HOOKS if hook != "endpoint"),
    *((hook, {"name": SECRET}) for hook in ("adapt_entity", "notification", "scheduled")),
]


def call(plugin: Plugin, hook: str, handler: Handler) -> Reply:
    register, send = HOOKS[hook]
    register(plugin, handler)
    return send(Client(plugin))


@pytest.mark.parametrize(("hook", "value"), WRONG)
@pytest.mark.parametrize("is_async", [False, True])
def test_a_wrong_value_stops_the_call(
    plugin: Plugin, log: Callable[[], list[dict[str, Any]]], hook: str, value: Any, is_async: bool
) -> None:
    def handler(event: Any) -> Any:
        return value

    async def asynchronous(event: Any) -> Any:
        return value

    function: Handler = asynchronous if is_async else handler
    reply = call(plugin, hook, function)
    assert reply.error is not None
    assert (reply.status_code, reply.error.code) == (500, "INVALID_RESULT")
    assert reply.error.message == (
        f"{function.__qualname__} returned a {type(value).__name__}; it may return {MAY_RETURN[hook]}"
    )
    (record,) = log()
    assert record["level"] == "ERROR"
    assert SECRET not in str(reply.raw) + str(record)


@pytest.mark.parametrize("hook", HOOKS)
def test_nothing_leaves_the_event_as_it_is(plugin: Plugin, hook: str) -> None:
    assert call(plugin, hook, lambda event: None).status_code == (204 if hook == "endpoint" else 200)


@pytest.mark.parametrize(
    ("hook", "value"),
    [
        ("pre_request", {"age": 7}),
        ("pre_request", {}),
        ("post_request", {"age": 7}),
        ("adapt_entity", [{"age": 7}]),
        ("endpoint", []),
        ("endpoint", {"age": 7}),
    ],
)
def test_a_right_value_is_sent(plugin: Plugin, hook: str, value: Any) -> None:
    reply = call(plugin, hook, lambda event: value)
    assert reply.status_code == 200
    sent = {
        "pre_request": lambda body: body["request"]["body"],
        "post_request": lambda body: body["response"]["body"],
        "adapt_entity": lambda body: body["response"]["entities"],
        "endpoint": lambda body: body,
    }[hook](reply.body)
    assert sent == value
