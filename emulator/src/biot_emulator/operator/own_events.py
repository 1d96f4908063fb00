"""The events that an operator sends plugins, rather than the platform."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from biot_emulator.api.call import Call
from biot_emulator.api.errors import BadRequest
from biot_emulator.event_kind import EventKind, event_kind
from biot_emulator.fixtures.events import prepare_event
from biot_emulator.invocations.records import Trigger
from biot_emulator.operator.parameters import truth
from biot_emulator.security.token_scopes import TokenKind

__all__ = ["own_event"]


def own_event(call: Call, sign: Callable[[TokenKind], str]) -> tuple[Any, Trigger]:
    """Return the event in a call's body, and the kind of hook that it is for.

    It is sent as it came, without a body as an empty object, as Lambda does it. Of an event with headers, as a function
    URL makes them, a placeholder becomes a token and a body that is no text becomes one, as in fixtures, unless the
    parameter `exact` says that it is none.

    Args:
        call: The call.
        sign: Signs a token of a kind.

    Raises:
        BadRequest: The body is not JSON, or the parameter neither true nor false.
    """
    if call.form:
        raise BadRequest("The body must be the event, as JSON: send it without a form")
    event = call.json if call.content.strip() else {}
    exact = truth(call, "exact")
    if not isinstance(event, dict):
        return event, Trigger(EventKind.DIRECT)
    trigger = Trigger(event_kind(event))
    fixture = isinstance(event.get("headers"), dict) and not exact
    return (prepare_event(event, sign) if fixture else event), trigger
