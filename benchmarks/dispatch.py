"""What it costs to bring a warm event to a function and its reply back, JSON in and JSON out."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from typing import Any

import fastapi
import mangum
from aws_lambda_powertools.event_handler import LambdaFunctionUrlResolver

from benchmarks.table import measure, show

os.environ["POWERTOOLS_LOG_LEVEL"] = "CRITICAL"
os.environ["BIOT_SHOULD_VALIDATE_JWT"] = "false"  # verification is measured on its own

from biot_plugin import Plugin
from biot_plugin.testing import Context, events

API = "POST/organization/v1/users/patients"


def bare(event: dict[str, Any], _context: Context) -> dict[str, Any]:
    body = json.loads(event["body"])
    return {"statusCode": 200, "body": json.dumps({"response": body["response"]})}


def ours() -> Callable[..., Any]:
    plugin = Plugin()
    plugin.post_request(API)(lambda _event: None)
    return plugin.handler


def powertools() -> Callable[..., Any]:
    app = LambdaFunctionUrlResolver()

    @app.post("/")
    def root() -> dict[str, Any]:
        return {"response": app.current_event.json_body["response"]}

    return app.resolve


def fastapi_on_mangum() -> Callable[..., Any]:
    app = fastapi.FastAPI()

    @app.post("/")  # type: ignore[untyped-decorator]
    async def root(request: fastapi.Request) -> dict[str, Any]:
        return {"response": (await request.json())["response"]}

    adapter: Callable[..., Any] = mangum.Mangum(app, lifespan="off")
    return adapter


def main() -> None:
    """Measures and prints."""
    handlers = {
        "bare function, json.loads and json.dumps": bare,
        "biot_plugin": ours(),
        "powertools LambdaFunctionUrlResolver": powertools(),
        "mangum + fastapi": fastapi_on_mangum(),
    }
    context = Context()
    for size, repeat in ((1, 500), (100, 20)):
        body = {f"field{index}": {"text": "x" * 40, "number": index} for index in range(size * 11)}
        event = events.post_request(API, body=body)
        actions = {
            name: lambda handler=handler, event=event: json.dumps(handler(event, context))
            for name, handler in handlers.items()
        }
        seconds = measure(actions, rounds=15, repeat=repeat)
        show(f"Warm event of {len(event['body']) // 1000} KB", seconds, base=next(iter(handlers)), unit="us")


if __name__ == "__main__":
    main()
