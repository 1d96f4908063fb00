"""Checks the values of attributes by type (contract section 13.3): one function for each, in one table."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping
from typing import Any

from biot_emulator.services.templates.definitions import Attribute
from biot_emulator.services.templates.errors import (
    AboveMaximum,
    AttributeIsMandatory,
    AttributePatternFailed,
    AttributeTypeMismatch,
    AttributeValueConversionFailed,
    BelowMinimum,
    CountryCodeCannotBeNull,
    DuplicatedSelection,
    InvalidSelection,
    LocaleNotValid,
    TimezoneNotValid,
)
from biot_emulator.services.templates.formats import (
    EMAIL,
    PHONE,
    is_country,
    is_date,
    is_locale,
    is_moment,
    is_timezone,
)
from biot_emulator.services.templates.patterns import compiled

__all__ = ["check_value", "is_empty"]

_ADDRESS_PARTS = ("state", "city", "zipCode", "address1", "address2")
_NAME_PARTS = ("firstName", "lastName")
_LONGEST_LABEL = 1024
_LONGEST_PARAGRAPH = 5000


def check_value(attribute: Attribute, value: Any) -> None:
    """Check a value that is not null.

    Raises:
        ApiError: It is not valid for the attribute.
    """
    _CHECKS[attribute.type](attribute, value)


def is_empty(value: Any) -> bool:
    """Whether a value counts as none."""
    return value is None or value in ("", {}, [])


def _mismatch(attribute: Attribute, value: Any, expected: str) -> AttributeTypeMismatch:
    message = f"The attribute [{attribute.full_name}] must be {expected}"
    return AttributeTypeMismatch(message, attributeName=attribute.full_name, value=value, type=attribute.type)


def _text(attribute: Attribute, value: Any) -> str:
    if not isinstance(value, str):
        raise _mismatch(attribute, value, "text")
    return value


def _limit(attribute: Attribute, size: float, what: str, longest: float | None = None) -> None:
    name = attribute.full_name
    if attribute.least is not None and size < attribute.least:
        message = f"The attribute [{name}] must {what} at least {attribute.least:g}"
        raise BelowMinimum(message, attributeName=name, minimum=attribute.least)
    most = longest if attribute.most is None else attribute.most
    if most is not None and size > most:
        message = f"The attribute [{name}] must {what} at most {most:g}"
        raise AboveMaximum(message, attributeName=name, maxValue=most)


def _match(attribute: Attribute, text: str, pattern: str) -> None:
    if compiled(pattern).fullmatch(text) is None:
        message = f"The attribute [{attribute.full_name}] must match the pattern {pattern}"
        raise AttributePatternFailed(message, attributeName=attribute.full_name, value=text, regex=pattern)


def _plain_text(longest: int) -> Callable[[Attribute, Any], None]:
    def check(attribute: Attribute, value: Any) -> None:
        text = _text(attribute, value)
        _limit(attribute, len(text), "have a length of", longest)
        if attribute.pattern:
            _match(attribute, text, attribute.pattern)

    return check


def _formatted(form: str) -> Callable[[Attribute, Any], None]:
    def check(attribute: Attribute, value: Any) -> None:
        text = _text(attribute, value)
        _limit(attribute, len(text), "have a length of", 320)
        _match(attribute, text, form)
        if attribute.pattern:
            _match(attribute, text, attribute.pattern)

    return check


def _integer(attribute: Attribute, value: Any) -> None:
    if not isinstance(value, int) or isinstance(value, bool):
        raise _mismatch(attribute, value, "a whole number")
    _limit(attribute, value, "be")


def _decimal(attribute: Attribute, value: Any) -> None:
    if not isinstance(value, int | float) or isinstance(value, bool):
        raise _mismatch(attribute, value, "a number")
    _limit(attribute, value, "be")


def _boolean(attribute: Attribute, value: Any) -> None:
    if not isinstance(value, bool):
        raise _mismatch(attribute, value, "true or false")


def _choice(attribute: Attribute, value: Any) -> None:
    if _text(attribute, value) not in attribute.choices:
        choices = [*attribute.choices]
        message = f"The attribute [{attribute.full_name}] must be one of {', '.join(choices)}"
        raise InvalidSelection(message, value=value, allowedValues=choices, attributeName=attribute.full_name)


def _choices(attribute: Attribute, value: Any) -> None:
    if not isinstance(value, list):
        raise _mismatch(attribute, value, "a list of texts")
    for item in value:
        _choice(attribute, item)
    if len({*value}) != len(value):
        message = f"The attribute [{attribute.full_name}] has the same value twice"
        raise DuplicatedSelection(message, attributeName=attribute.full_name)


def _parts(attribute: Attribute, value: Any, names: tuple[str, ...]) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        raise _mismatch(attribute, value, "an object")
    for name in names:
        if not isinstance(value.get(name), str | None):
            raise _mismatch(attribute, value, f"an object with text as [{name}]")
    return value


def _address(attribute: Attribute, value: Any) -> None:
    country = _parts(attribute, value, (*_ADDRESS_PARTS, "countryCode")).get("countryCode")
    if not country:
        raise CountryCodeCannotBeNull(f"The address [{attribute.full_name}] must have a [countryCode]")
    if not is_country(country):
        raise _mismatch(attribute, value, "an address with a country's code of two letters")


def _name(attribute: Attribute, value: Any) -> None:
    parts = _parts(attribute, value, _NAME_PARTS)
    for name in _NAME_PARTS:
        if not parts.get(name):
            full_name = f"{attribute.full_name}.{name}"
            raise AttributeIsMandatory(f"The attribute [{full_name}] is mandatory", attributeName=full_name)


def _converted(is_valid: Callable[[str], bool], example: str) -> Callable[[Attribute, Any], None]:
    def check(attribute: Attribute, value: Any) -> None:
        if not is_valid(_text(attribute, value)):
            name, reason = attribute.full_name, f"it must be as in {example}"
            message = f"The attribute [{name}] cannot be read: {reason}"
            raise AttributeValueConversionFailed(message, attributeName=name, message=reason)

    return check


def _locale(attribute: Attribute, value: Any) -> None:
    if not is_locale(_text(attribute, value)):
        raise LocaleNotValid(f"The attribute [{attribute.full_name}] must be a locale such as en-us", value=value)


def _timezone(attribute: Attribute, value: Any) -> None:
    if not is_timezone(_text(attribute, value)):
        message = f"The attribute [{attribute.full_name}] must be a time zone such as Europe/Oslo"
        raise TimezoneNotValid(message, value=value)


def _identified(attribute: Attribute, value: Any) -> None:
    """Check that a value names something by its id; whether that exists is for those to say who know."""
    if not isinstance(value, dict) or not isinstance(value.get("id"), str):
        raise _mismatch(attribute, value, "an object with an [id]")


def _file(attribute: Attribute, value: Any) -> None:
    _identified(attribute, value)
    try:
        uuid.UUID(value["id"])
    except ValueError:
        raise _mismatch(attribute, value, "an object with the [id] of a file, a UUID") from None


def _unwritable(attribute: Attribute, value: Any) -> None:
    raise _mismatch(attribute, value, "left out: it has no value of its own")


_CHECKS: Mapping[str, Callable[[Attribute, Any], None]] = {
    "LABEL": _plain_text(_LONGEST_LABEL),
    "PARAGRAPH": _plain_text(_LONGEST_PARAGRAPH),
    "INTEGER": _integer,
    "DECIMAL": _decimal,
    "BOOLEAN": _boolean,
    "SINGLE_SELECT": _choice,
    "MULTI_SELECT": _choices,
    "ADDRESS": _address,
    "NAME": _name,
    "PHONE": _formatted(PHONE),
    "EMAIL": _formatted(EMAIL),
    "DATE_TIME": _converted(is_moment, "2026-01-31T12:00:00Z"),
    "DATE": _converted(is_date, "2026-01-31"),
    "REFERENCE": _identified,
    "TIMEZONE": _timezone,
    "LOCALE": _locale,
    "FILE": _file,
    "IMAGE": _file,
    "LINK": _unwritable,
    "WAVEFORM": _unwritable,
}
