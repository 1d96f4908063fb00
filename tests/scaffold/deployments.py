"""Plugins to deploy, and what became of them."""

from __future__ import annotations

import json
import sys
from typing import Any

from biot_emulator.client import Client
from biot_emulator.testing import Emulator
from tests.scaffold.packages import Repository, framework_wheel

FIRST = "def handler(event, context):\n    return {'n': 1}\n"

SECOND = FIRST.replace("1", "2")
HOOKED = """
from biot_plugin import Plugin
plugin = Plugin()
@plugin.pre_request("POST/organization/v1/users/patients", order=5)
def mark(event): pass
@plugin.notification("patient", "_create")
def told(event): pass
@plugin.scheduled("0 3 * * ? *")
def nightly(event): pass
handler = plugin.handler
"""


def deploy(plugin: Repository, *arguments: str) -> dict[str, Any]:
    done = plugin.program("deploy", "--yes", "--json", *arguments)
    assert done.exit_code == 0, done.err
    document: dict[str, Any] = done.document
    return document


def deploy_hooked(plugin: Repository, *, whole: bool = False) -> None:
    """Deploy a plugin whose decorators say what it is called for."""
    hook(plugin, whole=whole)
    deploy(plugin)


def hook(plugin: Repository, *, whole: bool = False) -> None:
    """Make a plugin one whose decorators say what it is called for; `whole` as for `framework_wheel`."""
    (plugin.root / ".venv").symlink_to(sys.prefix)
    framework_wheel(plugin.wheels, whole=whole)
    plugin.needs("biot-plugin")
    plugin.write("index.py", HOOKED)


def configured(plugin: Repository, **settings: Any) -> None:
    """Write more into the manifest."""
    file = plugin.root / "pyproject.toml"
    lines = "".join(f"{name.replace('_', '-')} = {toml(value)}\n" for name, value in settings.items())
    text = file.read_text().replace("[tool.biot-plugin]\n", f"[tool.biot-plugin]\n{lines}")
    file.write_text("\n".join(line.strip() for line in text.splitlines()))


def toml(value: Any) -> str:
    return json.dumps(value).replace('": ', '" = ')


def shown(emulator: Emulator, name: str = "demo") -> dict[str, Any] | None:
    reply = emulator.call("GET", f"/settings/v2/plugins/Plugin-{name}")
    return reply.body if reply.status_code == 200 else None


def answer(emulator: Emulator) -> Any:
    found = shown(emulator)
    assert found
    return Client(emulator.url).call("GET", found["endpointUrl"].removeprefix(emulator.url)).body
