"""What an event of 1 KB takes: `python -m benchmarks.profiles.small_event SECONDS` handles one after another.

Each function of the floor does by hand what the one before does and one thing more of what a plugin owes the platform,
without an object around it, and without what the framework guarantees.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tempfile
import time
from contextvars import ContextVar, copy_context
from pathlib import Path
from typing import Any

from aws_lambda_powertools.event_handler import LambdaFunctionUrlResolver

from benchmarks.events.bodies import API, CONTEXT, Handle, body_of, plugin_that, timed
from benchmarks.measuring.environments import ROOT
from benchmarks.measuring.report import Report
from benchmarks.plugins.yardsticks import BARE, POWERTOOLS, bare, powertools
from benchmarks.profiles.stacks import SILENT, Profile, merge, recording, stacks_of
from biot_plugin.testing import events

__all__ = ["profile"]

SECONDS, RATE = 8, 1000
OURS = "biot_plugin"
BY_HAND = "... and each event has a context of its own"
_TRACEPARENT = re.compile(r"[0-9a-f]{2}-([0-9a-f]{32})-[0-9a-f]{16}-[0-9a-f]{2}")
_current_trace: ContextVar[str] = ContextVar("_current_trace")
_handlers: dict[tuple[str, str], Handle] = {("INTERCEPTOR_POST", API): lambda _response: None}

Event = dict[str, Any]


def _parsed(event: Event, _context: object) -> Event:
    json.loads(event["body"])
    return {"statusCode": 200}


def _traced(event: Event, _context: object) -> Event:
    headers = {name.lower(): value for name, value in event["headers"].items()}
    body = json.loads(event["body"])
    return _reply(headers, body)


def _found(event: Event, _context: object) -> Event:
    headers = {name.lower(): value for name, value in event["headers"].items()}
    body = json.loads(event["body"])
    _handlers[headers["hooktype"], body["apiId"]](body["response"])
    return _reply(headers, body)


def _in_context(event: Event, context: object) -> Event:
    return copy_context().run(_found, event, context)


def _reply(headers: dict[str, str], body: Event) -> Event:
    traceparent = headers["traceparent"]
    match = _TRACEPARENT.fullmatch(traceparent)
    _current_trace.set(match[1] if match else "")
    return {
        "statusCode": 200,
        "headers": {"traceparent": traceparent, "content-type": "application/json"},
        "body": json.dumps({"response": body["response"]}),
        "isBase64Encoded": False,
    }


def profile(report: Report) -> Profile:
    """Sample a process that handles events; report what the same takes by hand."""
    handlers = {
        "its body is parsed, and no more": _parsed,
        BARE: bare,
        "the same, and headers are read, and the trace sent back": _traced,
        "... and the handler of the kind and the API id found": _found,
        BY_HAND: _in_context,
        OURS: plugin_that("untouched").handler,
        POWERTOOLS: powertools(LambdaFunctionUrlResolver),
    }
    event = events.post_request(API, body=body_of(1))
    seconds = timed(handlers, event, rounds=25, repeat=200)
    report.add("Event of 1 KB, by hand", seconds, base=BARE)
    by_hand, of = (seconds[name].least - seconds[BARE].least for name in (BY_HAND, POWERTOOLS))
    report.add_ratio("1 KB: overhead of the same by hand, against that of powertools", by_hand / of, target=None)
    with tempfile.TemporaryDirectory() as folder:
        stacks = Path(folder, "stacks")
        command = (sys.executable, "-m", "benchmarks.profiles.small_event", str(SECONDS))
        subprocess.run(
            recording("--rate", str(RATE), "--output", str(stacks), "--", *command), cwd=ROOT, check=True, **SILENT
        )
        tree = merge("an event of 1 KB", stacks_of(stacks), below="handle_events")
    return Profile(seconds[OURS], tree)


def handle_events(seconds: float) -> None:
    """Handles an event again and again."""
    handle, event = plugin_that("untouched").handler, events.post_request(API, body=body_of(1))
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        for _ in range(100):
            json.dumps(handle(event, CONTEXT))


if __name__ == "__main__":
    handle_events(float(sys.argv[1]))
