"""A handler in Python, run by AWS's runtime client or by the emulator's own."""

from __future__ import annotations

import json
import os
from pathlib import Path

from biot_emulator.debugging.settings import Debugging
from biot_emulator.errors import ClientUnavailable
from biot_emulator.lambda_function.configuration import Function, RuntimeClient
from biot_emulator.lambda_function.environment import lambda_environment
from biot_emulator.sandbox import awslambdaric
from biot_emulator.sandbox.launchers.interface import Launch

__all__ = ["launch_python"]

_LAUNCH = Path(__file__).parents[1] / "launch.py"
# Packages installed for the developer's user do not exist on Lambda.
_NO_USER_PACKAGES = "-s"
_NO_INSTALLED_PACKAGES = "-S"
# AWS's client does that itself.
_UNBUFFERED = "-u"
# As on Lambda, where the code cannot be changed: also where the system does not prevent it.
_NO_BYTECODE = "-B"
# The debugger warns of modules that it cannot look into.
_UNFROZEN = "-Xfrozen_modules=off"


def launch_python(function: Function) -> Launch:
    """Return what a handler in Python is started with.

    Raises:
        SandboxUnavailable: The interpreter does not run, or the requested client is not available.
    """
    version, has_client = awslambdaric.probe(function.interpreter)
    client, folder = _select_client(function, version, has_client and not function.isolated)
    program = [str(path) for path in (function.starter, _LAUNCH) if path]
    command = [str(function.interpreter.absolute()), *_options(function, client), *program, function.handler, client]
    debugging = [_debugging_options(function.debugging)] if function.debugging else []
    return Launch(
        [*command, str(folder or ""), *debugging],
        lambda address: lambda_environment(function, address, version),
        str((function.folder or function.root).absolute()),
    )


def _options(function: Function, client: RuntimeClient) -> list[str]:
    has_debugger = function.debugging is not None and function.debugging.port is not None
    options = {
        _NO_USER_PACKAGES: True,
        _NO_INSTALLED_PACKAGES: function.isolated,
        _UNBUFFERED: client == "built-in",
        # Debugged code is run in place: what is compiled twice in a second would be taken for the same.
        _NO_BYTECODE: function.is_read_only or has_debugger,
        _UNFROZEN: has_debugger,
    }
    return [option for option, applies in options.items() if applies]


def _debugging_options(debugging: Debugging) -> str:
    """Return what the process is told of its debugger; `sandbox.debug_client` has the other end."""
    library = debugging.library if debugging.port else None
    return json.dumps(
        {
            "library": library and str(library),
            "waits": debugging.wait_seconds is not None,
            "terminal": debugging.terminal,
            "timedModules": debugging.timed_modules,
            "term": os.environ.get("TERM", ""),
        }
    )


def _select_client(function: Function, version: str, has_client: bool) -> tuple[RuntimeClient, Path | None]:
    if function.client == "built-in":
        return "built-in", None
    if has_client:
        return "awslambdaric", None
    try:
        return "awslambdaric", awslambdaric.obtain(function.interpreter, version)
    except ClientUnavailable:
        if function.client:
            raise
        return "built-in", None
