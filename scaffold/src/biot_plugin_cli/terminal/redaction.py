"""Redaction of tokens and secrets in everything that is printed."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

__all__ = ["Secrets", "redact"]

#: What is secret in a text; the first group stays. What a plugin prints is untrusted, so each pattern takes time in
#: proportion to its length: a word of letters and hyphens is looked at once, from its beginning, and not again from
#: each `eyJ` in it. The framework's log and the emulator have the same patterns, and would take long to import.
SECRET_PATTERNS = (
    # As in a form, a query string, or a program's output of its settings; up to the word Bearer, which is next.
    r"(=(?i:(?<=authorization=)|(?<=jwt=)|(?<=password=)|(?<=passwd=)|(?<=secret=)|(?<=secretkey=)|(?<=secret[-_]key=)"
    r"|(?<=apikey=)|(?<=api[-_]key=)|(?<=cookie=)|(?<=cookies=)|(?<=token=)|(?<=signature=))(?=[^&\s]))"
    r"[^&\s]*?(?=(?i:bearer)?;?(?:[&\s]|$))",
    # What follows the word Bearer, up to a word that is or ends in Bearer itself.
    r"((?i:bearer)\s+(?=[^\s\"'\\,]))[^\s\"'\\,]*?(?=(?i:bearer)?(?:[\s\"'\\,]|$))",
    # As in JSON and Python, within texts too: up to the same quote; what follows the word Bearer has been hidden.
    r"((?i:authorization|jwt|password|passwd|secret(?:[-_]?key)?|api[-_]?key|cookies?|token)\\{0,3}[\"']\s?:\s?"
    r"(\\{0,3}[\"']))(?!(?i:bearer)\s)(?:(?!\2)(?:\\.|[^\n]))+",
    # As in a header.
    r"((?i:authorization):[ \t]?(?i:basic|token|apikey)[ \t]+(?=\S))\S+",
    # A password in an address.
    r"(://[^\s:/@\"']{0,200}:)[^\s/@\"']+(?=@)",
    # A JWT or JWE, whatever precedes it. Of several `eyJ` in a word, the first one has the most after it.
    r"(?<![\w-])(?=([\w-]*?)eyJ)\1eyJ(?:[\w-]{5,}\.{1,2}[\w-]|[\w-]{0,4}\.[\w-]+\.[\w-])[\w.-]*(?<!\.)",
)
*_OTHERS, _TOKEN = map(re.compile, SECRET_PATTERNS)
_PLACEHOLDER = "SIGN_ME"
_REDACTED = "…"
#: Nobody reads deeper, and what a plugin returns may be nested without end.
_MAX_DEPTH = 100
_TOO_DEEP = "<nested too deeply>"


def redact(text: str) -> str:
    """Redact in a text what looks like a secret: tokens, what follows the word Bearer, and values after their names."""
    for pattern in (*_OTHERS, _TOKEN):
        text = pattern.sub(rf"\1{_REDACTED}", text)
    return text


class Secrets:
    """The secrets of a run, which must not be printed.

    Args:
        tokens: The tokens signed for this run; printed as the placeholder that they replaced.
        secret_key: The secret of the local service user; empty when there is none.
        variables: The plugin's environment variables, of which some are secret.
        event: What the plugin receives, of which some fields are secret.
    """

    def __init__(
        self, tokens: Iterable[str], secret_key: str, variables: Mapping[str, str] | None = None, event: Any = None
    ) -> None:
        # The emulator is loaded where a plugin runs alone.
        from biot_emulator.security.known_secrets import KnownSecrets
        from biot_emulator.security.secret_values import named_secrets, secret_fields, secret_variables

        self._tokens = KnownSecrets(tokens, _PLACEHOLDER)
        fields = [(name, value) for name, value in secret_fields(event) if value != _PLACEHOLDER]
        named = [*named_secrets(variables or {}), *fields]
        values = (secret_key, *secret_variables(variables or {}), *(value for _, value in named))
        self._values = KnownSecrets(values, _REDACTED, named)

    def hide(self, text: str) -> str:
        """Redact secrets in a text: this run's tokens become the placeholder, everything else dots."""
        return _TOKEN.sub(rf"\1{_REDACTED}", self._hide_known(text))

    def hide_all(self, text: str) -> str:
        """Redact secrets in a text, whatever else follows the word Bearer, and values after names of secrets."""
        return redact(self._hide_known(text))

    def hide_lines(self, lines: Sequence[str]) -> list[str]:
        """Redact as `hide_all` in lines of output, also what reaches over the end of a line."""
        return [self.hide_all(line) for line in self._values.lines(self._tokens.lines(lines))]

    def hidden(self, value: Any) -> Any:
        """Redact as `hide` in all strings of a JSON value, and cut what is nested more than 100 levels deep."""
        return _copy(self._values(self._tokens(value)), self.hide, 0)

    def all_hidden(self, value: Any) -> Any:
        """Redact as `hide_all` in all strings of a JSON value, and cut what is nested more than 100 levels deep."""
        return _copy(self._values(self._tokens(value)), self.hide_all, 0)

    def _hide_known(self, text: str) -> str:
        return self._values.text(self._tokens.text(text))


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
