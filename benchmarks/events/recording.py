"""What recording costs a plugin: nothing where it is off, and so much for each event that is recorded."""

from __future__ import annotations

import contextlib
import io
import json
import os
import subprocess
import sys
from collections.abc import Callable
from typing import Any

from benchmarks.measuring.report import Report
from benchmarks.measuring.table import Times, measure

os.environ["POWERTOOLS_LOG_LEVEL"] = "CRITICAL"
os.environ["BIOT_SHOULD_VALIDATE_JWT"] = "false"  # verification is measured on its own

from biot_plugin import Plugin
from biot_plugin.testing import Context, events

API = "POST/organization/v1/users/patients"
STARTS = 15
PROGRAM = """
import sys, time
start = time.process_time()
import biot_plugin
plugin = biot_plugin.Plugin({})
print(time.process_time() - start, len(sys.modules))
"""


def patient(number: int) -> dict[str, Any]:
    return {
        "_id": f"{number:08x}-f28d-44a5-95a3-c7ad46edbd16",
        "_name": {"firstName": f"Maria{number}", "lastName": "Oberhuber"},
        "_email": f"maria{number}@example.org",
        "_dateOfBirth": f"19{50 + number % 50}-03-14",
        "_creationTime": "2026-03-14T09:26:53.589Z",
        "weight": 83.25 + number,
        "note": "Fell down at home and was found by her neighbour",
    }


def handler(share: float | None) -> Callable[..., Any]:
    plugin = Plugin(record=share)
    plugin.post_request(API)(lambda _event: None)
    return plugin.handler


def start(arguments: str) -> tuple[Times, int]:
    """The seconds of processor time that importing and creating a plugin take, and the number of modules loaded."""
    outcomes = []
    for _ in range(STARTS):
        done = subprocess.run(
            [sys.executable, "-c", PROGRAM.format(arguments)], capture_output=True, text=True, check=True
        )
        seconds, modules = done.stdout.split()
        outcomes.append((float(seconds), int(modules)))
    return Times.of([seconds for seconds, _ in outcomes]), outcomes[0][1]


def main() -> None:
    """Measures and prints."""
    report = Report("recording")
    starts = {name: start(arguments) for name, arguments in (("off", ""), ("on", "record=0.01"))}
    report.add("import biot_plugin and Plugin(), processor's time", {k: v for k, (v, _) in starts.items()}, base="off")
    report.add_figures("Modules", {name: {"loaded": str(modules)} for name, (_, modules) in starts.items()})
    handlers = {"off": handler(None), "on, none of these": handler(1e-9), "on, each of these": handler(1)}
    for count, repeat in ((1, 200), (20, 20), (200, 2)):
        event = events.post_request(API, body={"patients": [patient(number) for number in range(count)]})

        def call(function: Callable[..., Any], event: dict[str, Any] = event) -> None:
            with contextlib.redirect_stdout(io.StringIO()):
                function(event, Context(memory_size=1769, timeout=900))

        actions = {name: lambda function=function: call(function) for name, function in handlers.items()}
        seconds = measure(actions, rounds=9, repeat=repeat)
        report.add(f"Warm event of {len(json.dumps(event)) / 1000:.1f} KB", seconds, base="off")
    report.write()


if __name__ == "__main__":
    main()
