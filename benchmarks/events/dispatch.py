"""What it costs to bring a warm event to a function and its reply back, JSON in and JSON out.

Processor time, so that a busy machine matters little, and none of what the platform takes to answer. Verification is
off, but where it is what is measured.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable
from functools import partial

from benchmarks.events.bodies import API, CONTEXT, DOING, Handle, body_of, events_of, plugin_that, timed
from benchmarks.events.verified import OURS, SAMPLES, measure_beside_samples, measure_verifying_rivals
from benchmarks.measuring.report import Report
from benchmarks.measuring.table import measure
from benchmarks.plugins.key_service import serving
from benchmarks.plugins.samples_handlers import handler_of as samples_handler
from benchmarks.plugins.small_handlers import RIVALS
from benchmarks.plugins.yardsticks import BARE, POWERTOOLS, bare
from biot_plugin.testing import default_signer, events

JSON = "json.loads and json.dumps of the body alone"


def measure_rivals(report: Report) -> None:
    """An event of each size that nobody verifies, against bare Python and against rivals."""
    ours, samples = plugin_that("untouched").handler, samples_handler("POST_REQUEST", verified=False)
    rivals = {name: make() for name, make in RIVALS.items()}
    handlers: dict[str, Handle] = {BARE: bare, OURS: ours, SAMPLES: samples, **rivals}
    for kilobytes, rounds, repeat in ((1, 25, 200), (100, 9, 3), (5000, 3, 1)):
        event = events.post_request(API, body=body_of(kilobytes))
        for name, handle in handlers.items():
            assert handle(event, CONTEXT)["statusCode"] == 200, name
        seconds = timed(handlers, event, rounds, repeat)
        report.add(f"Warm event of {kilobytes} KB", seconds, base=BARE)
        if kilobytes == 1:
            overhead, of = (seconds[name].minus(seconds[BARE]) for name in (OURS, POWERTOOLS))
            title = "1 KB: overhead over the bare function, against that of powertools"
            report.add_ratio(title, overhead.over(of), target=0.4)


def _both_ways(text: str) -> str:
    return json.dumps(json.loads(text))


def measure_kinds(report: Report) -> None:
    """Each kind of event, of 1 KB, 100 KB and 5 MB, against JSON alone."""
    for kilobytes, rounds, repeat in ((1, 15, 200), (100, 25, 3), (5000, 9, 1)):
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
                    ratio = seconds[kind].over(seconds[JSON])
                    report.add_ratio(f"{kind} of {kilobytes} KB, {doing}, against JSON", ratio, target=0.6)


def measure_registrations(report: Report) -> None:
    """An event of 1 KB where the plugin has few handlers, or many."""
    counts = {f"{count} more handlers": plugin_that("untouched", count).handler for count in (0, 9, 499)}
    event = events.post_request(API, body=body_of(1))
    report.add("1 KB, more handlers", timed(counts, event, 15, 200), base=next(iter(counts)))


def main() -> None:
    """Measures and prints."""
    rivals = ("aws-lambda-powertools", "chalice", "mangum", "starlette", "fastapi", "functions-framework")
    report = Report("dispatch", *rivals, "python-jose", "requests", "PyJWT")
    measure_rivals(report)
    measure_kinds(report)
    with serving(default_signer().public_key) as base_url:
        os.environ["BIOT_BASE_URL"] = base_url
        measure_beside_samples(report)
        measure_verifying_rivals(report)
    measure_registrations(report)
    report.write()


if __name__ == "__main__":
    main()
