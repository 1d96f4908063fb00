"""What is too large."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass

from biot_emulator.behaviour.document import setting_value
from biot_emulator.behaviour.settings import PlatformBehaviour
from biot_emulator.client import Reply
from biot_emulator.learning.findings import Findings
from biot_emulator.learning.laboratory import GENERIC, Laboratory

__all__ = ["observe_limits"]

_NAME = "FILLING"
#: What a variable needs besides its value, as one JSON object.
_AROUND = len(f'{{"{_NAME}":""}}')


@dataclass(frozen=True, slots=True)
class _Trial:
    """What is tried in sizes: the least is accepted for certain.

    Attributes:
        setting: The setting of the limit.
        accepts: Tries a size.
        least: The smallest size that is tried.
        most: The largest.
    """

    setting: str
    accepts: Callable[[int], bool]
    least: int
    most: int


def observe_limits(laboratory: Laboratory, findings: Findings) -> None:
    """Observe the limits by what the second probe may have, and by a call for an entity that there is not."""
    for trial in (_timeouts(laboratory), _variables(laboratory), _code(laboratory)):
        _observe(trial, findings)
    _observe_bodies(laboratory, findings)


def _observe(trial: _Trial, findings: Findings) -> None:
    limit = _largest(trial)
    if limit is None:
        findings.missed(trial.setting, f"{trial.most} was accepted, and more was not tried")
    elif limit < trial.least:
        findings.missed(trial.setting, f"not even {trial.least} was accepted")
    else:
        findings.saw(trial.setting, limit, f"{limit} was accepted, and {limit + 1} was not")


def _largest(trial: _Trial) -> int | None:
    """Return the largest size that is accepted; None where the largest that is tried is, 0 where none is."""
    expected = int(setting_value(PlatformBehaviour(), trial.setting))
    if expected < trial.most and trial.accepts(expected):
        if not trial.accepts(expected + 1):
            return expected
        low, high = expected + 1, trial.most
    else:
        if not trial.accepts(trial.least):
            return 0
        low, high = trial.least, min(expected, trial.most)
    if trial.accepts(high):
        return None
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if trial.accepts(middle) else (low, middle)
    return low


def _timeouts(laboratory: Laboratory) -> _Trial:
    return _Trial("limits.longestTimeout", lambda size: _is_changed(laboratory.change(1, timeout=size)), 1, 1000)


def _variables(laboratory: Laboratory) -> _Trial:
    def accepts(size: int) -> bool:
        return _is_changed(laboratory.change(1, environmentVariables={_NAME: "x" * (size - _AROUND)}))

    return _Trial("limits.variablesBytes", accepts, 64, 8192)


def _code(laboratory: Laboratory) -> _Trial:
    def accepts(size: int) -> bool:
        return _is_changed(laboratory.upload(size))

    return _Trial("limits.codeBytes", accepts, 16 * 1024, laboratory.pace.largest_code)


def _is_changed(reply: Reply) -> bool:
    return reply.status_code == 200


def _observe_bodies(laboratory: Laboratory, findings: Findings) -> None:
    # An entity that there is not: whatever the platform thinks of the body, nothing is changed.
    path = f"{GENERIC}/{laboratory.names.template}/{uuid.uuid4()}"
    usual = _send(laboratory, path, 100)
    refused: list[Reply] = []

    def accepts(size: int) -> bool:
        reply = _send(laboratory, path, size)
        if _signature(reply) != _signature(usual):
            refused.append(reply)
            return False
        return True

    _observe(_Trial("limits.bodyBytes", accepts, 1024, laboratory.pace.largest_body), findings)
    if refused:
        findings.refused("errors.bodyTooLarge", refused[-1], "a body beyond the limit")
    else:
        findings.missed("errors.bodyTooLarge", f"{laboratory.pace.largest_body} bytes were accepted")


def _send(laboratory: Laboratory, path: str, size: int) -> Reply:
    content = b'{"_name":"' + b"x" * (size - len('{"_name":""}')) + b'"}'
    return laboratory.connection.call("PATCH", path, content=content)


def _signature(reply: Reply) -> tuple[int, object]:
    return reply.status_code, reply.body.get("code") if isinstance(reply.body, dict) else None
