"""What a cold start pays for imports, over a process that has AWS's runtime client already."""

from __future__ import annotations

import sys

from benchmarks.measuring.environments import ROOT
from benchmarks.measuring.processes import Process, measure
from benchmarks.measuring.report import Report
from benchmarks.measuring.table import Times

ROUNDS = 31
BARE, LOGGER, OURS = "nothing", "powertools Logger", "biot_plugin: what a plugin imports"
STATEMENTS = {
    BARE: "pass",
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


def main() -> None:
    """Measures and prints."""
    processes = {
        name: Process((sys.executable, "-c", f"import awslambdaric.bootstrap\n{statement}"), ROOT)
        for name, statement in STATEMENTS.items()
    }
    measure(processes, ROUNDS)
    bare = Times.of(processes.pop(BARE).processor)
    over = {name: Times.of(of.processor).minus(bare) for name, of in processes.items()}
    report = Report("cold_import", "aws-lambda-powertools", "PyJWT", "fastapi", "mangum")
    report.add("Cold import over the runtime client, processor's time", over, base=LOGGER, unit="ms")
    report.add_ratio("import biot_plugin against powertools' Logger", over[OURS].over(over[LOGGER]), target=1.3)
    report.write()


if __name__ == "__main__":
    main()
