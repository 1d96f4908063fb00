"""What is never shown: tokens, wherever they turn up."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

__all__ = ["Secrets"]

_PLACEHOLDER = "SIGN_ME"
_JWT = re.compile(r"eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]*")
_BEARER = re.compile(r"\b(bearer)\s+[^\s\"',;\\]+", re.IGNORECASE)


class Secrets:
    """Replaces what must not be shown.

    Args:
        tokens: The tokens that were signed for this run; shown as the placeholder that they stood for.
        secret_key: The local service user's secret; empty where there is none.
    """

    def __init__(self, tokens: Iterable[str], secret_key: str) -> None:
        self._replaced = dict.fromkeys(tokens, _PLACEHOLDER)
        if secret_key:
            self._replaced[secret_key] = "…"

    def hide(self, text: str) -> str:
        """Replace tokens: ours by their placeholder, everybody else's by dots."""
        for secret, shown in self._replaced.items():
            text = text.replace(secret, shown)
        return _JWT.sub("…", text)

    def hide_all(self, text: str) -> str:
        """Replace tokens and, beyond them, whatever follows the word Bearer."""
        return _BEARER.sub(r"\1 …", self.hide(text))

    def hidden(self, value: Any) -> Any:
        """Replace the tokens in all texts of a JSON value; everything else of it stays."""
        if isinstance(value, str):
            return self.hide(value)
        if isinstance(value, list):
            return [self.hidden(item) for item in value]
        if isinstance(value, dict):
            return {self.hide(name): self.hidden(item) for name, item in value.items()}
        return value
