"""Permissions: which ones there are, and whether a caller has the one that a route requires."""

from __future__ import annotations

from collections.abc import Iterable

from biot_emulator.api.call import Call
from biot_emulator.api.errors import AccessDenied
from biot_emulator.api.route import Route

__all__ = ["PROTECTED_API", "all_permissions", "require_permission"]

PROTECTED_API = "PROTECTED_API"
"""The permission that everybody has who can log in."""


def all_permissions(routes: Iterable[Route]) -> list[str]:
    """Return every permission that a route requires, sorted: those of an administrator."""
    return sorted({PROTECTED_API, *(route.permission for route in routes if route.permission)})


def require_permission(route: Route, call: Call) -> None:
    """Check that the caller has the permission that a route requires.

    Raises:
        AccessDenied: The permission is missing.
    """
    if route.permission and call.caller and route.permission not in call.caller.permissions:
        raise AccessDenied(f"The permission [{route.permission}] is missing", permission=route.permission)
