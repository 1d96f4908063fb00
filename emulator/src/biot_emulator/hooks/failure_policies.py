"""What becomes of a call when a plugin fails in the middle of it (contract section 2.7)."""

from __future__ import annotations

from collections.abc import Mapping

__all__ = ["FAILURES", "POLICIES", "FailurePolicies"]

POLICIES = ("fail", "ignore")
"""What can become of the call."""
FAILURES = {
    "crash": "crashes or cannot be reached",
    "timeout": "takes too long",
    "bad-reply": "replies what cannot be used",
}
"""How a plugin can fail."""


class FailurePolicies:
    """One policy for each failure: `fail` has the call fail, `ignore` goes on as if the plugin were not there.

    Args:
        policies: The policies by failure; `fail` for those that are left out.
    """

    def __init__(self, policies: Mapping[str, str] | None = None) -> None:
        self._first = {**dict.fromkeys(FAILURES, "fail"), **(policies or {})}
        self._now = dict(self._first)

    def ignores(self, failure: str) -> bool:
        """Whether a call goes on after such a failure."""
        return self._now[failure] == "ignore"

    def all(self) -> dict[str, str]:
        """Every policy, by failure."""
        return dict(self._now)

    def set(self, failure: str, policy: str) -> None:
        """Choose another policy."""
        self._now = {**self._now, failure: policy}

    def reset(self) -> None:
        """Have those from the beginning again."""
        self._now = dict(self._first)
