from __future__ import annotations

from typing import Annotated, Any, Literal, get_args

from biot_plugin import attributes
from biot_plugin.attributes import Attribute, Choice, UnknownChoice


def test_a_choice_is_any_text_that_knows_its_options() -> None:
    choice: Any = Choice
    assert choice[Literal["I", "II"]] == Annotated[str, Attribute("SINGLE_SELECT", choices=("I", "II"))]
    assert UnknownChoice("III") == "III"


def test_every_type_is_text_with_a_note() -> None:
    for name in {*attributes.__all__} - {"Attribute", "Choice", "UnknownChoice"}:
        plain, note = get_args(getattr(attributes, name))
        assert plain is str and note.type == ("DATE_TIME" if name == "DateTime" else name.upper())
