"""What becomes of calls when an interceptor does not let them pass."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from biot_emulator.client import Reply
from biot_emulator.learning.findings import Findings
from biot_emulator.learning.laboratory import Laboratory

__all__ = ["observe_failures", "observe_timeouts", "observe_waiting"]

_HOOKS = {"preRequest": "pre", "adaptEntity": "adapt", "postRequest": "post"}
_FAILURES = {"refusal": "refuse", "badGateway": "gateway", "crash": "crash", "badReply": "bad"}
_PROBE_CODE = "BIOT_EMULATOR_PROBE"
_SUCCESS = range(200, 300)


def observe_failures(laboratory: Laboratory, findings: Findings, hooks: Sequence[str]) -> None:
    """Observe what becomes of calls at once.

    Args:
        laboratory: What it is observed with.
        findings: Where it is noted.
        hooks: The kinds of interceptors, as settings name them.
    """
    crash = laboratory.ask("/crash")
    for hook in hooks:
        for failure, mode in _FAILURES.items():
            reply = laboratory.create(f"{_HOOKS[hook]}-{mode}")
            _note(findings, hook, failure, reply, crash)


def observe_timeouts(laboratory: Laboratory, findings: Findings, hooks: Sequence[str]) -> None:
    """Observe what becomes of calls when the probe runs out of its own time."""
    crash, timeout = laboratory.ask("/crash"), laboratory.pace.function_timeout
    with _timeout(laboratory, timeout):
        for hook in hooks:
            laboratory.warm()
            _note(findings, hook, "timeout", laboratory.create(f"{_HOOKS[hook]}-timeout"), crash)


def observe_waiting(laboratory: Laboratory, findings: Findings, hooks: Sequence[str]) -> None:
    """Observe how long the platform waits, and what becomes of calls then."""
    longest, times = laboratory.pace.longest_wait, []
    for hook in hooks:
        laboratory.warm()
        started = time.monotonic()
        reply = laboratory.create(f"{_HOOKS[hook]}-slow")
        elapsed = time.monotonic() - started
        if 1 <= elapsed < longest:
            times.append(elapsed)
            _note(findings, hook, "noAnswer", reply, Reply(0))
        else:
            waited = "a call was over at once" if elapsed < 1 else f"the platform waited for {longest} seconds"
            findings.missed(f"interceptors.{hook}.noAnswer", waited)
            findings.missed("interceptors.waitSeconds", waited)
    if times:
        how = f"a call with an interceptor that slept {longest} seconds was over after {int(min(times))}"
        findings.saw("interceptors.waitSeconds", int(min(times)), how)


@contextmanager
def _timeout(laboratory: Laboratory, seconds: int) -> Iterator[None]:
    laboratory.require_change(0, timeout=seconds)
    try:
        yield
    finally:
        laboratory.change(0, timeout=laboratory.long_timeout)


def _note(findings: Findings, hook: str, failure: str, reply: Reply, crash: Reply) -> None:
    setting = f"interceptors.{hook}.{failure}"
    outcome = _outcome(reply, crash)
    if outcome is None:
        findings.missed(setting, f"the call got {reply.status_code} without the platform's error body")
    else:
        findings.saw(setting, outcome, f"a call of which the probe made that got {reply.status_code}")


def _outcome(reply: Reply, crash: Reply) -> Any:
    """Return what became of a call; None where that is not clear."""
    body = reply.body if isinstance(reply.body, dict) else {}
    if body.get("code") == _PROBE_CODE or body == {"nothing": True}:
        return "relay"
    if (reply.status_code, reply.content) == (crash.status_code, crash.content):
        return "relay"
    if reply.status_code in _SUCCESS:
        return "ignore"
    return {"status": reply.status_code, "code": body["code"]} if isinstance(body.get("code"), str) else None
