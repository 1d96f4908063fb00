"""What a cold start pays for imports, over a process that has AWS's runtime client already."""

from __future__ import annotations

import subprocess
import sys

from benchmarks.table import measure, show

BARE = "nothing"
STATEMENTS = {
    BARE: "pass",
    "powertools Logger": "from aws_lambda_powertools.logging import Logger",
    "biot_plugin (Logger, verification, dispatch)": "import biot_plugin; biot_plugin.Plugin()",
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

    def start(statement: str) -> object:
        return subprocess.run([sys.executable, "-c", f"import awslambdaric.bootstrap\n{statement}"], check=True)

    actions = {name: lambda statement=statement: start(statement) for name, statement in STATEMENTS.items()}
    seconds = measure(actions, rounds=15)
    bare = seconds.pop(BARE)
    show("Cold import", {name: value - bare for name, value in seconds.items()}, base="powertools Logger")


if __name__ == "__main__":
    main()
