"""The query parameters of the operator's side."""

from __future__ import annotations

from biot_emulator.api.call import Call
from biot_emulator.api.errors import BadRequest

__all__ = ["parameter", "truth"]

_TRUTHS = {"true": True, "false": False}


def parameter(call: Call, name: str) -> str | None:
    """Return the first value of a parameter; None where there is none."""
    return next(iter(call.query.get(name, ())), None)


def truth(call: Call, name: str) -> bool | None:
    """Return the value of a parameter that is true or false; None where there is none. Raises BadRequest."""
    value = parameter(call, name)
    if value is not None and value not in _TRUTHS:
        raise BadRequest(f"The parameter [{name}] must be one of {', '.join(_TRUTHS)}")
    return None if value is None else _TRUTHS[value]
