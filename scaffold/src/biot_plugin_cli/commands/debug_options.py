"""The options of the commands that let a debugger attach."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer.core import TyperCommand

from biot_plugin_cli.errors import UsageError

if TYPE_CHECKING:
    from biot_plugin_cli.plugin.debugging import DebugOptions

__all__ = ["DebugPort", "EnforceTimeout", "OptionalPort", "debug_options"]

_OPTION = "--debug"
_DEFAULT_PORT = "5678"  # that of debugpy and the editors that use it

DebugPort = Annotated[
    int | None,
    typer.Option(
        _OPTION,
        metavar="[PORT]",
        min=0,
        max=65535,
        help=f"Let a debugger attach on this machine, by default on port {_DEFAULT_PORT}; 0 takes a free one.",
    ),
]
EnforceTimeout = Annotated[
    bool, typer.Option("--enforce-timeout", help="With --debug: let the timeout count while a debugger is attached.")
]


class OptionalPort(TyperCommand):
    """A command whose `--debug` may have a port after it, or something else."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Parse the command line."""
        return super().parse_args(ctx, list(_with_ports(args)))


def debug_options(port: int | None, *, enforce_timeout: bool) -> DebugOptions | None:
    """Return what the options say; None without `--debug`.

    Raises:
        UsageError: An option is there that needs `--debug`.
    """
    from biot_plugin_cli.plugin.debugging import DebugOptions

    if port is not None:
        return DebugOptions(port, enforce_timeout)
    if enforce_timeout:
        raise UsageError("--enforce-timeout is for a plugin that is debugged: pass --debug too")
    return None


def _with_ports(arguments: Sequence[str]) -> Iterator[str]:
    """Write each `--debug` with its port in one argument: only digits after it are one."""
    rest = list(arguments)
    while rest:
        argument = rest.pop(0)
        if argument == "--":
            yield from (argument, *rest)
            return
        if argument == _OPTION:
            port = rest.pop(0) if rest and rest[0].isdecimal() else _DEFAULT_PORT
            argument = f"{_OPTION}={port}"
        yield argument
