"""JSON in the form of a model, computed when it is needed and once."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from biot_plugin.bodies.unwritable import Unwritable


class Form:
    """The JSON that a model's library makes of a value.

    Args:
        compute: Makes the JSON.
        is_number: Whether a decimal number is a number in JSON, and not text.
    """

    __slots__ = ("_compute", "_json", "is_number")

    def __init__(self, compute: Callable[[], Any], is_number: bool = False) -> None:
        self._compute: Callable[[], Any] | None = compute
        self._json: Any = None
        self.is_number = is_number

    def __call__(self) -> Any:
        """Return the JSON."""
        if self._compute is not None:
            try:
                self._json, self._compute = self._compute(), None
            except Unwritable as error:
                error.is_of_field = True
                raise
        return self._json

    def element(self, key: Any, value: Any, is_number: bool | None = None) -> Form:
        """Return the form of an element; what the library leaves out is JSON already."""

        def compute() -> Any:
            json = self()
            return json[key] if not isinstance(json, dict) or key in json else value

        return Form(compute, self.is_number if is_number is None else is_number)

    def of_leaf(self, value: Any) -> Any:
        """Return the JSON of a value without elements."""
        return _to_number(value) if self.is_number and type(value) is Decimal else self()


def _to_number(value: Decimal) -> int | float:
    if value == value.to_integral_value() and value.as_tuple().exponent == 0:
        return int(value)
    number = float(value)
    if Decimal(repr(number)) != value:
        raise Unwritable("the number has more digits than can be sent as a number: round it")
    return number
