"""The observations of a run, in order: those that make the probe restart come late."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from biot_emulator.learning.findings import Findings
from biot_emulator.learning.laboratory import Laboratory
from biot_emulator.learning.observing.adapting import observe_deletion
from biot_emulator.learning.observing.defaults import observe_defaults
from biot_emulator.learning.observing.disabling import observe_disabled
from biot_emulator.learning.observing.failing import observe_failures, observe_timeouts, observe_waiting
from biot_emulator.learning.observing.notifying import observe_notifications
from biot_emulator.learning.observing.ordering import observe_default_order, observe_order, observe_reserved_order
from biot_emulator.learning.observing.refusing import observe_refusals
from biot_emulator.learning.observing.replying import observe_replies
from biot_emulator.learning.observing.seeing import observe_events
from biot_emulator.learning.observing.sizes import observe_limits

__all__ = ["STEPS", "Step"]

Step = Callable[[Laboratory, Findings, Sequence[str]], None]
"""Makes an observation: with what, where it is noted, and of which kinds of interceptors, as settings name them."""

STEPS: Mapping[str, Step] = {
    "deletions": observe_deletion,
    "defaults": lambda laboratory, findings, _: observe_defaults(laboratory, findings),
    "events": lambda laboratory, findings, _: observe_events(laboratory, findings),
    "order": lambda laboratory, findings, _: observe_order(laboratory, findings),
    "default order": lambda laboratory, findings, _: observe_default_order(laboratory, findings),
    "reserved order": lambda laboratory, findings, _: observe_reserved_order(laboratory, findings),
    "replies": lambda laboratory, findings, _: observe_replies(laboratory, findings),
    "failures": observe_failures,
    "timeouts": observe_timeouts,
    "waiting": observe_waiting,
    "notifications": lambda laboratory, findings, _: observe_notifications(laboratory, findings),
    "limits": lambda laboratory, findings, _: observe_limits(laboratory, findings),
    "refusals": lambda laboratory, findings, _: observe_refusals(laboratory, findings),
    "disabled plugins": lambda laboratory, findings, _: observe_disabled(laboratory, findings),
}
"""Each observation by its name."""
