"""Takes out of what is shown what must not be: tokens, secrets, and what would control the terminal."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from biot_emulator.invocations.redaction import Redaction
    from biot_plugin_cli.terminal.redaction import Secrets

__all__ = ["Privacy"]


class Privacy:
    """Redacts events of a log.

    Args:
        variables: The plugin's environment variables, of which some are secret.
    """

    def __init__(self, variables: Mapping[str, str] | None = None) -> None:
        self._variables = variables or {}

    def text(self, text: str) -> str:
        """Redact what was logged at once; what has no secret stays as it came."""
        document = _parse(text)
        if document is None:
            return self._secrets.hide_all(text)
        hidden = self._secrets.all_hidden(self._by_name(document))
        shown = text if hidden == document else json.dumps(hidden)
        return self._secrets.hide_all(shown)

    def document(self, document: Mapping[str, Any]) -> dict[str, Any]:
        """Redact an event as it came."""
        return {
            name: self.text(value) if isinstance(value, str) else self._secrets.all_hidden(value)
            for name, value in document.items()
        }

    @cached_property
    def _secrets(self) -> Secrets:
        from biot_plugin_cli.terminal.redaction import Secrets

        return Secrets((), "", self._variables)

    @cached_property
    def _by_name(self) -> Redaction:
        from biot_emulator.invocations.redaction import Redaction

        return Redaction()


def _parse(text: str) -> Any:
    if not text.lstrip().startswith(("{", "[")):
        return None
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None
