"""The command that a command line names: the others, with all their options, need not be made for it."""

from __future__ import annotations

from collections.abc import Sequence
from copy import copy

from typer import Typer
from typer.main import get_command_name

__all__ = ["with_chosen_command"]

#: What may come before the name of a command.
_OPTIONS = frozenset({"--debug"})


def with_chosen_command(app: Typer, arguments: Sequence[str]) -> Typer:
    """Return an application that has the named command alone; the same one where none of its commands is named.

    Args:
        app: The application.
        arguments: The command line without the program.
    """
    name = next((argument for argument in arguments if argument not in _OPTIONS), "")
    commands = [each for each in app.registered_commands if _name_of(each.name, each.callback) == name]
    groups = [each for each in app.registered_groups if each.typer_instance and each.typer_instance.info.name == name]
    if app.registered_callback is None or not (commands or groups):
        return app
    narrowed = copy(app)
    narrowed.registered_commands = commands
    narrowed.registered_groups = groups
    return narrowed


def _name_of(name: str | None, function: object) -> str:
    return name or get_command_name(getattr(function, "__name__", ""))
