"""Takes tokens and secrets out of what is recorded."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

__all__ = ["Redaction"]

_HIDDEN = "<hidden>"
_TOKEN = re.compile(r"\beyJ[\w-]*\.[\w-]+\.[\w-]+")
_SECRETIVE = r"authorization|jwt|password|passwd|secret|secret[-_]?key|api[-_]?key|cookies?|token"
_NAME = re.compile(rf".*({_SECRETIVE})", re.IGNORECASE | re.DOTALL)
# As in a form, a query string, or a program's output of its settings.
_PAIR = re.compile(rf"(?i)\b([\w-]*(?:{_SECRETIVE})=)[^&\s]+")


class Redaction:
    """Copies JSON values without tokens, and without fields whose names say that they are secret.

    Args:
        secrets: Texts that are secret wherever they occur.
    """

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        self._secrets = [secret for secret in secrets if secret]

    def __call__(self, value: Any) -> Any:
        """Copy a value."""
        if isinstance(value, str):
            return self._text(value)
        if isinstance(value, list | tuple):
            return [self(item) for item in value]
        if isinstance(value, dict):
            return {name: _HIDDEN if _is_secret(name, item) else self(item) for name, item in value.items()}
        return value

    def _text(self, text: str) -> str:
        for secret in self._secrets:
            text = text.replace(secret, _HIDDEN)
        return _PAIR.sub(rf"\g<1>{_HIDDEN}", _TOKEN.sub(_HIDDEN, text))


def _is_secret(name: str, value: Any) -> bool:
    """Whether a field's name says that it is secret; numbers, such as how long a token is valid, may be read."""
    return isinstance(value, str | list) and _NAME.fullmatch(name) is not None
