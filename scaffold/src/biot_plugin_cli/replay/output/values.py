"""The two sides of a difference: by default their shapes alone, since what a plugin replies is about patients."""

from __future__ import annotations

import json
import re
from typing import Any

from biot_emulator.invocations.redaction import Redaction
from biot_plugin_cli.replay.differences.change import NOTHING, Difference, shape
from biot_plugin_cli.terminal.redaction import redact

__all__ = ["sides"]

_MAX_LENGTH = 200
# A machine-readable code of an error says nothing about anybody.
_CODE = re.compile(r"[A-Z][A-Z0-9_]{1,79}")
_PLAIN_KINDS = frozenset(["status", "error", "log-added", "log-removed"])
_redacted = Redaction()


def sides(difference: Difference, *, with_values: bool) -> tuple[str, str] | None:
    """Describe both sides of a difference; None if there is nothing to say but that it is there.

    Args:
        difference: The difference.
        with_values: Whether to show values, without tokens and secrets.
    """
    old, new = difference.old, difference.new
    if old is NOTHING and new is NOTHING:
        return None
    is_plain = difference.kind in _PLAIN_KINDS
    show = _value if with_values or is_plain else _shape_of(difference)
    name = difference.place.rpartition(".")[2].rstrip("[]")
    return show(name, old), show(name, new)


def _shape_of(difference: Difference) -> Any:
    if difference.place.rpartition(".")[2] == "code":
        return lambda name, value: _value(name, value) if _is_code(value) else shape(value)
    return lambda _, value: shape(value)


def _is_code(value: Any) -> bool:
    return isinstance(value, str) and _CODE.fullmatch(value) is not None


def _value(name: str, value: Any) -> str:
    if value is NOTHING or isinstance(value, bytes):
        return shape(value)
    # With its name, as a secret is known by it.
    hidden = _redacted({name: value})[name]
    text = redact(json.dumps(hidden, ensure_ascii=False, default=str))
    return text if len(text) <= _MAX_LENGTH else f"{text[:_MAX_LENGTH]}…"
