"""The reference of the commands: what each says of itself with `--help`."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import typer
import typer.main
from typer.testing import CliRunner

from biot_plugin_cli import main, new_plugin

__all__ = ["PROGRAMS", "command_names", "reference"]

_APPS: dict[str, typer.Typer] = {"new-plugin": new_plugin.app, "biot-plugin": main.application()}
#: The programs that there is a reference of, each with its commands.
PROGRAMS = (*_APPS, "biot-emulator")
_EMULATOR = ["biot-emulator serve", "biot-emulator learn"]
_TERMINAL = {"COLUMNS": "100", "TERMINAL_WIDTH": "100", "NO_COLOR": "1"}


def reference(program: str) -> str:
    """Return the reference of a program in Markdown, with a heading of the second level for each command."""
    return "\n".join(f"## {name}\n\n```text\n{_help(name).strip()}\n```\n" for name in command_names(program))


def command_names(program: str) -> list[str]:
    """List the commands of a program, such as `biot-plugin image build`."""
    if program not in _APPS:
        return _EMULATOR
    return list(_walk(program, typer.main.get_command(_APPS[program])))


def _walk(name: str, command: Any) -> Iterator[str]:
    children = getattr(command, "commands", None)
    if children is None or command.invoke_without_command:
        yield name
    for child, subcommand in (children or {}).items():
        if not subcommand.hidden:
            yield from _walk(f"{name} {child}", subcommand)


def _help(name: str) -> str:
    program, *arguments = name.split()
    if program in _APPS:
        runner = CliRunner(env=_TERMINAL)
        return runner.invoke(_APPS[program], [*arguments, "--help"], prog_name=program, catch_exceptions=False).output
    command = [str(Path(sys.executable).with_name(program)), *arguments, "--help"]
    return subprocess.run(command, env={**os.environ, **_TERMINAL}, check=True, capture_output=True, text=True).stdout
