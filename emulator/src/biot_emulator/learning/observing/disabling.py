"""What becomes of a plugin that is disabled."""

from __future__ import annotations

from typing import Any

from biot_emulator.learning.findings import Findings
from biot_emulator.learning.laboratory import Laboratory
from biot_emulator.learning.observing.notifying import notified_of
from biot_emulator.learning.subscribing import CREATE_API

__all__ = ["observe_disabled"]

_TRIES = 3
_EVERY_MINUTE = "* * * * ? *"
_SETTINGS = ("disabledInterceptors", "disabledNotifications", "disabledSchedule", "disabledUrlStatus")


def observe_disabled(laboratory: Laboratory, findings: Findings) -> None:
    """Observe whether the probe is called, first while it is enabled: otherwise silence would say nothing.

    Its interception is one of its configuration, as the platform may treat others in another way.
    """
    if not _subscribe_by_configuration(laboratory):
        for setting in _SETTINGS:
            findings.missed(f"plugins.{setting}", "a plugin's configuration cannot limit an interception to a template")
        return
    hears, runs = _is_signed(laboratory, 1), _runs(laboratory, enabled=True)
    laboratory.require_change(0, enabledState="DISABLED")
    try:
        _observe_interceptor(laboratory, findings)
        _observe_address(laboratory, findings)
        _observe_notification(laboratory, findings, hears=hears)
        _observe_schedule(laboratory, findings, runs=runs)
    finally:
        laboratory.change(0, enabledState="ENABLED", cronSchedule=None, subscriptions=_NOTHING)


_NOTHING: dict[str, list[Any]] = {"interceptions": [], "notifications": []}


def _subscribe_by_configuration(laboratory: Laboratory) -> bool:
    """Move the subscription from the dispatcher to the configuration; return whether it is as limited as before."""
    hooks, endpoint, template = laboratory.hooks, laboratory.endpoints[0], laboratory.names.template
    hooks.unsubscribe(endpoint, "PRE_REQUEST", CREATE_API)
    hook = {
        "type": "PRE_REQUEST",
        "apiId": CREATE_API.replace("{templateName}", template),
        "order": hooks.base_order,
    }
    subscriptions = {"interceptions": [hook], "notifications": notified_of(laboratory)}
    reply = laboratory.change(0, subscriptions=subscriptions)
    own = [item for item in hooks.of(endpoint) if item.get("type") == "PRE_REQUEST"]
    is_limited = all(item.get("pathFilters") == {"templateName": template} for item in own)
    if reply.status_code == 200 and own and is_limited:
        return True
    laboratory.change(0, subscriptions=_NOTHING)
    return False


def _observe_interceptor(laboratory: Laboratory, findings: Findings) -> None:
    # More than once: a process that has to start may take longer than the platform waits.
    value = "called" if any(_is_changed(laboratory) for _ in range(_TRIES)) else "skipped"
    findings.saw("plugins.disabledInterceptors", value, "a call that the probe would have changed, while disabled")


def _is_changed(laboratory: Laboratory) -> bool:
    reply = laboratory.create("pre-order")
    return isinstance(reply.body, dict) and str(reply.body.get("_name")).endswith("A")


def _observe_address(laboratory: Laboratory, findings: Findings) -> None:
    reply = laboratory.ask("/report")
    status = None if reply.status_code == 200 else reply.status_code
    how = f"the address of the probe responded with {reply.status_code}, while disabled"
    findings.saw("plugins.disabledUrlStatus", status, how)


def _observe_notification(laboratory: Laboratory, findings: Findings, *, hears: bool) -> None:
    setting = "plugins.disabledNotifications"
    if not hears:
        findings.missed(setting, "the probe could not leave a sign of a notification even while enabled")
        return
    value = "called" if _is_signed(laboratory, 2) else "skipped"
    findings.saw(setting, value, "whether the probe left a sign of a notification, while disabled")


def _observe_schedule(laboratory: Laboratory, findings: Findings, *, runs: bool) -> None:
    setting = "plugins.disabledSchedule"
    if not runs:
        findings.missed(setting, "the probe left no sign of its schedule even while enabled")
        return
    value = "runs" if _runs(laboratory, enabled=False) else "stopped"
    findings.saw(setting, value, "whether the probe left a sign of its schedule, while disabled")


def _is_signed(laboratory: Laboratory, number: int) -> bool:
    label = f"note-sign{number}"
    laboratory.create(label)
    sign = f"{laboratory.names.entity_prefix}signed-{label[-3:]}"
    return bool(laboratory.until(lambda: _has(laboratory, sign), laboratory.pace.notification_wait))


def _runs(laboratory: Laboratory, *, enabled: bool) -> bool:
    """Return whether a schedule of every minute leaves a sign."""
    before = _signs(laboratory)
    state = "ENABLED" if enabled else "DISABLED"
    laboratory.require_change(0, enabledState=state, cronSchedule=_EVERY_MINUTE)

    def look() -> bool:
        laboratory.pass_time()
        return bool(_signs(laboratory) - before)

    found = bool(laboratory.until(look, laboratory.pace.schedule_wait))
    laboratory.require_change(0, enabledState=state, cronSchedule=None)
    return found


def _signs(laboratory: Laboratory) -> set[str]:
    names = {str(entity.get("_id")): str(entity.get("_name")) for entity in laboratory.entities()}
    return {id for id, name in names.items() if name.startswith(f"{laboratory.names.entity_prefix}cron")}


def _has(laboratory: Laboratory, name: str) -> bool:
    return any(entity.get("_name") == name for entity in laboratory.entities())
