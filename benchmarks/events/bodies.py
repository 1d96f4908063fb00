"""Events of each kind and size, and plugins that handle them."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

os.environ["POWERTOOLS_LOG_LEVEL"] = "CRITICAL"
os.environ["BIOT_SHOULD_VALIDATE_JWT"] = "false"

from benchmarks.measuring.table import Times, measure
from biot_plugin import Plugin
from biot_plugin.testing import Context, default_signer, events

__all__ = [
    "API", "CONTEXT", "DOING", "Handle",
    "body_of", "events_of", "plugin_that", "timed", "verified_callers", "verifying_plugin_that",
]  # fmt: skip

API = "POST/organization/v1/users/patients"

Handle = Callable[..., Any]
CONTEXT = Context()


def body_of(kilobytes: int) -> dict[str, Any]:
    """A body of about a size."""
    return {f"field{index}": {"text": "x" * 40, "number": index} for index in range(kilobytes * 11)}


def touch(body: Any) -> None:
    """Change one member of a body, or of the first of some entities."""
    target = body[0] if isinstance(body, list) else body
    target[next(iter(target))] = "changed"


#: What handlers do: nothing, or a change of one member.
DOING: dict[str, tuple[Handle, Handle, Handle, Handle]] = {
    "untouched": (lambda _event: None,) * 4,
    "one member changed": (
        lambda event: touch(event.body),
        lambda event: touch(event.response.body),
        lambda event: touch(event.entities),
        lambda event: touch(event.entity),
    ),
}


def plugin_that(doing: str, more: int = 0) -> Plugin:
    """Create a plugin with a handler of each kind, and a number of further ones."""
    plugin = Plugin()
    for index in range(more):
        plugin.post_request(f"POST/organization/v1/other/{index}")(lambda _event: None)
    pre, post, adapt, notification = DOING[doing]
    plugin.pre_request(API)(pre)
    plugin.post_request(API)(post)
    plugin.adapt_entity("patient")(adapt)
    plugin.notification("patient", "_create")(notification)
    plugin.endpoint()(lambda event: {"length": len(event.json)})
    plugin.scheduled("0 6 ? * MON-FRI *")(lambda _event: None)
    return plugin


def events_of(body: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Events of each kind with a body."""
    return {
        "PRE_REQUEST": events.pre_request(API, body=body),
        "POST_REQUEST": events.post_request(API, body=body),
        "ADAPT_ENTITY": events.adapt_entity("patient", entities=[body]),
        "NOTIFICATION": events.notification("patient", "_create", entity=body),
        "DIRECT": events.direct("POST", body=json.dumps(body)),
    }


@contextmanager
def verified_callers() -> Iterator[None]:
    """Have plugins that are created meanwhile verify their callers."""
    os.environ["BIOT_SHOULD_VALIDATE_JWT"] = "true"
    try:
        yield
    finally:
        os.environ["BIOT_SHOULD_VALIDATE_JWT"] = "false"


def verifying_plugin_that(doing: str) -> Plugin:
    """Create the same plugin, which verifies its callers."""
    with verified_callers():
        plugin = plugin_that(doing)
    plugin.keys.use(default_signer().public_keys)
    return plugin


def timed(handlers: Mapping[str, Handle], event: dict[str, Any], rounds: int, repeat: int) -> dict[str, Times]:
    """Measure handlers with an event."""
    actions = {name: lambda handle=handle: json.dumps(handle(event, CONTEXT)) for name, handle in handlers.items()}
    return measure(actions, rounds=rounds, repeat=repeat, clock=time.process_time)
