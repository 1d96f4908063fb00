"""Who can hold a token, and what they may do by now."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from biot_emulator.services.ums.errors import ServiceUserNotFound
from biot_emulator.services.ums.roles import Roles
from biot_emulator.services.ums.service_users import ServiceUsers
from biot_emulator.services.ums.sessions import Sessions
from biot_emulator.services.ums.users import User, Users

__all__ = ["Holders"]


@dataclass(frozen=True, slots=True)
class Holders:
    """The holders of tokens.

    Attributes:
        users: The people who can log in.
        service_users: The service users who can log in.
        roles: What each role may call: a token allows no more than its holder's role does by now.
        sessions: The log-ins that are in force.
    """

    users: Users
    service_users: ServiceUsers
    roles: Roles
    sessions: Sessions

    def person(self, id: str) -> User | None:
        """Return a person; None for one who is deleted, disabled or locked."""
        user = self.users.get(id)
        return user if user and user.enabled and not user.locked else None

    def service(self, id: str) -> Mapping[str, Any] | None:
        """Return a service user; None for one that is deleted or not active."""
        try:
            service = self.service_users.get(id)
        except ServiceUserNotFound:
            return None
        return service if service.get("active") else None
