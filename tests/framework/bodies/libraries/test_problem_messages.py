from __future__ import annotations

import enum
from typing import Annotated, Any, Literal

import msgspec
import pytest
from hypothesis import given, settings, strategies as st
from pydantic import BaseModel, Field, field_validator

from biot_plugin import Plugin, PreRequest
from biot_plugin.testing import Client

PATIENTS = "POST/organization/v1/users/patients"
SECRET = "Anna-Smith"


class Ward(enum.Enum):
    SOUTH = "south"


class Kind(msgspec.Struct, tag="kind"):
    pass


class OtherKind(msgspec.Struct, tag="other"):
    pass


class Struct(msgspec.Struct, forbid_unknown_fields=True):
    ward: Ward = Ward.SOUTH
    choice: Literal["a", "b"] = "a"
    pattern: Annotated[str, msgspec.Meta(pattern="^x$")] = "x"
    kind: Kind | OtherKind = msgspec.field(default_factory=Kind)
    counts: dict[int, int] = {}
    age: int = 0
    checked: str = ""

    def __post_init__(self) -> None:
        if self.checked:
            raise ValueError(f"Invalid {self.checked}")


class PydanticKind(BaseModel):
    type: Literal["kind"]


class OtherPydanticKind(BaseModel):
    type: Literal["other"]


class Pydantic(BaseModel):
    ward: Ward = Ward.SOUTH
    choice: Literal["a", "b"] = "a"
    pattern: Annotated[str, Field(pattern="^x$")] = "x"
    kind: Annotated[PydanticKind | OtherPydanticKind, Field(discriminator="type")] = PydanticKind(type="kind")
    age: int = 0
    checked: str = ""

    @field_validator("checked")
    @classmethod
    def check(cls, value: str) -> str:
        if value:
            raise ValueError(f"{value} is not known here")
        return value


def problems(model: Any, body: dict[str, Any]) -> list[dict[str, str]]:
    plugin = Plugin()

    def handler(event: Any) -> None: ...

    handler.__annotations__ = {"event": PreRequest[model]}
    plugin.pre_request(PATIENTS)(handler)
    reply = Client(plugin).pre_request(PATIENTS, body=body)
    assert reply.error is not None
    assert (reply.status_code, reply.error.code) == (400, "INVALID_BODY")
    errors: list[dict[str, str]] = reply.error.details["errors"]
    return errors


@pytest.mark.parametrize("model", [Struct, Pydantic])
@pytest.mark.parametrize("field", ["ward", "choice", "pattern", "age", "checked"])
def test_a_problem_names_its_path_and_never_the_value(model: Any, field: str) -> None:
    (problem,) = problems(model, {field: SECRET})
    assert SECRET not in problem["message"]
    assert problem["path"] in (field, "")  # msgspec does not say where a check of the whole failed


@pytest.mark.parametrize("model", [Struct, Pydantic])
def test_the_tag_of_a_union_is_a_value(model: Any) -> None:
    (problem,) = problems(model, {"kind": {"type": SECRET}})
    assert SECRET not in str(problem)


def test_messages_that_are_made_of_the_model_are_passed_on() -> None:
    assert problems(Struct, {"age": SECRET}) == [{"path": "age", "message": "Expected `int`, got `str`"}]
    (problem,) = problems(Pydantic, {"ward": SECRET})
    assert problem == {"path": "ward", "message": "Input should be 'south'"}


def test_the_path_of_a_key_is_that_of_its_object() -> None:
    (problem,) = problems(Struct, {"counts": {SECRET: 1}})
    assert problem == {"path": "counts", "message": "Expected `int`, got `str`"}


@given(
    text=st.text(st.characters(codec="utf-8", exclude_categories=["Nd", "Nl", "No"]), min_size=12),
    model=st.sampled_from([Struct, Pydantic]),
)
@settings(max_examples=50, deadline=None)
def test_no_text_comes_back(text: str, model: Any) -> None:
    text = f"☃{text}"  # Which no message of a library's has.
    for field in ("ward", "choice", "age", "checked"):
        assert text not in str([problem["message"] for problem in problems(model, {field: text})])
