"""What a registry demands in WWW-Authenticate (RFC 9110, section 11.6.1)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

__all__ = ["Challenge", "parse_challenges"]

_MAX_LENGTH = 8192
_TOKEN = r"[!#$%&'*+.^_`|~0-9A-Za-z-]+"  # noqa: S105 - a word of the grammar
# A parameter, or the name of the next scheme; each starts where the one before ended.
_PART = re.compile(
    rf'[\s,]*(?:(?P<name>{_TOKEN})[ \t]*=[ \t]*(?:"(?P<quoted>(?:[^"\\]|\\.)*)"|(?P<plain>{_TOKEN}))'
    rf"|(?P<scheme>{_TOKEN}))"
)


@dataclass(frozen=True, slots=True)
class Challenge:
    """One way to authenticate.

    Attributes:
        scheme: `basic`, `bearer`, or another in lower case.
        parameters: Its parameters, whose names are in lower case.
    """

    scheme: str
    parameters: Mapping[str, str]


def parse_challenges(headers: Iterable[str]) -> list[Challenge]:
    """Parse the headers of a response; what cannot be read is left out, with what follows it."""
    challenges: list[Challenge] = []
    for header in headers:
        challenges += _parse(header[:_MAX_LENGTH])
    return challenges


def _parse(header: str) -> list[Challenge]:
    schemes: list[tuple[str, dict[str, str]]] = []
    position = 0
    while match := _PART.match(header, position):
        position = match.end()
        if match["scheme"]:
            schemes.append((match["scheme"].lower(), {}))
        elif schemes:
            value = match["plain"] if match["quoted"] is None else re.sub(r"\\(.)", r"\1", match["quoted"])
            schemes[-1][1].setdefault(match["name"].lower(), value)
    return [Challenge(scheme, parameters) for scheme, parameters in schemes]
