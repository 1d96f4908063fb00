"""hypothesis strategies for annotations: what a template allows where it is known, else anything of the type."""

from __future__ import annotations

import math
import re
from datetime import date, datetime
from types import NoneType
from typing import Any, Literal, get_args, get_origin

from hypothesis import strategies as st  # noqa: TID253

from biot_plugin.attributes import Attribute
from biot_plugin.bodies.annotations.members import members_of
from biot_plugin.testing.typed.wishes import Wish, wish_of

_LONGEST = 1024
_USUAL_LENGTH = 24
_LIMIT = 2**31
# By codes, and not by categories or patterns, for which hypothesis would make a table of all characters first.
_LETTERS = (st.integers(0x20, 0xD7FF) | st.integers(0x1F300, 0x1F64F)).map(chr)

_WORDS = st.lists(st.sampled_from("abcdefghijklmnopqrstuvwxyz0123456789"), min_size=1, max_size=16).map("".join)
_PLAIN: dict[Any, st.SearchStrategy[Any]] = {bool: st.booleans(), NoneType: st.none()}
_TEXTS: dict[str, st.SearchStrategy[str]] = {
    "COUNTRY": st.sampled_from(["NO", "DE", "US", "JP", "IL"]),
    "DATE": st.dates(date(1900, 1, 1), date(2099, 12, 31)).map(date.isoformat),
    "DATE_TIME": st.datetimes(datetime(1970, 1, 1), datetime(2099, 12, 31)).map(
        lambda moment: f"{moment.isoformat(timespec='milliseconds')}Z"
    ),
    "EMAIL": st.builds("{}@{}.{}".format, _WORDS, _WORDS, st.sampled_from(["com", "org", "example"])),
    "LOCALE": st.sampled_from(["en-us", "de-de", "he-il", "ja-jp", "nb-no"]),
    "PHONE": st.integers(10**6, 10**15 - 1).map("+{}".format),
    "TIMEZONE": st.sampled_from(["Europe/Oslo", "America/New_York", "Asia/Tokyo", "UTC"]),
    "UUID": st.uuids().map(str),
}


def fitting(annotation: Any) -> st.SearchStrategy[Any]:
    """Generate the JSON of an annotation: every value that fits, and null where it may be."""
    wish = wish_of(annotation)
    values = _values(wish)
    return st.none() | values if wish.is_nullable else values


def fitting_object(model_class: Any) -> st.SearchStrategy[dict[str, Any]]:
    """Generate the JSON of a model: attributes that need not be there are left out at times."""
    required: dict[str, st.SearchStrategy[Any]] = {}
    optional: dict[str, st.SearchStrategy[Any]] = {}
    for member in members_of(model_class):
        (required if member.is_required else optional)[member.key] = fitting(member.annotation)
    return st.fixed_dictionaries(required, optional=optional)


def _values(wish: Wish) -> st.SearchStrategy[Any]:
    kind = get_origin(wish.type) or wish.type
    if kind is list:
        [element] = get_args(wish.type)
        unique = wish_of(element).attribute is not None
        return st.lists(fitting(element), max_size=4, unique=unique)
    if kind is Literal:
        return st.sampled_from(get_args(wish.type))
    if kind is str:
        return _texts(wish.attribute or Attribute("LABEL"))
    if kind in (int, float):
        return _numbers(kind, wish.attribute or Attribute("DECIMAL"))
    if members_of(kind):
        return st.deferred(lambda: fitting_object(kind))
    return _PLAIN.get(kind, st.just({}))


def _texts(attribute: Attribute) -> st.SearchStrategy[str]:
    least, most = math.ceil(attribute.least or 0), math.floor(attribute.most or _LONGEST)
    if attribute.choices:
        return st.sampled_from(attribute.choices)
    if attribute.pattern is not None:
        return _matching(attribute.pattern).filter(lambda text: least <= len(text) <= most)
    if attribute.type in _TEXTS:
        return _TEXTS[attribute.type]
    longest = min(most, max(least, _USUAL_LENGTH))
    # An empty text is as good as none.
    return st.text(_LETTERS, min_size=min(max(least, 1), longest), max_size=longest)


def _matching(pattern: str) -> st.SearchStrategy[str]:
    try:
        return st.from_regex(re.compile(pattern, re.ASCII), fullmatch=True)
    except re.error:
        raise TypeError(f"The pattern {pattern} is none of Python's: build the values with your own strategy") from None


def _numbers(kind: type, attribute: Attribute) -> st.SearchStrategy[float]:
    least = -_LIMIT if attribute.least is None else attribute.least
    most = max(_LIMIT, least) if attribute.most is None else attribute.most
    if kind is int:
        return st.integers(math.ceil(min(least, most)), math.floor(most))
    return st.floats(min(least, most), most, allow_nan=False, allow_infinity=False)
