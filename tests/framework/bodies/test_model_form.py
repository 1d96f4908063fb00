from __future__ import annotations

from decimal import Decimal

import pytest

from biot_plugin.bodies.model_form import Form
from biot_plugin.bodies.unwritable import Unwritable


def test_json_is_computed_once_and_only_where_it_is_needed() -> None:
    computed: list[int] = []

    def compute() -> list[int]:
        computed.append(1)
        return [1, 2]

    form = Form(compute)
    elements = [form.element(0, None), form.element(1, None)]
    assert not computed
    assert [element() for element in elements] == [1, 2]
    assert len(computed) == 1


@pytest.mark.parametrize(
    ("decimal", "number"),
    [("5", 5), ("5.0", 5.0), ("0.1", 0.1), ("1E+2", 100.0), ("-12345678901234567890", -12345678901234567890)],
)
def test_a_decimal_is_a_number_without_loss(decimal: str, number: float) -> None:
    json = Form(lambda: decimal, is_number=True).of_leaf(Decimal(decimal))
    assert (json, type(json)) == (number, type(number))
    assert Form(lambda: decimal).of_leaf(Decimal(decimal)) == decimal


def test_digits_are_never_lost() -> None:
    with pytest.raises(Unwritable, match="more digits"):
        Form(lambda: None, is_number=True).of_leaf(Decimal("0.12345678901234567890"))
