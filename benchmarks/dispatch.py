"""What it costs to bring a warm event to a function and its reply back, JSON in and JSON out.

Processor time, so that a busy machine matters little. Verification is off, but where it is what is measured.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import fastapi
import mangum
from aws_lambda_powertools.event_handler import LambdaFunctionUrlResolver

from benchmarks.report import Report
from benchmarks.table import Times, measure

os.environ["POWERTOOLS_LOG_LEVEL"] = "CRITICAL"
os.environ["BIOT_SHOULD_VALIDATE_JWT"] = "false"

from biot_plugin import Plugin
from biot_plugin.testing import Context, default_signer, events, signed

API = "POST/organization/v1/users/patients"
BARE = "bare function, json.loads and json.dumps"
JSON = "json.loads and json.dumps of the body alone"
POWERTOOLS = "powertools LambdaFunctionUrlResolver"
CONTEXT = Context()

Handle = Callable[..., Any]


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


def bare(event: dict[str, Any], _context: Context) -> dict[str, Any]:
    body = json.loads(event["body"])
    return {"statusCode": 200, "body": json.dumps({"response": body["response"]})}


def powertools() -> Handle:
    app = LambdaFunctionUrlResolver()

    @app.post("/")
    def root() -> dict[str, Any]:
        return {"response": app.current_event.json_body["response"]}

    return app.resolve


def fastapi_on_mangum() -> Handle:
    app = fastapi.FastAPI()

    @app.post("/")  # type: ignore[untyped-decorator]
    async def root(request: fastapi.Request) -> dict[str, Any]:
        return {"response": (await request.json())["response"]}

    adapter: Handle = mangum.Mangum(app, lifespan="off")
    return adapter


def timed(handlers: Mapping[str, Handle], event: dict[str, Any], rounds: int, repeat: int) -> dict[str, Times]:
    """Measure handlers with an event."""
    actions = {name: lambda handle=handle: json.dumps(handle(event, CONTEXT)) for name, handle in handlers.items()}
    return measure(actions, rounds=rounds, repeat=repeat, clock=time.process_time)


def measure_small(report: Report) -> None:
    """An event of 1 KB, against bare Python and against rivals."""
    handlers = {
        BARE: bare,
        "biot_plugin": plugin_that("untouched").handler,
        POWERTOOLS: powertools(),
        "mangum + fastapi": fastapi_on_mangum(),
    }
    seconds = timed(handlers, events.post_request(API, body=body_of(1)), rounds=25, repeat=200)
    report.add("Warm event of 1 KB", seconds, base=BARE)
    overhead, of = (Times.of([seconds[name].least - seconds[BARE].least]) for name in ("biot_plugin", POWERTOOLS))
    report.add_ratio("1 KB: overhead over the bare function, against that of powertools", overhead, of, target=0.4)


def _both_ways(text: str) -> str:
    return json.dumps(json.loads(text))


def measure_kinds(report: Report) -> None:
    """Each kind of event, of 1 KB, 100 KB and 5 MB, against JSON alone."""
    for kilobytes, rounds, repeat in ((1, 15, 200), (100, 15, 3), (5000, 5, 1)):
        body = body_of(kilobytes)
        text = json.dumps(body)
        for doing in DOING:
            handle = plugin_that(doing).handler
            actions: dict[str, Callable[[], object]] = {JSON: partial(_both_ways, text)}
            actions |= {kind: partial(handle, event, CONTEXT) for kind, event in events_of(body).items()}
            seconds = measure(actions, rounds=rounds, repeat=repeat, clock=time.process_time)
            report.add(f"{kilobytes} KB, {doing}", seconds, base=JSON)
            if kilobytes > 1:
                for kind in ("PRE_REQUEST", "POST_REQUEST", "ADAPT_ENTITY"):
                    of = seconds[JSON].least
                    least = Times.of([seconds[kind].least])
                    report.add_ratio(f"{kind} of {kilobytes} KB, {doing}, against JSON", least, of, target=0.6)


def measure_verification(report: Report) -> None:
    """The same event with and without the verification of its token."""
    plugin = plugin_that("untouched").handler
    os.environ["BIOT_SHOULD_VALIDATE_JWT"] = "true"
    try:
        verifying = plugin_that("untouched")
    finally:
        os.environ["BIOT_SHOULD_VALIDATE_JWT"] = "false"
    verifying.keys.use(lambda: default_signer().public_keys())
    event = signed(events.post_request(API, body=body_of(1)), default_signer())
    handlers = {"without verification": plugin, "with verification": verifying.handler}
    report.add("1 KB, verification", timed(handlers, event, 15, 200), base="without verification")


def measure_registrations(report: Report) -> None:
    """An event of 1 KB where the plugin has few handlers, or many."""
    counts = {f"{count} more handlers": plugin_that("untouched", count).handler for count in (0, 9, 499)}
    event = events.post_request(API, body=body_of(1))
    report.add("1 KB, more handlers", timed(counts, event, 15, 200), base=next(iter(counts)))


def main() -> None:
    """Measures and prints."""
    report = Report("dispatch", "aws-lambda-powertools", "mangum", "fastapi")
    measure_small(report)
    measure_kinds(report)
    measure_verification(report)
    measure_registrations(report)
    report.write()


if __name__ == "__main__":
    main()
