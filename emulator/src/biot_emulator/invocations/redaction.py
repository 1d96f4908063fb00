"""Takes out what nobody may read later: tokens and secrets."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

__all__ = ["Redaction"]

_HIDDEN = "<hidden>"
_TOKEN = re.compile(r"\beyJ[\w-]*\.[\w-]+\.[\w-]+")
_SECRETIVE = r"authorization|jwt|password|passwd|secret|secret[-_]?key|api[-_]?key|cookies?|token"
_NAME = re.compile(rf".*({_SECRETIVE})", re.IGNORECASE | re.DOTALL)
# As in a form, a query string, or the account that a program gives of its settings.
_PAIR = re.compile(rf"(?i)\b([\w-]*(?:{_SECRETIVE})=)[^&\s]+")


class Redaction:
    """Copies JSON values without tokens, and without what is named after secrets.

    Args:
        secrets: Texts that are secret wherever they stand.
    """

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        self._secrets = [secret for secret in secrets if secret]

    def __call__(self, value: Any) -> Any:
        """Copy a value."""
        if isinstance(value, str):
            return self._text(value)
        if isinstance(value, list | tuple):
            return [self(one) for one in value]
        if isinstance(value, dict):
            return {name: _HIDDEN if _is_secret(name, one) else self(one) for name, one in value.items()}
        return value

    def _text(self, text: str) -> str:
        for secret in self._secrets:
            text = text.replace(secret, _HIDDEN)
        return _PAIR.sub(rf"\g<1>{_HIDDEN}", _TOKEN.sub(_HIDDEN, text))


def _is_secret(name: str, value: Any) -> bool:
    """Whether a field is named after a secret; how long it is good for, and the like, may be read."""
    return isinstance(value, str | list) and _NAME.fullmatch(name) is not None
