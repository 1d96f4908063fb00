"""Roles: the permissions that people and service users get with their tokens."""

from __future__ import annotations

from collections.abc import Sequence

from biot_emulator.api.permissions import PROTECTED_API

__all__ = ["Roles"]


class Roles:
    """The two roles that differ: administrators have every permission, all others that of the entities' APIs alone.

    Args:
        permissions: Every permission.
    """

    def __init__(self, permissions: Sequence[str]) -> None:
        self._permissions = list(permissions)

    def permissions(self, *, administrator: bool) -> list[str]:
        """Return the permissions of an administrator, or of everybody else."""
        return self._permissions if administrator else [PROTECTED_API]
