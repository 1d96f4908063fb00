"""Values of the command line that are what they look like, without the library that typer validates all with."""

from __future__ import annotations

import os
import re
from enum import Enum
from pathlib import Path
from typing import Any, NamedTuple

from typer.main import get_command

__all__ = ["command_of"]

_UNSURE = object()
_WHOLE_NUMBER = re.compile(r"-?[0-9]{1,18}")


def command_of(app: Any) -> Any:
    """Return the command of an application; its parameters take values that are obviously valid as they are.

    Args:
        app: The application, a `typer.Typer`.
    """
    command = get_command(app)
    _make_plain(command)
    return command


def _make_plain(command: Any) -> None:
    for parameter in command.params:
        _set_plain(parameter)
    make_help_option = command.get_help_option
    # It is made for each run.
    command.get_help_option = lambda context: _set_plain(make_help_option(context))
    for each in getattr(command, "commands", {}).values():
        _make_plain(each)


def _set_plain(parameter: Any) -> Any:
    """Replace what converts the values of a parameter, which typer makes later; a typer without it does as ever."""
    if getattr(parameter, "_runtime_param", _UNSURE) is None:
        parameter._runtime_param = _PlainValue(parameter)
    return parameter


class _PlainValue(NamedTuple):
    """Converts the values of a parameter."""

    parameter: Any

    def coerce(self, value: Any, param: Any, ctx: Any) -> Any:
        """Convert a value, as typer calls it."""
        is_list = param.multiple or param.nargs == -1
        plain = _all_plain(param, value) if is_list else _plain(param.type_descriptor, value)
        if plain is not _UNSURE:
            return plain
        param._runtime_param = None
        return param.get_runtime_param().coerce(value, param=param, ctx=ctx)


def _all_plain(param: Any, values: Any) -> Any:
    if values is None:
        return ()
    if not isinstance(values, list | tuple):
        return _UNSURE
    [kind] = getattr(param.type_descriptor.annotation, "__args__", (None,))
    plain = [_plain(param.type_descriptor, value, kind) for value in values]
    return _UNSURE if _UNSURE in plain else plain


def _plain(descriptor: Any, value: Any, kind: Any = None) -> Any:
    """Convert one value to what the annotation says, if nothing else is said of it."""
    kind, says = kind or descriptor.annotation, descriptor.parameter_info
    if value is None:
        return None
    if says.parser is not None or not isinstance(kind, type):
        return _UNSURE
    if type(value) is kind and says.min is None and says.max is None:
        return value  # a default
    if type(value) is int and kind is int:
        return value if _is_within(value, says) else _UNSURE
    return _from_text(value, kind, says) if isinstance(value, str) else _UNSURE


def _from_text(value: str, kind: type, says: Any) -> Any:
    if kind is str:
        return value
    if kind is Path:
        return Path(value) if _is_any_path(says) and _is_usable(value) else _UNSURE
    if kind is int and _WHOLE_NUMBER.fullmatch(value):
        return int(value) if _is_within(int(value), says) else _UNSURE
    if issubclass(kind, Enum):
        return next((member for member in kind if member.value == value), _UNSURE)
    return _UNSURE


def _is_any_path(says: Any) -> bool:
    limits = (says.exists, says.writable, says.resolve_path, says.allow_dash, says.path_type)
    return says.file_okay and says.dir_okay and not any(limits)


def _is_usable(path: str) -> bool:
    return os.access(path, os.R_OK) or not os.path.exists(path)  # noqa: PTH110


def _is_within(number: int, says: Any) -> bool:
    return (says.min is None or number >= says.min) and (says.max is None or number <= says.max)
