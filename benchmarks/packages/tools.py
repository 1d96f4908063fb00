"""The tools that package a plugin, and the project that each of them packages: the same code with the same needs."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from benchmarks.measuring.environments import RUNTIME
from benchmarks.plugins.ours import manifest

__all__ = ["CHALICE_NAME", "CODE", "OURS", "OURS_NAME", "TOOLS", "Tool"]

NEEDS = ("aws-lambda-powertools==3.37.0", "cryptography==50.0.2")
CODE = """
from aws_lambda_powertools import Logger
from cryptography.hazmat.primitives.asymmetric import rsa

logger = Logger(service="demo")


def handler(event, context):
    return {"statusCode": 200}
"""
CHALICE = """
from aws_lambda_powertools import Logger
from chalice import Chalice
from cryptography.hazmat.primitives.asymmetric import rsa

app = Chalice(app_name="demo")
logger = Logger(service="demo")


@app.lambda_function()
def handler(event, context):
    return {"statusCode": 200}
"""
SAM = f"""
AWSTemplateFormatVersion: "2010-09-09"
Transform: AWS::Serverless-2016-10-31
Resources:
  Demo:
    Type: AWS::Serverless::Function
    Properties: {{CodeUri: ., Handler: index.handler, Runtime: {RUNTIME}}}
"""
ZAPPA = {"app_function": "index.handler", "project_name": "demo", "runtime": RUNTIME, "s3_bucket": "-"}
OURS = manifest(NEEDS)
REQUIREMENTS = "\n".join(NEEDS)
OURS_NAME, CHALICE_NAME = "biot-plugin package", "chalice package"


@dataclass(frozen=True)
class Tool:
    """How one tool packages.

    Attributes:
        command: Its command line, the program first.
        files: The project that it packages.
        source: The one of them that is changed.
        built: What it builds, all of which a full build begins without.
        result: The archive, or the folder that its deployment would archive.
        distributions: What its environment needs; None for this project's own.
    """

    command: tuple[str, ...]
    files: Mapping[str, str]
    source: str
    built: tuple[str, ...]
    result: str
    distributions: tuple[str, ...] | None = None

    def write(self, project: Path) -> None:
        """Write the project into a folder."""
        for path, text in self.files.items():
            (project / path).parent.mkdir(parents=True, exist_ok=True)
            (project / path).write_text(text)

    def change(self, project: Path) -> None:
        """Change one line of its source."""
        with (project / self.source).open("a") as file:
            file.write(f"# {os.urandom(32).hex()}\n")

    def clean(self, project: Path) -> None:
        """Remove what was built."""
        for built in self.built:
            path = project / built
            shutil.rmtree(path) if path.is_dir() else path.unlink(missing_ok=True)


TOOLS = {
    OURS_NAME: Tool(
        ("biot-plugin", "package"), {"pyproject.toml": OURS, "index.py": CODE}, "index.py", (".cache", "dist"),
        "dist/demo.zip",
    ),
    "zappa package": Tool(
        ("zappa", "package", "dev", "--output", "out.zip"),
        {"index.py": CODE, "zappa_settings.json": json.dumps({"dev": ZAPPA})},
        "index.py", ("out.zip",), "out.zip", ("zappa", *NEEDS, "pip", "setuptools<81"),
    ),
    CHALICE_NAME: Tool(
        ("chalice", "package", "out"),
        {
            "app.py": CHALICE, "requirements.txt": REQUIREMENTS,
            ".chalice/config.json": '{"version": "2.0", "app_name": "demo", "stages": {"dev": {}}}',
        },
        "app.py", ("out", ".chalice/deployments"), "out/deployment.zip", ("chalice", *NEEDS, "pip", "setuptools<81"),
    ),
    "sam build": Tool(
        ("sam", "build"), {"index.py": CODE, "requirements.txt": REQUIREMENTS, "template.yaml": SAM}, "index.py",
        (".aws-sam",), ".aws-sam/build/Demo", ("aws-sam-cli", "pip"),
    ),
}  # fmt: skip
