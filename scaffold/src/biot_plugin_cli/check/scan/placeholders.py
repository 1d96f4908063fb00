"""Tells values that only stand for a secret, such as `changeme` and `${TOKEN}`, from secrets."""

from __future__ import annotations

import re

__all__ = ["is_placeholder"]

_REFERENCE = re.compile(r"[${<\[(]|%[({sA-Z]|.*(?:\$\{|\$\(|\{\{|\{[\w.!:]*\}|%\(|<[\w -]+>)")
_WORDS = re.compile(
    r"(?i)change[-_ ]?(?:me|it|this)|replace[-_ ]?(?:me|this|with)|example|sample|dummy|placeholder|redacted|hidden"
    r"|insert[-_ ]|(?:your|my|the|some|any|test|fake|mock)[-_ ]?(?:own[-_ ]?)?"
    r"(?:api|access|auth|client|secret|token|key|pass)"
    r"|not[-_ ]?(?:a[-_ ]?)?(?:real|secret)|sign_me|todo|xxxx|\*\*\*|\.\.\.|…"
)
_MAX_DISTINCT_CHARACTERS = 2
_COMMON = frozenset(
    [
        *(
            "password",
            "passwd",
            "pass",
            "pwd",
            "passphrase",
            "secret",
            "token",
            "key",
            "value",
            "string",
            "text",
            "none",
        ),
        *("null", "true", "false", "user", "username", "admin", "root", "guest", "test", "default", "empty"),
    ]
)


def is_placeholder(value: str) -> bool:
    """Whether a value is no secret: filled in later, as `${TOKEN}`; a word for a secret; or a repeated character."""
    is_word = value.lower() in _COMMON or _WORDS.search(value) is not None
    return is_word or len(set(value)) <= _MAX_DISTINCT_CHARACTERS or _REFERENCE.match(value) is not None
