"""Tells texts that a machine made at random, such as keys, from those that people wrote."""

from __future__ import annotations

import math
import re
from collections import Counter
from itertools import pairwise

__all__ = ["looks_random"]

_LENGTHS = range(16, 8193)
_MIN_ENTROPY = 3.0
_HEXADECIMAL = re.compile(r"(?=[0-9]*[a-fA-F])(?=[a-fA-F]*[0-9])[0-9a-fA-F]+")
_UUID = re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_SEPARATORS = re.compile(r"[-_./:=+~]+")
# Random letters and digits change between small, capital and digit two times in three; camel case, one time in three.
_MIN_CHANGE_RATIO = 0.4
_MIN_TURNS = 3
_MIN_TURN_RATIO = 0.15
_MIN_PART_LENGTH = 10


def looks_random(text: str) -> bool:
    """Whether a text has at least 16 characters, no spaces, and looks like a key that a machine made.

    Ids (UUIDs), numbers, paths, addresses and words, however they are joined, do not.
    """
    if len(text) not in _LENGTHS or any(map(str.isspace, text)) or _UUID.fullmatch(text):
        return False
    if _entropy(text) < _MIN_ENTROPY:
        return False
    if _HEXADECIMAL.fullmatch(text):
        return True
    parts = [list(map(_kind, part)) for part in _SEPARATORS.split(text)]
    changes = sum(before != after for part in parts for before, after in pairwise(part))
    return changes >= _MIN_CHANGE_RATIO * sum(map(len, parts)) or any(map(_is_mixed, parts))


def _is_mixed(kinds: list[str]) -> bool:
    """Whether a part without separators mixes letters and digits as no word does."""
    turns = sum((before == "digit") != (after == "digit") for before, after in pairwise(kinds))
    return len(kinds) >= _MIN_PART_LENGTH and turns >= max(_MIN_TURNS, _MIN_TURN_RATIO * len(kinds))


def _kind(character: str) -> str:
    if character.isdigit():
        return "digit"
    if not character.isalpha():
        return "symbol"
    return "capital" if character.isupper() else "small"


def _entropy(text: str) -> float:
    """Return Shannon's entropy of the characters, in bits per character."""
    return -sum(count / len(text) * math.log2(count / len(text)) for count in Counter(text).values())
