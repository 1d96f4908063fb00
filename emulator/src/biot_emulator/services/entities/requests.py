"""Checks the built-in attributes of a request by their published form (contract section 3.2)."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping
from datetime import UTC, datetime
from typing import Any

from biot_emulator.api.errors import ApiError, BadRequest
from biot_emulator.services.entities.errors import (
    AttributeIsMandatory,
    AttributeTypeMismatch,
    AttributeValueConversionFailed,
    SelectAttributeInvalidValue,
    ValidationMaxAllowedValue,
    ValidationMinimumAllowedValue,
)

__all__ = [
    "Form",
    "check_form",
    "check_read_only",
    "choice",
    "flag",
    "moment",
    "moment_of",
    "record",
    "reference",
    "text",
]

_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|[+-]\d\d:\d\d)", re.ASCII)

Check = Callable[[str, Any], None]
"""Checks the value of the attribute with this name, which is never null. Raises ApiError."""
Form = Mapping[str, Check]
"""The checks of a request's built-in attributes, by name."""


def check_form(body: Mapping[str, Any], form: Form, mandatory: Collection[str] = (), *, change: bool = False) -> None:
    """Check the attributes of a request that have a form; all others are left alone.

    Args:
        body: The request's body.
        form: The form of its built-in attributes.
        mandatory: The attributes that must have a value.
        change: Whether the request changes an entity, and may leave out what it does not change.

    Raises:
        ApiError: A value is missing, or has another form.
    """
    for name in mandatory:
        if body.get(name) is None and (name in body or not change):
            raise AttributeIsMandatory(f"The attribute [{name}] is mandatory", attributeName=name)
    for name, check in form.items():
        if body.get(name) is not None:
            check(name, body[name])


def check_read_only(body: Mapping[str, Any], current: Mapping[str, Any], names: Collection[str]) -> dict[str, Any]:
    """Return a request without attributes that only the platform sets; they may be sent with the values that they have.

    Raises:
        BadRequest: The request would change one.
    """
    for name in names:
        if name in body and body[name] != current.get(name):
            raise BadRequest(f"The attribute [{name}] is the platform's own: leave it out")
    return {name: value for name, value in body.items() if name not in names}


def text(least: int = 0, most: int | None = None) -> Check:
    """Return the check of a text with a number of characters."""

    def check(name: str, value: Any) -> None:
        if not isinstance(value, str):
            raise _mismatch(name, value, "text")
        if len(value) < least:
            message = f"The attribute [{name}] must be of at least {least} characters"
            raise ValidationMinimumAllowedValue(message, attributeName=name, minimum=least)
        if most is not None and len(value) > most:
            message = f"The attribute [{name}] must be of at most {most} characters"
            raise ValidationMaxAllowedValue(message, attributeName=name, maxValue=most)

    return check


def choice(*values: str) -> Check:
    """Return the check of a text that is one of these."""

    def check(name: str, value: Any) -> None:
        if value not in values:
            message = f"The attribute [{name}] must be one of {', '.join(values)}"
            details = {"value": value, "allowedValues": list(values), "attributeName": name}
            raise SelectAttributeInvalidValue(message, **details)

    return check


def flag(name: str, value: Any) -> None:
    """Check a truth value."""
    if not isinstance(value, bool):
        raise _mismatch(name, value, "true or false")


def moment(name: str, value: Any) -> None:
    """Check a date and time in ISO 8601."""
    if not isinstance(value, str):
        raise _mismatch(name, value, "a date and time")
    if not _MOMENT.fullmatch(value) or moment_of(value) is None:
        message = f"The attribute [{name}] must be a date and time such as 2026-01-31T12:00:00Z"
        raise AttributeValueConversionFailed(message, attributeName=name, message=message)


def moment_of(value: Any) -> datetime | None:
    """Return the moment that a text names, in UTC; None where it names none."""
    try:
        at = datetime.fromisoformat(value)
        return at.astimezone(UTC) if at.tzinfo else at.replace(tzinfo=UTC)
    except (TypeError, ValueError, OverflowError):
        return None


def record(form: Form | None = None) -> Check:
    """Return the check of an object, whose own attributes may have a form."""

    def check(name: str, value: Any) -> None:
        if not isinstance(value, dict):
            raise _mismatch(name, value, "an object")
        for inner, inner_check in (form or {}).items():
            if value.get(inner) is not None:
                inner_check(f"{name}.{inner}", value[inner])

    return check


def reference(name: str, value: Any) -> None:
    """Check a reference: an object with an id."""
    if not isinstance(value, dict):
        raise _mismatch(name, value, "a reference")
    if value.get("id") is None:
        raise AttributeIsMandatory(f"The attribute [{name}.id] is mandatory", attributeName=f"{name}.id")
    if not isinstance(value["id"], str):
        raise _mismatch(f"{name}.id", value["id"], "text")


def _mismatch(name: str, value: Any, kind: str) -> ApiError:
    return AttributeTypeMismatch(f"The attribute [{name}] must be {kind}", attributeName=name, value=value, type=kind)
