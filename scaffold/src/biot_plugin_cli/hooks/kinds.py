"""The kinds of hooks, as users type them."""

from __future__ import annotations

from enum import StrEnum

__all__ = ["HookKind"]

HookKind = StrEnum("HookKind", ["pre-request", "post-request", "adapt-entity", "notification", "scheduled", "endpoint"])
