"""What requests may say of attributes that are not theirs, and the moments in them."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import UTC, datetime
from typing import Any

from biot_emulator.api.errors import BadRequest
from biot_emulator.services.templates.errors import AttributeIsMandatory

__all__ = ["moment_of", "require", "without_own"]


def require(body: Mapping[str, Any], name: str) -> Any:
    """Return the value of an attribute that a request must have. Raises AttributeIsMandatory."""
    if body.get(name) is None:
        raise AttributeIsMandatory(f"The attribute [{name}] is mandatory", attributeName=name)
    return body[name]


def without_own(body: Mapping[str, Any], current: Mapping[str, Any], names: Collection[str]) -> dict[str, Any]:
    """Return a request without attributes that only the platform sets; they may be sent with the values that they have.

    Raises:
        BadRequest: The request would change one.
    """
    for name in names:
        if name in body and body[name] != current.get(name):
            raise BadRequest(f"The attribute [{name}] is the platform's own: leave it out")
    return {name: value for name, value in body.items() if name not in names}


def moment_of(value: Any) -> datetime | None:
    """Return the moment that a text names, in UTC; None where it names none."""
    try:
        at = datetime.fromisoformat(value)
        return at.astimezone(UTC) if at.tzinfo else at.replace(tzinfo=UTC)
    except (TypeError, ValueError, OverflowError):
        return None
