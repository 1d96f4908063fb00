"""Builds what a plugin's process and its keeper are started with."""

from __future__ import annotations

import sys
from pathlib import Path

from biot_emulator.lambda_function.configuration import Function
from biot_emulator.sandbox.launchers.interface import Launch
from biot_emulator.sandbox.launchers.node import launch_node
from biot_emulator.sandbox.launchers.program import launch_program
from biot_emulator.sandbox.launchers.python import launch_python

__all__ = ["KEEPER_COMMAND", "prepare_launch"]

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


def prepare_launch(function: Function) -> Launch:
    """Decide what a function's process is started with.

    Raises:
        SandboxUnavailable: The interpreter does not run, or the requested client is not available.
    """
    if function.program is not None:
        return launch_program(function, function.program)
    return launch_python(function) if function.node is None else launch_node(function, function.node)
