"""The plugins of ours that several benchmarks run, and their manifests."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path

from benchmarks.measuring.environments import RUNTIME

__all__ = ["BARE", "STRIP", "manifest", "project"]

#: A function without the framework, which does the same as the plugin and verifies nothing.
BARE = """
import json


def handler(event, context):
    request = json.loads(event["body"])["request"]
    request["body"]["name"] = request["body"]["name"].strip()
    return {"statusCode": 200, "body": json.dumps({"request": request})}
"""
STRIP = """
from biot_plugin import Plugin, PreRequest

plugin = Plugin()


@plugin.pre_request("POST/organization/v1/users/patients")
def strip(event: PreRequest) -> None:
    event.body["name"] = event.body["name"].strip()


handler = plugin.handler
"""
_PLUGIN = f"""
[tool.biot-plugin]
name = "demo"
display-name = "Demo"
version = 1
runtime = "{RUNTIME}"
"""
_PROJECT = f"""
[project]
name = "demo"
version = "0"
requires-python = "=={RUNTIME.removeprefix("python")}.*"
dependencies = {{dependencies}}
[tool.uv]
package = false
"""


def manifest(dependencies: Iterable[str] = (), **sources: Path) -> str:
    """Write a plugin's manifest.

    Args:
        dependencies: What it needs; without any, it has no project.
        sources: The folders that dependencies come from.
    """
    needs = list(dependencies)
    text = _PLUGIN + (_PROJECT.format(dependencies=json.dumps(needs)) if needs else "")
    if sources:
        text += "[tool.uv.sources]\n"
    for name, folder in sources.items():
        text += f"{name.replace('_', '-')} = {{ path = {json.dumps(str(folder))} }}\n"
    return text


def project(folder: Path, code: str, text: str = _PLUGIN) -> Path:
    """Write a plugin into a folder; return it."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "index.py").write_text(code)
    (folder / "pyproject.toml").write_text(text)
    return folder
