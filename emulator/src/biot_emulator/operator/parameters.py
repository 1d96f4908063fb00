"""The query parameters of the operator's side."""

from __future__ import annotations

from biot_emulator.api.call import Call
from biot_emulator.api.errors import BadRequest

__all__ = ["OPERATOR_PATH", "is_operators", "parameter", "truth", "whole_number"]

OPERATOR_PATH = "/_emulator"
"""The path below which the operator's side is."""

_TRUTHS = {"true": True, "false": False}


def is_operators(path: str) -> bool:
    """Whether a path is of the operator's side, and no API of the platform."""
    return path == OPERATOR_PATH or path.startswith(f"{OPERATOR_PATH}/")


def parameter(call: Call, name: str) -> str | None:
    """Return the first value of a parameter; None where there is none."""
    return next(iter(call.query.get(name, ())), None)


def whole_number(call: Call, name: str, most: int) -> int | None:
    """Return the value of a parameter that is a whole number from 1; None where there is none. Raises BadRequest."""
    value = parameter(call, name)
    if value is None:
        return None
    if not (value.isascii() and value.isdigit() and len(value) <= len(str(most)) and 1 <= int(value) <= most):
        raise BadRequest(f"The parameter [{name}] must be a whole number from 1 to {most}")
    return int(value)


def truth(call: Call, name: str) -> bool | None:
    """Return the value of a parameter that is true or false; None where there is none. Raises BadRequest."""
    value = parameter(call, name)
    if value is not None and value not in _TRUTHS:
        raise BadRequest(f"The parameter [{name}] must be one of {', '.join(_TRUTHS)}")
    return None if value is None else _TRUTHS[value]
