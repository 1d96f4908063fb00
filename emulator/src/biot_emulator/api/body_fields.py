"""Reads and validates the fields of a request's body."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Sequence
from typing import Any

from biot_emulator.api.call import Call
from biot_emulator.api.errors import ApiError, BadRequest

__all__ = ["Fields", "uuid_variable"]

_GREATEST = 2**31 - 1


class Fields:
    """The fields of a body. A field that is null counts as missing.

    Args:
        body: The body, a JSON object.
        error: Raised for a field that is not valid.
        within: The name of the field that has these fields, followed by a dot; empty for the body itself.
    """

    def __init__(self, body: dict[str, Any], error: type[ApiError] = BadRequest, within: str = "") -> None:
        self._body = body
        self._error = error
        self._within = within

    def present(self, *names: str) -> list[str]:
        """Return those of the names that have a value."""
        return [name for name in names if self._body.get(name) is not None]

    def has(self, name: str) -> bool:
        """Whether the body has the field, even if it is null."""
        return name in self._body

    def value(self, name: str) -> Any:
        """Return a value of any type; None where it is missing."""
        return self._body.get(name)

    def wrong(self, name: str, expected: str) -> ApiError:
        """Return the error for a field that is not valid."""
        return self._error(f"The field [{self._within}{name}] {expected}")

    def text(self, name: str, *, most: int | None = None) -> str:
        """Return a mandatory text of at least one character."""
        value = self.optional_text(name, most=most)
        if not value:
            raise self.wrong(name, "is mandatory")
        return value

    def optional_text(self, name: str, *, most: int | None = None) -> str | None:
        """Return a text; None where it is missing."""
        value = self._body.get(name)
        if value is not None and not isinstance(value, str):
            raise self.wrong(name, "must be text")
        if value is not None and most is not None and len(value) > most:
            raise self.wrong(name, f"must be of at most {most} characters")
        return value

    def uuid(self, name: str) -> str:
        """Return a mandatory UUID."""
        value = self.text(name)
        try:
            return str(uuid.UUID(value))
        except ValueError:
            raise self.wrong(name, "must be a UUID") from None

    def choice(self, name: str, choices: Sequence[str]) -> str:
        """Return a mandatory text that is one of these."""
        value = self.text(name)
        if value not in choices:
            raise self.wrong(name, f"must be one of {', '.join(choices)}")
        return value

    def boolean(self, name: str) -> bool:
        """Return a mandatory truth value."""
        value = self._body.get(name)
        if not isinstance(value, bool):
            raise self.wrong(name, "must be true or false")
        return value

    def integer(self, name: str, least: int = 1, most: int = _GREATEST) -> int:
        """Return a mandatory whole number; the platform accepts it as text too."""
        value = self._body.get(name)
        if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) <= len(str(most)):
            value = int(value)
        if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
            raise self.wrong(name, f"must be a whole number from {least} to {most}")
        return value

    def texts(self, name: str) -> dict[str, str]:
        """Return texts by name; none where the field is missing."""
        value = self._body.get(name)
        if value is None:
            return {}
        if not isinstance(value, dict) or not all(isinstance(text, str) for text in value.values()):
            raise self.wrong(name, "must be an object of texts")
        return value

    def list_of_texts(self, name: str) -> list[str]:
        """Return a mandatory list of texts."""
        value = self._body.get(name)
        if not isinstance(value, list) or not all(isinstance(text, str) for text in value):
            raise self.wrong(name, "must be a list of texts")
        return value

    def inner(self, name: str) -> Fields:
        """Return the fields of an object; none where it is missing."""
        value = self._body.get(name)
        if value is not None and not isinstance(value, dict):
            raise self.wrong(name, "must be an object")
        return Fields(value or {}, self._error, f"{self._within}{name}.")

    def each(self, name: str) -> Iterator[Fields]:
        """Yield the fields of each object in a mandatory list."""
        value = self._body.get(name)
        if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
            raise self.wrong(name, "must be a list of objects")
        for index, item in enumerate(value):
            yield Fields(item, self._error, f"{self._within}{name}[{index}].")


def uuid_variable(call: Call, name: str) -> str:
    """Return a path variable that is a UUID. Raises BadRequest."""
    try:
        return str(uuid.UUID(call.variables[name]))
    except ValueError:
        raise BadRequest(f"The path variable [{name}] must be a UUID") from None
