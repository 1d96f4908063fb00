"""When, how often and with what plugins are notified."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable
from datetime import datetime
from functools import partial
from itertools import pairwise
from typing import Any

from biot_emulator.learning.findings import Findings
from biot_emulator.learning.laboratory import GENERIC, Laboratory, Record

__all__ = ["notified_of", "observe_notifications"]

_MOST_ATTEMPTS = 10
_NEVER = "the probe was not notified of an entity of its own"


def notified_of(laboratory: Laboratory) -> list[dict[str, str]]:
    """Return the subscriptions of a probe to what is done to entities of the run's own template."""
    template = laboratory.names.template
    return [
        {"entityTypeName": "generic-entity", "actionName": action, "templateName": template}
        for action in ("_create", "_delete")
    ]


def observe_notifications(laboratory: Laboratory, findings: Findings) -> None:
    """Observe it for entities of the run's own template."""
    laboratory.require_change(0, subscriptions={"notifications": notified_of(laboratory)})
    try:
        record = _observe_content(laboratory, findings)
        if record is None:
            _miss_all(findings)
            return
        _observe_attempts(laboratory, findings)
        _observe_timing(laboratory, findings)
        _observe_deletion(laboratory, findings)
    finally:
        laboratory.change(0, subscriptions={"notifications": []})


def _miss_all(findings: Findings) -> None:
    for setting in list(findings.not_observed):
        if setting.startswith("notifications."):
            findings.missed(setting, _NEVER)


def _received(laboratory: Laboratory, matches: Callable[[Record], bool]) -> list[Record]:
    return [record for record in laboratory.report(everywhere=True) if record["kind"] == "NOTE" and matches(record)]


def _observe_content(laboratory: Laboratory, findings: Findings) -> Record | None:
    delays, record = [], None
    for label in ("note-seen1", "note-seen2"):
        laboratory.create(label)
        name = f"{laboratory.names.entity_prefix}{label}"
        found = _await(laboratory, partial(_is_named, name))
        if not found:
            return None
        record = found[-1]
        if (delay := _delay(record)) is not None:
            delays.append(delay)
    if record is None:
        return None
    how = "a notification of a creation"
    for setting, key in (("status", "status"), ("traceId", "traceId"), ("sourcePort", "port")):
        findings.saw(f"notifications.{setting}", record[key], how)
    if delays:
        seconds = max(0, int(min(delays)))
        findings.saw("notifications.delaySeconds", seconds, f"{how} came so long after its endTime")
    else:
        findings.missed("notifications.delaySeconds", f"{how} had no endTime")
    return record


def _is_named(name: str, record: Record) -> bool:
    return bool(record["name"] == name)


def _await(laboratory: Laboratory, matches: Callable[[Record], bool]) -> list[Record]:
    found = laboratory.until(lambda: _received(laboratory, matches), laboratory.pace.notification_wait)
    return list(found or [])


def _delay(record: Record) -> float | None:
    try:
        return float(record["at"]) - datetime.fromisoformat(str(record["end"])).timestamp()
    except ValueError:
        return None


def _observe_attempts(laboratory: Laboratory, findings: Findings) -> None:
    label = "note-fail"
    name = f"{laboratory.names.entity_prefix}{label}"
    laboratory.create(label)

    def received() -> list[Record]:
        return _received(laboratory, lambda record: record["name"] == name)

    attempts = laboratory.until(received, laboratory.pace.notification_wait) or []
    while 0 < len(attempts) < _MOST_ATTEMPTS:
        more = laboratory.until(partial(_are_more, received, len(attempts)), laboratory.pace.retry_watch)
        attempts = received()
        if not more:
            break
    _note_attempts(laboratory, findings, attempts)


def _are_more(received: Callable[[], list[Record]], seen: int) -> bool:
    return len(received()) > seen


def _note_attempts(laboratory: Laboratory, findings: Findings, attempts: list[Record]) -> None:
    watched = f"within {laboratory.pace.retry_watch:g} seconds of the one before"
    if not attempts:
        findings.missed("notifications.attempts", _NEVER)
        return
    how = f"a probe that fails was notified {len(attempts)} times, each {watched}"
    findings.saw("notifications.attempts", len(attempts), how)
    times = sorted(float(record["at"]) for record in attempts)
    pauses = [later - earlier for earlier, later in pairwise(times)]
    if pauses:
        findings.saw("notifications.retrySeconds", int(min(pauses)), "the shortest time between two attempts")
    else:
        findings.missed("notifications.retrySeconds", f"there was no second attempt {watched}")


def _observe_timing(laboratory: Laboratory, findings: Findings) -> None:
    sleep = laboratory.pace.notification_sleep
    started = time.monotonic()
    laboratory.create("note-slow")
    elapsed = time.monotonic() - started
    timing = "before-response" if elapsed >= sleep else "after-response"
    how = f"a call took {'more' if elapsed >= sleep else 'less'} than the {sleep} seconds of the probe that it notifies"
    findings.saw("notifications.timing", timing, how)


def _observe_deletion(laboratory: Laboratory, findings: Findings) -> None:
    created: Any = laboratory.create("note-gone").body
    id = created.get("_id") if isinstance(created, dict) else None
    digest = hashlib.sha256(str(id).encode()).hexdigest()
    if not _await(laboratory, lambda record: record["idDigest"] == digest):
        findings.missed("notifications.deletedEntity", _NEVER)
        return
    laboratory.connection.call("DELETE", f"{GENERIC}/{laboratory.names.template}/{id}")
    found = _await(laboratory, lambda record: record["idDigest"] == digest and record["action"] == "_delete")
    if found:
        value = "id" if found[-1]["idAlone"] else "whole"
        findings.saw("notifications.deletedEntity", value, "a notification of a deletion")
    else:
        findings.missed("notifications.deletedEntity", "the probe was not notified of a deletion")
