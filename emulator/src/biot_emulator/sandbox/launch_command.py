"""Builds what a plugin's process and its keeper are started with, and selects the runtime client."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from biot_emulator.errors import ClientUnavailable
from biot_emulator.lambda_function.configuration import Function, Program, RuntimeClient
from biot_emulator.lambda_function.environment import lambda_environment, program_environment
from biot_emulator.sandbox import awslambdaric

__all__ = ["KEEPER_COMMAND", "Launch", "prepare_launch"]

_PACKAGE = Path(__file__).parents[1]
# The package's own __init__ imports far more than the keeper needs.
_KEEPER = f"""
import sys
package = sys.modules["biot_emulator"] = type(sys)("biot_emulator")
package.__path__ = [{str(_PACKAGE)!r}]
from biot_emulator.sandbox.keeper.supervision import main
main()
"""
KEEPER_COMMAND = (sys.executable, "-I", "-S", "-c", _KEEPER)
"""The command of the keeper, without its lifeline."""

_LAUNCH = Path(__file__).with_name("launch.py")
# Packages installed for the developer's user do not exist on Lambda.
_NO_USER_PACKAGES = "-s"
_NO_INSTALLED_PACKAGES = "-S"
# AWS's client does that itself.
_UNBUFFERED = "-u"
# As on Lambda, where the code cannot be changed: also where the system does not prevent it.
_NO_BYTECODE = "-B"


class Launch(NamedTuple):
    """What a function's process is started with.

    Attributes:
        command: The program and its arguments.
        environment: Makes all of its variables of the address of its Runtime API.
        folder: Where it is started.
        root: The folder that it sees as the root of all files; empty for this machine's.
    """

    command: list[str]
    environment: Callable[[str], dict[str, str]]
    folder: str
    root: str = ""


def prepare_launch(function: Function) -> Launch:
    """Decide what a function's process is started with.

    Raises:
        SandboxUnavailable: The interpreter does not run, or the requested client is not available.
    """
    return _launch_handler(function) if function.program is None else _launch_program(function, function.program)


def _launch_program(function: Function, program: Program) -> Launch:
    return Launch(
        [*program.command],
        lambda address: program_environment(function, program, address),
        program.folder,
        os.path.realpath(function.root),
    )


def _launch_handler(function: Function) -> Launch:
    version, has_client = awslambdaric.probe(function.python)
    client, folder = _select_client(function, version, has_client and not function.isolated)
    program = [str(path) for path in (function.starter, _LAUNCH) if path]
    command = [str(function.python.absolute()), *_options(function, client), *program, function.handler, client]
    return Launch(
        [*command, str(folder or "")],
        lambda address: lambda_environment(function, address, version),
        str((function.folder or function.root).absolute()),
    )


def _options(function: Function, client: RuntimeClient) -> list[str]:
    options = {
        _NO_USER_PACKAGES: True,
        _NO_INSTALLED_PACKAGES: function.isolated,
        _UNBUFFERED: client == "built-in",
        _NO_BYTECODE: function.is_read_only,
    }
    return [option for option, applies in options.items() if applies]


def _select_client(function: Function, version: str, has_client: bool) -> tuple[RuntimeClient, Path | None]:
    if function.client == "built-in":
        return "built-in", None
    if has_client:
        return "awslambdaric", None
    try:
        return "awslambdaric", awslambdaric.obtain(function.python, version)
    except ClientUnavailable:
        if function.client:
            raise
        return "built-in", None
