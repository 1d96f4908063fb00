"""Plausible JSON for annotations: what a template asks for where it is known, else something of the type."""

from __future__ import annotations

import math
from collections.abc import Iterable
from types import NoneType
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
_PLAIN: dict[Any, Any] = {bool: True, dict: {}, Any: {}, NoneType: None}
_LONGEST = 1024


def plausible(members: Iterable[Member], around: tuple[Any, ...]) -> dict[str, Any]:
    """Return JSON for members; what would go on without an end is left out, where it need not be there.

    Args:
        members: The members.
        around: The classes that they are in.

    Raises:
        TypeError: Nothing is known that would do.
    """
    wishes = [(member, wish_of(member.annotation)) for member in members]
    return {
        member.key: _value(wish, member.key, around)
        for member, wish in wishes
        if member.is_required or wish.type not in around
    }


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
    if kind not in around and (members := members_of(kind)):
        return plausible(members, (*around, kind))
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
    """Return the usual number, or the nearest that is allowed; a whole one for a whole one."""
    is_whole, limits = isinstance(usual, int), attribute or Attribute("DECIMAL")
    if limits.most is not None:
        usual = min(usual, math.floor(limits.most) if is_whole else limits.most)
    if limits.least is not None:
        usual = max(usual, math.ceil(limits.least) if is_whole else limits.least)
    return usual
