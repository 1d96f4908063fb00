from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any, Literal

import msgspec
import pydantic
import pytest
from typing_extensions import Required, TypedDict

from biot_plugin import DirectCall, Plugin, UnexpectedAnswer
from biot_plugin.attributes import Choice
from biot_plugin.testing import Client, FakeApi

PATH = "/organization/v1/users/patients"


class Typed(TypedDict, total=False):
    mrn: Required[str]
    stage: Choice[Literal["I", "II"]] | None


class Struct(msgspec.Struct):
    mrn: str
    stage: Choice[Literal["I", "II"]] | None = None


class Model(pydantic.BaseModel):
    mrn: str
    stage: Choice[Literal["I", "II"]] | None = None


@dataclass
class Data:
    mrn: str
    stage: Annotated[str, "note"] | None = None


def run(call: Any, api: FakeApi) -> Any:
    """What a handler gets that makes a call."""
    plugin, results = Plugin(), []

    @plugin.endpoint(public=True)
    def handle(event: DirectCall) -> None:
        try:
            results.append(call(event.biot))
        except Exception as error:
            results.append(error)

    Client(plugin, api=api).direct(token=None)
    return results[0]


@pytest.mark.parametrize("model", [Typed, Struct, Model, Data])
@pytest.mark.parametrize("method", ["get", "post", "put", "patch"])
def test_an_answer_is_a_value_of_the_type(model: Any, method: str) -> None:
    api = FakeApi()
    getattr(api, method)(f"{PATH}/7", answer={"mrn": "7", "more": 1})
    value = run(lambda biot: getattr(biot, method)(f"{PATH}/7", as_=model), api)
    assert value == {"mrn": "7", "more": 1} if model is Typed else value == model(mrn="7")


def test_the_entities_of_a_search_are_values_of_the_type() -> None:
    api = FakeApi()
    api.search(PATH, [Struct(mrn=str(number)) for number in range(5)])
    values = run(lambda biot: [*biot.search(PATH, page_size=2, as_=Struct)], api)
    assert values == [Struct(mrn=str(number)) for number in range(5)]


@pytest.mark.parametrize("answer", [{"mrn": 7}, {}, None, [1]])
def test_an_answer_that_does_not_match_is_an_error_without_its_values(answer: Any) -> None:
    api = FakeApi()
    api.get(f"{PATH}/7", answer=answer)
    error = run(lambda biot: biot.get(f"{PATH}/7", as_=Struct), api)
    assert isinstance(error, UnexpectedAnswer)
    assert str(error).startswith(f"GET {PATH}/7: answered 200, which does not match Struct: ")
    assert error.status == 200 and error.trace_id


def test_an_entity_that_does_not_match_is_an_error() -> None:
    api = FakeApi()
    api.search(PATH, [{"mrn": "1"}, {"mrn": None}])
    assert "does not match Typed: mrn" in str(run(lambda biot: [*biot.search(PATH, as_=Typed)], api))


def test_what_is_no_model_is_a_mistake_before_the_call() -> None:
    api = FakeApi()
    stub = api.get(f"{PATH}/7", answer={})
    assert isinstance(run(lambda biot: biot.get(f"{PATH}/7", as_=int), api), TypeError)
    assert isinstance(run(lambda biot: biot.search(PATH, as_=int), api), TypeError)
    assert stub.calls == []


def test_choices_that_the_type_does_not_know_are_logged_by_place(capsys: pytest.CaptureFixture[str]) -> None:
    api = FakeApi()
    api.get(f"{PATH}/7", answer={"mrn": "7", "stage": "III"})
    assert run(lambda biot: biot.get(f"{PATH}/7", as_=Model), api).stage == "III"
    log = capsys.readouterr().out
    assert "stage has a choice that the plugin's types do not know" in log
    assert "III" not in log


@pytest.mark.parametrize("value", [Struct(mrn="7"), Model(mrn="7"), Data(mrn="7")])
def test_values_of_models_are_sent(value: Any) -> None:
    api = FakeApi()
    stub = api.post(PATH)
    run(lambda biot: biot.post(PATH, json=value), api)
    assert stub.calls[0].json == {"mrn": "7", "stage": None}


def test_what_has_no_json_is_not_sent() -> None:
    api = FakeApi()
    stub = api.post(PATH)
    assert isinstance(run(lambda biot: biot.post(PATH, json=object()), api), TypeError)
    broken = Struct(mrn=object())  # type: ignore[arg-type]
    error = run(lambda biot: biot.post(PATH, json=broken), api)
    assert isinstance(error, TypeError)
    assert "the body is a Struct that cannot be sent" in str(error)
    assert stub.calls == []
