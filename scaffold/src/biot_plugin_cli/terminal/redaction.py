"""Redaction of tokens and secrets in everything that is printed."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Any

__all__ = ["Secrets"]

#: What is secret in a text; the first group stays. What a plugin prints is untrusted, so each pattern takes time in
#: proportion to its length: a word of letters and hyphens is looked at once, from its beginning, and not again from
#: each `eyJ` in it. The framework's log and the emulator have the same patterns, and would take long to import.
SECRET_PATTERNS = (
    # As in a form, a query string, or a program's output of its settings; up to the word Bearer, which is next.
    r"(=(?i:(?<=authorization=)|(?<=jwt=)|(?<=password=)|(?<=passwd=)|(?<=secret=)|(?<=secretkey=)|(?<=secret[-_]key=)"
    r"|(?<=apikey=)|(?<=api[-_]key=)|(?<=cookie=)|(?<=cookies=)|(?<=token=))(?=[^&\s]))"
    r"[^&\s]*?(?=(?i:bearer)?;?(?:[&\s]|$))",
    # What follows the word Bearer, up to a word that is or ends in Bearer itself.
    r"((?i:bearer)\s+(?=[^\s\"'\\,]))[^\s\"'\\,]*?(?=(?i:bearer)?(?:[\s\"'\\,]|$))",
    # A JWT or JWE, whatever precedes it. Of several `eyJ` in a word, the first one has the most after it.
    r"(?<![\w-])(?=([\w-]*?)eyJ)\1eyJ(?:[\w-]{5,}\.{1,2}[\w-]|[\w-]{0,4}\.[\w-]+\.[\w-])[\w.-]*(?<!\.)",
)
*_OTHERS, _TOKEN = map(re.compile, SECRET_PATTERNS)
_PLACEHOLDER = "SIGN_ME"
_REDACTED = "…"
#: Nobody reads deeper, and what a plugin returns may be nested without end.
_MAX_DEPTH = 100
_TOO_DEEP = "<nested too deeply>"


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
        return _TOKEN.sub(rf"\1{_REDACTED}", self._hide_own(text))

    def hide_all(self, text: str) -> str:
        """Redact tokens in a text, whatever else follows the word Bearer, and values after names of secrets."""
        text = self._hide_own(text)
        for pattern in (*_OTHERS, _TOKEN):
            text = pattern.sub(rf"\1{_REDACTED}", text)
        return text

    def hidden(self, value: Any) -> Any:
        """Redact as `hide` in all strings of a JSON value, and cut what is nested more than 100 levels deep."""
        return _copy(value, self.hide, 0)

    def all_hidden(self, value: Any) -> Any:
        """Redact as `hide_all` in all strings of a JSON value, and cut what is nested more than 100 levels deep."""
        return _copy(value, self.hide_all, 0)

    def _hide_own(self, text: str) -> str:
        for secret, replacement in self._replacements.items():
            text = text.replace(secret, replacement)
        return text


def _copy(value: Any, hide: Callable[[str], str], depth: int) -> Any:
    if isinstance(value, str):
        return hide(value)
    if not isinstance(value, list | dict):
        return value
    if depth > _MAX_DEPTH:
        return _TOO_DEEP
    if isinstance(value, list):
        return [_copy(item, hide, depth + 1) for item in value]
    return {hide(name): _copy(item, hide, depth + 1) for name, item in value.items()}
