"""Redaction of tokens and secrets in everything that is printed."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
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
        variables: The plugin's environment variables, of which some are secret.
        event: What the plugin receives, of which some fields are secret.
    """

    def __init__(
        self, tokens: Iterable[str], secret_key: str, variables: Mapping[str, str] | None = None, event: Any = None
    ) -> None:
        # What imports this module for the patterns alone has not loaded the emulator.
        from biot_emulator.security.known_secrets import KnownSecrets
        from biot_emulator.security.secret_values import named_secrets, secret_fields, secret_variables

        self._tokens = KnownSecrets(tokens, _PLACEHOLDER)
        fields = [(name, value) for name, value in secret_fields(event) if value != _PLACEHOLDER]
        named = [*named_secrets(variables or {}), *fields]
        values = (secret_key, *secret_variables(variables or {}), *(value for _, value in named))
        self._values = KnownSecrets(values, _REDACTED, named)

    def hide(self, text: str) -> str:
        """Redact secrets in a text: this run's tokens become the placeholder, everything else dots."""
        return _JWT.sub(_REDACTED, self._values.text(self._tokens.text(text)))

    def hide_lines(self, lines: Sequence[str]) -> list[str]:
        """Redact secrets in lines of output, also those that reach over the end of a line."""
        return [self.hide_all(line) for line in self._values.lines(self._tokens.lines(lines))]

    def hide_all(self, text: str) -> str:
        """Redact tokens in a text, and whatever else follows the word Bearer."""
        return _BEARER.sub(rf"\1 {_REDACTED}", self.hide(text))

    def hidden(self, value: Any) -> Any:
        """Redact the secrets in all strings of a JSON value; everything else is unchanged."""
        return self._without_tokens(self._values(self._tokens(value)))

    def _without_tokens(self, value: Any) -> Any:
        if isinstance(value, str):
            return _JWT.sub(_REDACTED, value)
        if isinstance(value, list):
            return [self._without_tokens(item) for item in value]
        if isinstance(value, dict):
            return {self._without_tokens(name): self._without_tokens(item) for name, item in value.items()}
        return value
