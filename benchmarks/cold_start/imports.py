"""What a cold start pays for imports, over a process that has AWS's runtime client already."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path

from benchmarks.measuring.environments import ROOT
from benchmarks.measuring.processes import Process, measure
from benchmarks.measuring.report import Report
from benchmarks.measuring.table import Times

CLIENT = "awslambdaric.bootstrap"
ROUNDS = 31
BARE, LOGGER, OURS = "nothing", "powertools Logger", "biot_plugin: what a plugin imports"
STATEMENTS = {
    LOGGER: "from aws_lambda_powertools.logging import Logger",
    OURS: "from biot_plugin import Plugin, PreRequest",
    "biot_plugin, ready for events: Plugin and handler": "from biot_plugin import Plugin, PreRequest; Plugin().handler",
    "Logger + PyJWT + urllib3": "from aws_lambda_powertools.logging import Logger; import jwt, urllib3",
    "Logger + LambdaFunctionUrlResolver": (
        "from aws_lambda_powertools.logging import Logger; "
        "from aws_lambda_powertools.event_handler import LambdaFunctionUrlResolver"
    ),
    "mangum + fastapi": "import mangum, fastapi",
    "pydantic": "import pydantic; pydantic.BaseModel",
}


def over_client(statements: Mapping[str, str], rounds: int, folder: Path) -> dict[str, Times]:
    """Measure the processor's time of statements after the import of AWS's client, in processes that take turns."""
    processes = {
        name: Process((sys.executable, "-c", f"import {CLIENT}\n{statement}"), folder)
        for name, statement in {BARE: "pass", **statements}.items()
    }
    measure(processes, rounds)
    bare = Times.of(processes.pop(BARE).processor)
    return {name: Times.of(of.processor).minus(bare) for name, of in processes.items()}


def main() -> None:
    """Measures and prints."""
    over = over_client(STATEMENTS, ROUNDS, ROOT)
    report = Report("cold_import", "aws-lambda-powertools", "PyJWT", "fastapi", "mangum")
    report.add("Cold import over the runtime client, processor's time", over, base=LOGGER, unit="ms")
    report.add_ratio("import biot_plugin against powertools' Logger", over[OURS].over(over[LOGGER]), target=1.3)
    report.write()


if __name__ == "__main__":
    main()
