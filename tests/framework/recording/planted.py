"""Identifiers of people, planted anywhere in an event, and whether any of them is left in a text."""

from __future__ import annotations

import base64
import json
import re
import uuid
from datetime import date, timedelta
from random import Random
from typing import Any
from urllib.parse import quote, quote_plus, unquote_plus

JSON = dict[str, Any]

_FIRST = (
    "Maria",
    "Jürgen",
    "Wilhelmina",
    "Søren",
    "Анна",
    "José",
    "Zoë",
    "Chukwuemeka",
    "陈小明明明",
    "Nguyễn",
    "मोहनकुमार",
)
_LAST = (
    "Oberhuber",
    "Müller-Lüdenscheidt",
    "O'Donnell",
    "Żółkiewski",
    "van der Berg",
    "Петрова",
    "Kierkegaard",
    "Ægirsson",
)
_WORDS = ("fell", "at", "home", "and", "was", "found", "by", "her", "neighbour", "with", "severe", "pain", "Grüße", "•")
_ALPHABET = "abcdefghijklmnopqrstuvwxyz"
#: Names of members that could be anybody's: none of them is one that the platform has a form for.
_MEMBERS = (
    "mrn",
    "ward",
    "note",
    "_nationalId",
    "heart_rate",
    "contactPerson",
    "hbA1c",
    "label",
    "_description",
    "owner",
)


class Planter:
    """Plants identifiers, and takes them down.

    Args:
        random: Chooses what and where.

    Attributes:
        planted: The identifiers, as somebody would look for them.
    """

    def __init__(self, random: Random) -> None:
        self._random = random
        self.planted: list[str] = []

    def identifier(self) -> str | int | float:
        """Return a new identifier."""
        value = self._random.choice(
            (
                *(self._name, self._mail, self._birthday, self._id, self._text, self._number, self._phone, self._code),
                self._handle,
            )
        )()
        self.planted.append(str(value))
        return value

    def text(self) -> str:
        """Return a new identifier as a text, encoded in one of many ways."""
        value = str(self.identifier())
        return str(self._random.choice(_ENCODINGS)(value))

    def part(self) -> str:
        """Return a new identifier as a part of a path."""
        return quote(str(self.identifier()), safe="")

    def tree(self, count: int) -> Any:
        """Return JSON with so many identifiers in it, as values and as names of members."""
        if count <= 1:
            return self._random.choice((self.identifier, self.text, self._member))()
        sizes = [count // 3, count // 2 - count // 3, count - count // 2]
        parts = [self.tree(size) for size in sizes if size]
        if self._random.random() < 0.3:
            return parts
        names = self._random.sample(_MEMBERS, len(parts))
        return dict(zip(names, parts, strict=True))

    def _member(self) -> JSON:
        return {str(self.identifier()): self._random.choice((True, None, [], {"ward": False}))}

    def _name(self) -> str:
        tail = "".join(self._random.choices(_ALPHABET, k=4))
        return f"{self._random.choice(_FIRST)}{tail} {self._random.choice(_LAST)}{tail}"

    def _handle(self) -> str:
        first, last = ("".join(self._random.choices(_ALPHABET, k=8)) for _ in range(2))
        return self._random.choice((first, f"{first}{last.capitalize()}", f"{first}_{last}", f"{first}.{last}"))

    def _mail(self) -> str:
        name = "".join(self._random.choices(_ALPHABET, k=8))
        return self._random.choice(("{}.meier@example.org", "{}@KLINIK-MÜNCHEN.de", "{}+tag@mail.co.uk")).format(name)

    def _birthday(self) -> str:
        day = date(1930, 1, 1) + timedelta(days=self._random.randrange(35_000))
        return self._random.choice((f"{day}T0{self._random.randrange(1, 10)}:23:17Z", f"{day}T11:12:13.123+02:00"))

    def _id(self) -> str:
        digits = f"{self._random.getrandbits(96):024x}"
        return self._random.choice((str(uuid.UUID(int=self._random.getrandbits(128))), digits, digits.upper()))

    def _text(self) -> str:
        return " ".join([self._name(), *self._random.choices(_WORDS, k=self._random.randrange(3, 30))])

    def _number(self) -> int | float:
        number = self._random.randrange(10**7, 10**12)
        return self._random.choice((number, -number, number / 1000))

    def _phone(self) -> str:
        return f"+49 {self._random.randrange(100, 999)} {self._random.randrange(10**6, 10**7)}"

    def _code(self) -> str:
        letters = "".join(self._random.choices(_ALPHABET, k=3))
        return f"{letters.upper()}-{self._random.randrange(10**5, 10**6)}/{letters}"


def _plain(value: str) -> str:
    return value


def _in_base64(value: str) -> str:
    return base64.b64encode(value.encode()).decode()


def _in_base64_of_urls(value: str) -> str:
    return base64.urlsafe_b64encode(json.dumps({"value": value}).encode()).decode().rstrip("=")


def _in_json(value: str) -> str:
    return json.dumps({"ward": [value], value: 1})


def _in_json_in_json(value: str) -> str:
    return json.dumps([json.dumps({"ward": value}, ensure_ascii=False)])


def _in_an_address(value: str) -> str:
    return f"https://files.example.org/patients/{quote(value)}?ward={quote_plus(value)}#{quote(value)}"


def _in_a_sentence(value: str) -> str:
    return f"Patient [{value}] was not found"


#: How an identifier may be written in a text.
_ENCODINGS = (
    *(_plain, str.upper, str.lower, quote, _in_base64, _in_base64_of_urls, _in_json, _in_json_in_json),
    *(_in_an_address, _in_a_sentence),
)


_ENCODED = re.compile(r"[A-Za-z0-9+/_-]{8,}={0,2}")


def decoded(text: str, rounds: int = 4) -> str:
    """Return a text together with all that can be read in it: escapes, percent-encoding, base64."""
    readings = [text]
    for _ in range(rounds):
        text = unquote_plus(re.sub(r"\\u([0-9a-fA-F]{4})", lambda match: chr(int(match[1], 16)), text))
        inner = [_read(encoded) for encoded in _ENCODED.findall(text)]
        text = "\n".join((text.replace("\\", ""), *filter(None, inner)))
        readings.append(text)
    return "\n".join(readings).casefold()


def _read(text: str) -> str:
    try:
        content = base64.b64decode(
            text.rstrip("=") + "=" * (-len(text.rstrip("=")) % 4), altchars=b"-_" if {*text} & {*"-_"} else None
        )
    except ValueError:
        return ""
    return content.decode(errors="ignore")
