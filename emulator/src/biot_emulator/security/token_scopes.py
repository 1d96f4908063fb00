"""The scopes of the platform's own tokens: what their holders are, and what they may call (contract section 5.2)."""

from __future__ import annotations

from typing import Literal

__all__ = ["SCOPES", "SERVICE_SCOPES", "TokenKind"]

TokenKind = Literal["interceptor", "notification", "user"]
"""Whom a token speaks for: the platform calling an interceptor or a notification plugin, or a person."""

SCOPES: dict[TokenKind, list[str]] = {
    "interceptor": ["PROTECTED_API", "PLUGIN_INTERCEPTOR"],
    "notification": ["PROTECTED_API", "ACTION_NOTIFICATION", "PERMISSIONS_SYNC_PERMISSIONS"],
    "user": ["PROTECTED_API"],
}
"""The scopes by kind of token."""

SERVICE_SCOPES = ["PROTECTED_API"]
"""The scopes of a service user's token, where no role says more."""
