"""What an event costs a plugin as an ASGI application, beside Lambda's way, without the server and the network."""

from __future__ import annotations

import asyncio
import json
import os
from typing import Any

from benchmarks.measuring.report import Report
from benchmarks.measuring.table import measure

os.environ["POWERTOOLS_LOG_LEVEL"] = "CRITICAL"
os.environ["BIOT_SHOULD_VALIDATE_JWT"] = "false"  # verification is measured on its own

from biot_plugin import AsgiApplication, Plugin
from biot_plugin.testing import Context, events

API = "POST/organization/v1/users/patients"
#: Calls that one measurement makes: a loop that begins and ends for each would cost more than the call.
CALLS = 100
LAMBDA = "plugin.handler"


def scope_of(event: dict[str, Any]) -> dict[str, Any]:
    headers = [(name.lower().encode(), value.encode()) for name, value in event["headers"].items()]
    return {
        "type": "http",
        "http_version": "1.1",
        "method": "POST",
        "scheme": "http",
        "path": "/",
        "raw_path": b"/",
        "query_string": b"",
        "headers": headers,
        "client": ("127.0.0.1", 5000),
    }


async def call(application: AsgiApplication, scope: dict[str, Any], body: bytes) -> None:
    parts = iter([{"type": "http.request", "body": body}])

    async def receive() -> dict[str, Any]:
        for part in parts:
            return part
        return await asyncio.Future()

    async def send(_message: Any) -> None: ...

    await application(scope, receive, send)


def main() -> None:
    """Measures and prints."""
    report, plugin = Report("asgi"), Plugin()
    plugin.post_request(API)(lambda _event: None)
    application, context, loop = plugin.asgi(), Context(), asyncio.new_event_loop()
    for size in (1, 100):
        body = {f"field{index}": {"text": "x" * 40, "number": index} for index in range(size * 11)}
        event = events.post_request(API, body=body)
        text, scope = event["body"], scope_of(event)
        content = text.encode()

        def one_by_one(event: dict[str, Any] = event) -> None:
            for _ in range(CALLS):
                json.dumps(plugin.handler(event, context))

        async def in_turn(scope: dict[str, Any] = scope, content: bytes = content) -> None:
            for _ in range(CALLS):
                await call(application, scope, content)

        async def at_once(scope: dict[str, Any] = scope, content: bytes = content) -> None:
            for _ in range(CALLS // 20):
                await asyncio.gather(*(call(application, scope, content) for _ in range(20)))

        actions = {
            LAMBDA: one_by_one,
            "plugin.asgi(), one call after another": lambda in_turn=in_turn: loop.run_until_complete(in_turn()),
            "plugin.asgi(), 20 calls at once": lambda at_once=at_once: loop.run_until_complete(at_once()),
        }
        seconds = {name: value.divided(CALLS) for name, value in measure(actions, rounds=15).items()}
        report.add(f"Event of {len(text) // 1000} KB", seconds, base=LAMBDA)
    report.write()


if __name__ == "__main__":
    main()
