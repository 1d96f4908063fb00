"""Small plugins in folders of their own, with the environment that the tests run in."""

from __future__ import annotations

import sys
from pathlib import Path
from textwrap import dedent
from typing import Any

from biot_plugin_cli.check import runner
from biot_plugin_cli.check.finding import Finding
from biot_plugin_cli.check.runner import CheckResult
from biot_plugin_cli.plugin.repository import Plugin

THIS = f"python{sys.version_info.major}.{sys.version_info.minor}"

MANIFEST = f"""\
[tool.biot-plugin]
name = "demo"
display-name = "Demo"
version = 3
runtime = "{THIS}"
timeout = 10
"""

INDEX = """\
from biot_plugin import Plugin

plugin = Plugin()


@plugin.pre_request("POST/organization/v1/users/patients", order=5)
def before(event) -> None: ...


@plugin.post_request("GET/organization/v1/users/patients/{id}")
def after(event) -> None: ...


@plugin.adapt_entity("patient")
def adapt(event) -> None: ...


@plugin.notification("usage-session", "_update", template="long")
def told(event) -> None: ...


@plugin.scheduled("0 18 ? * MON-FRI *")
def evening(event) -> None: ...


handler = plugin.handler
"""


def make_plugin(folder: Path, *, manifest: str = MANIFEST, index: str = INDEX, more: str = "") -> Path:
    """Write a plugin; `more` goes to the end of its pyproject.toml."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "pyproject.toml").write_text(manifest + dedent(more), encoding="utf-8")
    (folder / "index.py").write_text(index, encoding="utf-8")
    (folder / ".gitignore").write_text(".venv\n__pycache__/\n", encoding="utf-8")
    (folder / ".venv").symlink_to(sys.prefix)
    return folder


def hooked(*decorators: str) -> str:
    """The entry point of a plugin with a function for each decorator; the first decorator is in line 5."""
    functions = (f"@plugin.{decorator}\ndef f{number}(event): ...\n" for number, decorator in enumerate(decorators))
    head = "from biot_plugin import Plugin\n\nplugin = Plugin()\nhandler = plugin.handler\n"
    return head + "".join(functions)


def check(folder: Path, environment: str | None = None, **options: Any) -> CheckResult:
    return runner.check(Plugin.read(folder, environment), **options)


def the_one(report: CheckResult) -> Finding:
    """The only finding."""
    [finding] = report.findings
    return finding


def codes(report: CheckResult) -> list[str]:
    return [finding.code for finding in report.findings]
