"""What it costs to bring a warm event to a function and its reply back, JSON in and JSON out.

Processor time, so that a busy machine matters little. Verification is off, but where it is what is measured.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from benchmarks.events.bodies import API, DOING, Handle, body_of, events_of, plugin_that, verifying_plugin_that
from benchmarks.measuring.report import Report
from benchmarks.measuring.table import Times, measure
from benchmarks.plugins.small_handlers import RIVALS
from biot_plugin.testing import Context, default_signer, events, signed

BARE = "bare function, json.loads and json.dumps"
JSON = "json.loads and json.dumps of the body alone"
POWERTOOLS = "powertools LambdaFunctionUrlResolver"
CONTEXT = Context()


def bare(event: dict[str, Any], _context: Context) -> dict[str, Any]:
    body = json.loads(event["body"])
    return {"statusCode": 200, "body": json.dumps({"response": body["response"]})}


def timed(handlers: Mapping[str, Handle], event: dict[str, Any], rounds: int, repeat: int) -> dict[str, Times]:
    """Measure handlers with an event."""
    actions = {name: lambda handle=handle: json.dumps(handle(event, CONTEXT)) for name, handle in handlers.items()}
    return measure(actions, rounds=rounds, repeat=repeat, clock=time.process_time)


def measure_small(report: Report) -> None:
    """An event of 1 KB, against bare Python and against rivals."""
    rivals = {name: make() for name, make in RIVALS.items()}
    handlers = {BARE: bare, "biot_plugin": plugin_that("untouched").handler, **rivals}
    event = events.post_request(API, body=body_of(1))
    for name, handle in handlers.items():
        assert handle(event, CONTEXT)["statusCode"] == 200, name
    seconds = timed(handlers, event, rounds=25, repeat=200)
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
            of_kinds = events_of(body) | ({"SCHEDULED": events.scheduled()} if kilobytes == 1 else {})
            actions |= {kind: partial(handle, event, CONTEXT) for kind, event in of_kinds.items()}
            seconds = measure(actions, rounds=rounds, repeat=repeat, clock=time.process_time)
            report.add(f"{kilobytes} KB, {doing}", seconds, base=JSON)
            if kilobytes > 1:
                for kind in ("PRE_REQUEST", "POST_REQUEST", "ADAPT_ENTITY"):
                    of = seconds[JSON].least
                    least = Times.of([seconds[kind].least])
                    report.add_ratio(f"{kind} of {kilobytes} KB, {doing}, against JSON", least, of, target=0.6)


def measure_verification(report: Report) -> None:
    """Each kind of event, of each size, with and without the verification of its token."""
    signer = default_signer()
    for kilobytes, rounds, repeat in ((1, 15, 100), (100, 9, 3), (5000, 3, 1)):
        plain, verifying = plugin_that("untouched").handler, verifying_plugin_that("untouched").handler
        for kind, event in events_of(body_of(kilobytes)).items():
            title = f"{kilobytes} KB, {kind}, verification"
            with_token = signed(event, signer)
            handlers = {"without verification": plain, "with verification": verifying}
            report.add(title, timed(handlers, with_token, rounds, repeat), base="without verification")


def measure_registrations(report: Report) -> None:
    """An event of 1 KB where the plugin has few handlers, or many."""
    counts = {f"{count} more handlers": plugin_that("untouched", count).handler for count in (0, 9, 499)}
    event = events.post_request(API, body=body_of(1))
    report.add("1 KB, more handlers", timed(counts, event, 15, 200), base=next(iter(counts)))


def main() -> None:
    """Measures and prints."""
    report = Report(
        "dispatch", "aws-lambda-powertools", "chalice", "mangum", "starlette", "fastapi", "functions-framework"
    )
    measure_small(report)
    measure_kinds(report)
    measure_verification(report)
    measure_registrations(report)
    report.write()


if __name__ == "__main__":
    main()
