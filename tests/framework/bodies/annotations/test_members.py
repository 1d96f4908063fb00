from __future__ import annotations

from dataclasses import dataclass, field
from typing import Annotated, Any

import msgspec
import pydantic
import pytest
from typing_extensions import NotRequired, Required, TypedDict

from biot_plugin.bodies.annotations.members import Member, members_of


class Typed(TypedDict, total=False):
    mrn: Required[Annotated[str, "note"]]
    other: int


class Total(TypedDict):
    mrn: Annotated[str, "note"]
    other: NotRequired[int]


class Struct(msgspec.Struct):
    own: Annotated[str, "note"] = msgspec.field(name="mrn")
    other: int = 0


class Model(pydantic.BaseModel):
    own: Annotated[str, "note"] = pydantic.Field(alias="mrn")
    other: int = 0


@dataclass
class Data:
    mrn: Annotated[str, "note"]
    other: int = 0
    more: list[int] = field(default_factory=list)


@pytest.mark.parametrize("model", [Typed, Total, Struct, Model, Data])
def test_members_have_their_keys_and_all_notes(model: Any) -> None:
    first, second = members_of(model)[:2]
    assert first == Member(first.name, "mrn", Annotated[str, "note"], True)
    assert second == Member("other", "other", int, False)


def test_what_is_no_model_has_no_members() -> None:
    assert members_of(int) == members_of(dict[str, Any]) == []
