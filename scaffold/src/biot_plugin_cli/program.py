"""The start of the program `biot-plugin`: what takes long is begun before the commands are loaded.

Nothing is imported here that the command may not need.
"""

from __future__ import annotations

import sys

from biot_plugin_cli.terminal.start.command_name import command_name
from biot_plugin_cli.terminal.start.garbage import collect_rarely

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import NoReturn

__all__ = ["main"]

_HELP = frozenset({"--help", "-h"})


def main() -> NoReturn:
    """Run `biot-plugin`."""
    collect_rarely()
    arguments = sys.argv[1:]
    if command_name(arguments) == "invoke" and _HELP.isdisjoint(arguments):
        from biot_plugin_cli.invoke.prepared_key import making_key

        with making_key():
            _run()
    _run()


def _run() -> NoReturn:
    from biot_plugin_cli.main import main as run

    run()
