"""What becomes of a call when a plugin that intercepts it fails (contract section 2.7)."""

from __future__ import annotations

from collections.abc import Mapping

from biot_emulator.behaviour.settings import FailureKind, Failures, Interceptors, Outcome, Refusal
from biot_emulator.event_kind import EventKind
from biot_emulator.hooks.plugin_failures import FAILURES

__all__ = ["POLICIES", "FailurePolicies"]

POLICIES = ("fail", "ignore")
"""What can become of the call."""

_BY_KIND: Mapping[FailureKind, str] = {
    "crash": "crash",
    "timeout": "timeout",
    "no_answer": "timeout",
    "bad_reply": "bad-reply",
}
"""The policy that a failure falls under; what a plugin itself responds with falls under none."""


class FailurePolicies:
    """One policy for each failure: `fail` lets the call fail, `ignore` goes on as if the plugin were not there.

    Args:
        policies: The policies by failure; what the platform does decides about those that are left out.
        behaviour: What the platform does.
    """

    def __init__(self, policies: Mapping[str, str] | None = None, behaviour: Interceptors | None = None) -> None:
        behaviour = behaviour or Interceptors()
        self._taught: Mapping[EventKind, Failures] = {
            EventKind.PRE_REQUEST: behaviour.pre_request,
            EventKind.ADAPT_ENTITY: behaviour.adapt_entity,
            EventKind.POST_REQUEST: behaviour.post_request,
        }
        self._defaults = dict(policies or {})
        self._current = dict(self._defaults)

    def outcome(self, kind: EventKind, failure: FailureKind) -> Outcome:
        """Return what becomes of a call after such a failure of an interceptor of this kind."""
        taught: Outcome = getattr(self._taught[kind], failure)
        policy = self._current.get(_BY_KIND.get(failure, ""))
        if policy == "fail":
            return Refusal() if taught == "ignore" else taught
        return "ignore" if policy == "ignore" else taught

    def all(self) -> dict[str, str]:
        """Return every policy, by failure; without one, `ignore` where the platform ignores it of every kind."""
        return {failure: self._current.get(failure) or self._taught_policy(failure) for failure in FAILURES}

    def set(self, failure: str, policy: str) -> None:
        """Change a policy."""
        self._current = {**self._current, failure: policy}

    def reset(self) -> None:
        """Go back to the policies from the beginning."""
        self._current = dict(self._defaults)

    def _taught_policy(self, policy: str) -> str:
        kinds = [failure for failure, name in _BY_KIND.items() if name == policy]
        outcomes = [getattr(failures, kind) for failures in self._taught.values() for kind in kinds]
        return "ignore" if all(outcome == "ignore" for outcome in outcomes) else "fail"
