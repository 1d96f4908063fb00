"""Plausible JSON for annotations: what a template asks for where it is known, else something of the type."""

from __future__ import annotations

import math
from typing import Any, Literal, get_args, get_origin

from biot_plugin.attributes import Attribute
from biot_plugin.bodies.annotations.members import Member, members_of
from biot_plugin.testing.typed.pattern_texts import matching_text
from biot_plugin.testing.typed.wishes import Wish, wish_of

_TEXTS = {
    "COUNTRY": "NO",
    "DATE": "1985-12-10",
    "DATE_TIME": "2026-01-31T12:00:00.000Z",
    "EMAIL": "ada@example.org",
    "LOCALE": "en-us",
    "PHONE": "+12025550123",
    "TIMEZONE": "Europe/Oslo",
    "UUID": "3fa85f64-5717-4562-b3fc-2c963f66afa6",
}
_TEXTS_OF_KEYS = {
    "address1": "1 Main Street",
    "city": "Oslo",
    "firstName": "Ada",
    "lastName": "Lovelace",
    "mimeType": "image/png",
    "zipCode": "0150",
}
_PLAIN: dict[Any, Any] = {bool: True, dict: {}, Any: {}}
_LONGEST = 1024


def plausible(member: Member, around: tuple[Any, ...]) -> Any:
    """Return JSON for a member.

    Args:
        member: The member.
        around: The classes that it is in.

    Raises:
        TypeError: Nothing is known that would do.
    """
    return _value(wish_of(member.annotation), member.key, around)


def _value(wish: Wish, key: str, around: tuple[Any, ...]) -> Any:
    kind = get_origin(wish.type) or wish.type
    if kind is list:
        element = wish_of(get_args(wish.type)[0])
        return [] if element.type in around else [_value(element, key, around)]
    if kind is Literal:
        return get_args(wish.type)[0]
    if kind is str:
        return _text(wish.attribute or Attribute("LABEL"), key)
    if kind in (int, float):
        return _number(wish.attribute, 42 if kind is int else 36.6)
    if kind in around:
        return None
    if members := members_of(kind):
        return {member.key: plausible(member, (*around, kind)) for member in members}
    if kind in _PLAIN:
        return _PLAIN[kind]
    raise TypeError(f"Nothing is known that {key} could be, a {getattr(kind, '__name__', kind)}: give a value")


def _text(attribute: Attribute, key: str) -> str:
    least, most = math.ceil(attribute.least or 0), math.floor(attribute.most or _LONGEST)
    if attribute.pattern is not None:
        text = matching_text(attribute.pattern, least, most)
        if text is None:
            raise TypeError(f"No text was found that {key} could be, by the pattern {attribute.pattern}: give a value")
        return text
    if attribute.choices:
        return attribute.choices[0]
    if attribute.type in _TEXTS:
        return _TEXTS[attribute.type]
    text = _TEXTS_OF_KEYS.get(key, "Example")
    return (text * (least // len(text) + 1 if len(text) < least else 1))[: max(most, least)]


def _number(attribute: Attribute | None, usual: float) -> float:
    """Return the usual number, or the nearest that is allowed."""
    number = usual
    if attribute is not None and attribute.most is not None:
        number = min(number, attribute.most)
    if attribute is not None and attribute.least is not None:
        number = max(number, attribute.least)
    return math.ceil(number) if isinstance(usual, int) else number
