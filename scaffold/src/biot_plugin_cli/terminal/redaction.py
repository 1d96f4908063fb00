"""Redaction of tokens and secrets in everything that is printed."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

__all__ = ["Secrets"]

_PLACEHOLDER = "SIGN_ME"
_REDACTED = "…"
_JWT = re.compile(r"eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]*")
_BEARER = re.compile(r"\b(bearer)\s+[^\s\"',;\\]+", re.IGNORECASE)


class Secrets:
    """The secrets of a run, which must not be printed.

    Args:
        tokens: The tokens signed for this run; printed as the placeholder that they replaced.
        secret_key: The secret of the local service user; empty when there is none.
    """

    def __init__(self, tokens: Iterable[str], secret_key: str) -> None:
        self._replacements = dict.fromkeys(tokens, _PLACEHOLDER)
        if secret_key:
            self._replacements[secret_key] = _REDACTED

    def hide(self, text: str) -> str:
        """Redact tokens in a text: this run's become the placeholder, all others dots."""
        for secret, replacement in self._replacements.items():
            text = text.replace(secret, replacement)
        return _JWT.sub(_REDACTED, text)

    def hide_all(self, text: str) -> str:
        """Redact tokens in a text, and whatever else follows the word Bearer."""
        return _BEARER.sub(rf"\1 {_REDACTED}", self.hide(text))

    def hidden(self, value: Any) -> Any:
        """Redact the tokens in all strings of a JSON value; everything else is unchanged."""
        if isinstance(value, str):
            return self.hide(value)
        if isinstance(value, list):
            return [self.hidden(item) for item in value]
        if isinstance(value, dict):
            return {self.hide(name): self.hidden(item) for name, item in value.items()}
        return value
