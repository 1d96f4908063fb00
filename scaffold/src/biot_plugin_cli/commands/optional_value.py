"""An option whose value may be left out: `--debug 5678`, `--debug`, and `--debug event.json`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from typer.core import TyperCommand

__all__ = ["DEBUG_PORT", "OptionalPort"]

DEBUG_PORT = "5678"  # that of debugpy and the editors that use it
"""The port of `--debug` alone."""

_OPTION = "--debug"


class OptionalPort(TyperCommand):
    """A command whose `--debug` may have a port after it, or something else."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Parse the command line."""
        return super().parse_args(ctx, list(_with_ports(args)))


def _with_ports(arguments: Sequence[str]) -> Iterator[str]:
    """Write each `--debug` with its port in one argument: only digits after it are one."""
    rest = list(arguments)
    while rest:
        argument = rest.pop(0)
        if argument == "--":
            yield from (argument, *rest)
            return
        if argument == _OPTION:
            port = rest.pop(0) if rest and rest[0].isdecimal() else DEBUG_PORT
            argument = f"{_OPTION}={port}"
        yield argument
