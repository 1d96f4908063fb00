"""Stand-ins for words, numbers and ids: of the same length and characters, and not to be turned back without the key.

Letters become consonants, so that no stand-in is a name or a word of any language by chance.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Callable

_CONSONANTS = "bcdfghjklmnpqrstvwxz"
_CAPITALS = _CONSONANTS.upper()
_HEX = "0123456789abcdef"
#: Values of which there are fewer than a million could be told by how often they occur, if they always had the same
#: stand-in: theirs are different ones in each event.
_FEW_DIGITS, _FEW_LETTERS = 5, 4
_ATTEMPTS = 40
#: What is shorter occurs by chance everywhere.
_LEAST = 4
#: From so many digits on, numbers of fewer digits than the second are in it by chance, whatever they are.
_LONG, _LEAST_IN_LONG = 32, 7
#: What has more digits is in nothing by chance.
_MOST = 20
_TOKEN = re.compile(r"[^\W_]+")
_DIGITS = re.compile(r"\d{4,}")


class Pseudonyms:
    """The stand-ins of one event: the same for what is the same, and another for what is not.

    Args:
        key: Where the stand-ins come from, 32 bytes.
        content: The event and all that belongs to it: no stand-in is a word or number of it.
    """

    def __init__(self, key: bytes, content: str) -> None:
        self._key = key
        self._event_key = hmac.digest(key, b"event\0" + content.encode("utf-8", "surrogatepass"), "sha256")
        self._originals = frozenset(_TOKEN.findall(content.casefold()))
        self._numbers = frozenset(
            token for token in self._originals if _LEAST <= len(token) <= _MOST and token.isdecimal()
        )
        self._lengths = sorted({len(number) for number in self._numbers})
        self._stand_ins: dict[tuple[str, str], str] = {}
        self._taken: dict[str, str] = {}

    def seed(self, kind: str, text: str = "") -> int:
        """Return a number that belongs to this event, and to a text in it."""
        return int.from_bytes(_mac(self._event_key, kind, text, 0)[:8], "big")

    def digits(self, text: str) -> str:
        """Return the stand-in for digits; the first one is 0 only where it was."""
        return self._stand_in("digits", text, text, len(text) <= _FEW_DIGITS, lambda stream: _digits(text, stream))

    def word(self, text: str, context: str = "") -> str:
        """Return the stand-in for letters and digits; it is the same for upper and lower case.

        Args:
            text: The word.
            context: A text of which the word is a part that has a stand-in as a whole.
        """
        if text.isdecimal() and text.isascii():
            return self.digits(text)
        name = text.casefold()
        few = len(text) <= _FEW_LETTERS or (len(text) <= _FEW_DIGITS and text.isalnum() and not text.isalpha())
        return self._stand_in(f"word{context}", name, text, few, lambda stream: _characters(text, stream))

    def hexadecimal(self, text: str) -> str:
        """Return the stand-in for hexadecimal digits."""
        lower = self._stand_in(
            "hex", text.lower(), text.lower(), False, lambda stream: "".join(_HEX[byte & 15] for byte in stream)
        )
        return lower.upper() if text.upper() == text else lower

    def uuid(self, text: str) -> str:
        """Return the stand-in for a UUID: a random one, which has no time in it."""
        name = text.lower()
        stand_in = self._stand_in("uuid", name, name, False, _uuid)
        return stand_in.upper() if text.upper() == text and text != name else stand_in

    def _stand_in(self, kind: str, name: str, text: str, few: bool, write: Callable[[bytes], str]) -> str:
        known = self._stand_ins.get((kind, text))
        if known is None:
            known = self._stand_ins[kind, text] = self._choose(kind, name, text, few, write)
        return known

    def _choose(self, kind: str, name: str, text: str, few: bool, write: Callable[[bytes], str]) -> str:
        key, owner, stand_in = self._event_key if few else self._key, f"{kind}\0{name}", text
        for attempt in range(_ATTEMPTS if len(text) <= _LONG else _ATTEMPTS // 10):
            stand_in = write(_stream(_mac(key, kind, name, attempt), len(text)))
            folded = stand_in.casefold()
            if folded == name or self._is_original(folded) or self._taken.get(folded, owner) != owner:
                continue
            self._taken[folded] = owner
            return stand_in
        return stand_in if stand_in.casefold() != name else _other(stand_in)

    def _is_original(self, stand_in: str) -> bool:
        if len(stand_in) < _LEAST:
            return False
        return stand_in in self._originals or any(map(self._has_number, _DIGITS.findall(stand_in)))

    def _has_number(self, digits: str) -> bool:
        least = _LEAST if len(digits) <= _LONG else _LEAST_IN_LONG
        return any(
            digits[start : start + length] in self._numbers
            for length in self._lengths
            if length >= least
            for start in range(len(digits) - length + 1)
        )


def _mac(key: bytes, kind: str, text: str, attempt: int) -> bytes:
    return hmac.digest(key, f"{kind}\0{attempt}\0{text}".encode("utf-8", "surrogatepass"), "sha256")


def _stream(seed: bytes, length: int) -> bytes:
    return seed[:length] if length <= len(seed) else hashlib.shake_256(seed).digest(length)


def _digits(text: str, stream: bytes) -> str:
    first = "0" if text[0] == "0" and len(text) > 1 else str(1 + stream[0] % 9)
    return first + "".join(str(byte % 10) for byte in stream[1:])


def _characters(text: str, stream: bytes) -> str:
    return "".join(map(_character, text, stream))


def _character(character: str, byte: int) -> str:
    if character.isdecimal():
        return str(byte % 10)
    return (_CAPITALS if character.isupper() else _CONSONANTS)[byte % len(_CONSONANTS)]


def _uuid(stream: bytes) -> str:
    digits = stream[:16].hex()
    return f"{digits[:8]}-{digits[8:12]}-4{digits[13:16]}-{'89ab'[stream[16] & 3]}{digits[17:20]}-{digits[20:32]}"


def _other(text: str) -> str:
    """Another text of the same form, where chance has brought the original again and again."""
    last = text[-1]
    other = _HEX[(int(last) + 1) % 10] if last.isdecimal() else _CONSONANTS[(_CONSONANTS.find(last.lower()) + 1) % 20]
    return text[:-1] + (other.upper() if last.isupper() else other)
