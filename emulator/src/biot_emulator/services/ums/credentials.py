"""What user names, passwords and phone numbers may be."""

from __future__ import annotations

import re
import secrets
import string
from collections.abc import Sequence

from biot_emulator.services.ums.errors import InvalidPassword

__all__ = ["check_password", "generate_password", "is_phone", "is_username", "masked_phone", "strength"]

_LENGTHS = range(8, 257)
_NAME_LENGTHS = range(5, 129)
_SHOWN = 4
_HIDDEN = "******"
_PHONE = re.compile(r"\+[1-9][0-9]{6,14}")
_KINDS = (("a small letter", str.islower), ("a capital letter", str.isupper), ("a digit", str.isdigit))
_GENERATED = 16
_BEST = 4
_LONG = 14


def check_password(password: str) -> None:
    """Check that a password may be used.

    Raises:
        InvalidPassword: It is too short, too long, or lacks a kind of character.
    """
    if problems := _problems(password):
        raise InvalidPassword(f"The password must have {' and '.join(problems)}")


def strength(password: str) -> tuple[int, Sequence[str]]:
    """Return how strong a password is, from 0 to 4, and what it lacks."""
    problems = _problems(password)
    if problems:
        return max(0, 2 - len(problems)), problems
    varied = len(set(password)) > len(password) // 2
    return min(_BEST, 2 + (len(password) >= _LONG) + varied), ()


def generate_password() -> str:
    """Return a password at random that may be used."""
    while True:
        password = "".join(secrets.choice(string.ascii_letters + string.digits) for _ in range(_GENERATED))
        if not _problems(password):
            return password


def is_username(text: str) -> bool:
    """Whether a text may be a user name, as far as its length says."""
    return len(text) in _NAME_LENGTHS and text.isprintable() and text == text.strip()


def is_phone(text: str) -> bool:
    """Whether a text is a phone number by E.164."""
    return _PHONE.fullmatch(text) is not None


def masked_phone(phone: str) -> str:
    """Return the end of a phone number, by which its owner recognises it."""
    return f"{_HIDDEN}{phone[-_SHOWN:]}"


def _problems(password: str) -> list[str]:
    length = [] if len(password) in _LENGTHS else [f"from {_LENGTHS[0]} to {_LENGTHS[-1]} characters"]
    return length + [name for name, is_kind in _KINDS if not any(map(is_kind, password))]
