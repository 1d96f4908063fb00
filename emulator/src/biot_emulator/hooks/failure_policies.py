"""What becomes of a call when a plugin that intercepts it fails (contract section 2.7)."""

from __future__ import annotations

from collections.abc import Mapping

from biot_emulator.hooks.plugin_failures import FAILURES

__all__ = ["POLICIES", "FailurePolicies"]

POLICIES = ("fail", "ignore")
"""What can become of the call."""


class FailurePolicies:
    """One policy for each failure: `fail` lets the call fail, `ignore` goes on as if the plugin were not there.

    Args:
        policies: The policies by failure; `fail` for those that are left out.
    """

    def __init__(self, policies: Mapping[str, str] | None = None) -> None:
        self._defaults: dict[str, str] = {**dict.fromkeys(FAILURES, "fail"), **(policies or {})}
        self._current = dict(self._defaults)

    def ignores(self, failure: str) -> bool:
        """Whether a call goes on after such a failure."""
        return self._current[failure] == "ignore"

    def all(self) -> dict[str, str]:
        """Return every policy, by failure."""
        return dict(self._current)

    def set(self, failure: str, policy: str) -> None:
        """Change a policy."""
        self._current = {**self._current, failure: policy}

    def reset(self) -> None:
        """Go back to the policies from the beginning."""
        self._current = dict(self._defaults)
