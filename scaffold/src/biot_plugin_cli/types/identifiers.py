"""Names for Python, made of the platform's names, by rules that do not depend on what else there is."""

from __future__ import annotations

import keyword
import re
import unicodedata

__all__ = ["class_name", "field_name", "is_identifier", "pascal_case"]

_NO_WORD = re.compile(r"[^0-9A-Za-z\u0080-\U0010ffff]+")


def pascal_case(name: str) -> str:
    """Return a name for a class: `blood-pump` becomes `BloodPump`; empty where nothing is left."""
    words = [word for word in _NO_WORD.split(_normalized(name)) if word]
    text = "".join(word[0].upper() + word[1:] for word in words)
    return _identifier(text, "T")


def class_name(*names: str) -> str:
    """Return the name of a class: of the first of some names of which something is left."""
    return next(filter(None, map(pascal_case, names)), "Template")


def field_name(name: str) -> str:
    """Return a name for a field: `_name` becomes `name`, and `first-name` becomes `first_name`."""
    text = "_".join(word for word in _NO_WORD.split(_normalized(name)) if word)
    return _identifier(text, "a_") or "attribute"


def is_identifier(name: str) -> bool:
    """Whether a name can be written as it is, and Python reads it as the same name."""
    return name.isidentifier() and not keyword.iskeyword(name) and unicodedata.normalize("NFKC", name) == name


def _normalized(name: str) -> str:
    return unicodedata.normalize("NFKC", name)


def _identifier(text: str, prefix: str) -> str:
    """Return a text without what no name has, with a prefix where it begins with a digit."""
    letters = "".join(letter for letter in text if f"a{letter}".isidentifier())
    if not letters:
        return ""
    name = letters if letters[0].isidentifier() else f"{prefix}{letters}"
    return unicodedata.normalize("NFKC", name)
