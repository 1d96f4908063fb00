"""Reads the fields of a request's body, and says what is wrong with them."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import Any

from biot_emulator.api import Call
from biot_emulator.errors import BadRequest

__all__ = ["Fields", "uuid_variable"]

_GREATEST = 2**31 - 1


class Fields:
    """The fields of a body. A field that is null is one that is missing.

    Args:
        body: The body, a JSON object.
    """

    def __init__(self, body: dict[str, Any]) -> None:
        self._body = body

    def present(self, *names: str) -> list[str]:
        """Those of the names that the body has a value for."""
        return [name for name in names if self._body.get(name) is not None]

    def text(self, name: str, *, most: int | None = None) -> str:
        """A mandatory text of at least one character. Raises BadRequest."""
        value = self.optional_text(name, most=most)
        if not value:
            raise BadRequest(f"The field [{name}] is mandatory")
        return value

    def optional_text(self, name: str, *, most: int | None = None) -> str | None:
        """A text. Raises BadRequest."""
        value = self._body.get(name)
        if value is not None and not isinstance(value, str):
            raise BadRequest(f"The field [{name}] must be text")
        if value is not None and most is not None and len(value) > most:
            raise BadRequest(f"The field [{name}] must be of at most {most} characters")
        return value

    def uuid(self, name: str) -> str:
        """A mandatory UUID. Raises BadRequest."""
        return _uuid(self.text(name), f"The field [{name}]")

    def choice(self, name: str, choices: Sequence[str]) -> str:
        """A mandatory text that is one of these. Raises BadRequest."""
        value = self.text(name)
        if value not in choices:
            raise BadRequest(f"The field [{name}] must be one of {', '.join(choices)}")
        return value

    def boolean(self, name: str) -> bool:
        """True or false. Raises BadRequest."""
        value = self._body.get(name)
        if not isinstance(value, bool):
            raise BadRequest(f"The field [{name}] must be true or false")
        return value

    def integer(self, name: str) -> int:
        """A whole number from 1. Raises BadRequest."""
        value = self._body.get(name)
        if not isinstance(value, int) or isinstance(value, bool) or not 1 <= value <= _GREATEST:
            raise BadRequest(f"The field [{name}] must be a whole number from 1 to {_GREATEST}")
        return value

    def texts(self, name: str) -> dict[str, str]:
        """Texts by name; none where the field is missing. Raises BadRequest."""
        value = self._body.get(name)
        if value is None:
            return {}
        if not isinstance(value, dict) or not all(isinstance(one, str) for one in value.values()):
            raise BadRequest(f"The field [{name}] must be an object of texts")
        return value


def uuid_variable(call: Call, name: str) -> str:
    """A path variable that is a UUID. Raises BadRequest."""
    return _uuid(call.variables[name], f"The path variable [{name}]")


def _uuid(value: str, what: str) -> str:
    try:
        return str(uuid.UUID(value))
    except ValueError:
        raise BadRequest(f"{what} must be a UUID") from None
