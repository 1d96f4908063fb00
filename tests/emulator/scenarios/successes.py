"""With what operations succeed, of whatever service they are."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from biot_emulator.client import Client
from tests.emulator.scenarios import (
    entity_successes as entities,
    people_successes as people,
    service_successes as services,
)
from tests.emulator.scenarios.service_successes import ADMIN, Successes

__all__ = ["ADMIN", "shape", "success_of"]

_MAKERS: tuple[tuple[str, Callable[[Client], Successes]], ...] = (
    ("/ums/v2/users/(login/mfa|logout|otp|token/login)", people.of_log_ins),
    ("/(ums|organization)/v1/tokens", people.of_log_ins),
    ("/ums/v2/users/(self|credentials|{)", people.of_users),
    ("/ums/", services.of_ums),
    ("/dispatcher/", services.of_dispatcher),
    ("/settings/", services.of_settings),
    ("/file/", services.of_files),
    ("/measurement/", services.of_measurement),
    ("/notification/", services.of_notification),
    ("/generic-entity/", entities.of_generic_entities),
    (".*/alerts", entities.of_alerts),
    (".*/usage-sessions", entities.of_sessions),
    (".*/commands", entities.of_commands),
    ("/device/", entities.of_devices),
    (".*/registration-codes", entities.of_registration_codes),
    (".*/users/(caregivers|patients)/self", people.of_own_entities),
    (".*/(invitations|organizations/admin)/", people.of_invitations),
    (".*/organization/v1/organizations", entities.of_organizations),
    ("/organization/", entities.of_people),
)
"""What makes the things that operations need, by the beginning of their paths; the first that fits."""


def success_of(operation: str, client: Client) -> Mapping[str, Any]:
    """Make what an operation needs, and return with what it succeeds.

    Args:
        operation: Method and path template; variables may be named otherwise.
        client: Calls as the administrator.

    Returns:
        `path_parameters`, `query`, `headers` and `body`, and `token` of a caller that is not the administrator; without
        what the operation does not take.
    """
    path = operation.partition(" ")[2]
    make = next(make for beginning, make in _MAKERS if re.match(beginning, path))
    return {shape(label): success for label, success in make(client).items()}.get(shape(operation), {})


def shape(operation: str) -> str:
    """Return an operation without the names of its variables, which differ between descriptions and SDKs."""
    return re.sub(r"\{\w+\}", "{}", operation)
