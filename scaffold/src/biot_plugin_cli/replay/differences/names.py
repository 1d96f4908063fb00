"""Names in the ids of kinds: those of fields as they are, and none of what may be about a person.

Most names in JSON are those of fields. Where an object is a table by ids, they are data: grouped, they are one kind,
and what is printed has no id in it.
"""

from __future__ import annotations

import re

__all__ = ["ANY_ID", "call_name", "field_name", "header_name", "safe_text"]

ANY_ID = "{id}"
"""Stands for names and parts of paths that are no fixed words."""

_MAX_NAME = 60
_WORD = re.compile(r"[A-Za-z_$@][A-Za-z0-9_$@-]*")
_PATH_WORD = re.compile(r"[A-Za-z][A-Za-z_-]*|v[0-9]{1,2}")
# Digits or hexadecimal digits, as ids have them, and no words do.
_OF_ID = re.compile(r"[0-9]{3}|[0-9a-fA-F]{8}")
_HEADER = re.compile(r"[a-z0-9-]+")
_UNSAFE = re.compile(r"[^A-Za-z0-9_.:/ -]")


def field_name(name: str) -> str:
    """Return the name of a field, or what stands for a name that is data."""
    return name if len(name) <= _MAX_NAME and _WORD.fullmatch(name) and not _OF_ID.search(name) else ANY_ID


def call_name(method: str, path: str) -> str:
    """Return method and path of a call, with what stands for ids in the path."""
    parts = [part if _is_path_word(part) else ANY_ID for part in path.split("/")]
    return f"{method} {'/'.join(parts)}"


def header_name(name: str) -> str:
    """Return the name of a header, or what stands for one that is none."""
    return name if len(name) <= _MAX_NAME and _HEADER.fullmatch(name) else ANY_ID


def safe_text(text: str) -> str:
    """Return a short text of the plugin's, such as the name of an error, without anything unusual."""
    return _UNSAFE.sub("_", text[: _MAX_NAME * 2])


def _is_path_word(part: str) -> bool:
    return len(part) <= _MAX_NAME and (not part or _PATH_WORD.fullmatch(part) is not None)
