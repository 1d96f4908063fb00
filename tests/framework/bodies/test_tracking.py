# pyright: reportInvalidTypeForm=false
# The models are parameters of the tests here, which type checkers cannot follow.
from __future__ import annotations

import copy
import dataclasses
import functools
import gc
import inspect
import pickle
import subprocess
import sys
import weakref
from dataclasses import dataclass
from typing import Any

import msgspec
import pydantic
import pytest
from msgspec.structs import replace as imported_replace

from biot_plugin import AdaptEntity, Event, Next, Plugin, PreRequest, Reject
from biot_plugin.bodies import tracking
from biot_plugin.testing import Client
from tests.framework.bodies.patients import BODY, CHART, CHARTS, PATIENTS, PydanticPatient, StructChart, edit, sent

HELD: dict[str, Any] = {
    "dict": imported_replace,
    "list": [imported_replace],
    "partial": functools.partial(imported_replace),
}


HELD_IN_A_TUPLE = (imported_replace,)


def enclose(function: Any) -> Any:
    return lambda value, **changes: function(value, **changes)


ENCLOSED = enclose(imported_replace)


class FrozenModel(pydantic.BaseModel, frozen=True):
    name: str
    visits: int = 0


class FrozenStruct(msgspec.Struct, frozen=True):
    name: str
    visits: int = 0


@dataclass(frozen=True)
class FrozenDataclass:
    name: str
    visits: int = 0


@dataclass(frozen=True, slots=True)
class FrozenSlots:
    name: str
    visits: int = 0


@dataclass(slots=True)
class Slots:
    name: str
    visits: int = 0


ALL: list[Any] = [FrozenModel, FrozenStruct, FrozenDataclass, FrozenSlots, Slots]


def renamed(value: Any, **changes: Any) -> Any:
    if isinstance(value, pydantic.BaseModel):
        return value.model_copy(update=changes)
    replace: Any = msgspec.structs.replace if isinstance(value, msgspec.Struct) else dataclasses.replace
    return replace(value, **changes)


@pytest.mark.parametrize("model", ALL)
def test_entities_that_are_copied_keep_what_they_carried(plugin: Plugin, model: Any) -> None:
    @plugin.adapt_entity("patient")
    def rename(event: AdaptEntity[model]) -> None:
        event.response.entities = [renamed(entity, name=entity.name.upper()) for entity in reversed(event.entities)]

    entities: list[dict[str, Any]] = [
        {"_id": "1", "name": "ada"},
        {"_id": "2", "name": "bob", "visits": 3},
        {"_id": "3", "name": ""},
    ]
    assert Client(plugin).adapt_entity("patient", entities=entities).response.entities == [
        {**entity, "name": entity["name"].upper()} for entity in reversed(entities)
    ]


@pytest.mark.parametrize("model", ALL)
@pytest.mark.parametrize("duplicate", [copy.copy, copy.deepcopy, lambda value: renamed(value, visits=0)])
def test_a_copied_body_keeps_what_it_carried(model: Any, duplicate: Any) -> None:
    body = {"name": "ada", "_id": 1}
    explicit = {"visits": 0} if duplicate not in (copy.copy, copy.deepcopy) else {}

    assert sent(model, body, duplicate) == {**body, **explicit}


@pytest.mark.skipif(not hasattr(copy, "replace"), reason="copy.replace came with Python 3.13")
@pytest.mark.parametrize("model", ALL)
def test_the_general_replace_is_known(model: Any) -> None:  # pragma: no cover  # Python 3.13 alone
    replace: Any = getattr(copy, "replace", None)
    body = {"name": "a", "x": 1}

    assert sent(model, body, lambda value: replace(value, visits=0)) == {**body, "visits": 0}


@pytest.mark.parametrize("holder", ["global", "dict", "list", "partial", "closure"])
def test_replace_is_known_wherever_it_was_imported_to(holder: str) -> None:
    def change(body: StructChart) -> None:
        functions: dict[str, Any] = {
            "global": imported_replace,
            "dict": HELD["dict"],
            "list": HELD["list"][0],
            "partial": HELD["partial"],
            "closure": ENCLOSED,
        }
        replace = functions[holder]
        body.contacts = [replace(contact, name="x") for contact in body.contacts]

    assert [contact["tel"] for contact in sent(StructChart, CHART, change)["contacts"]] == ["1", "2", "3"]


@pytest.mark.parametrize(("chart", "contact"), CHARTS)
def test_nothing_stays_in_the_container(plugin: Plugin, chart: Any, contact: Any) -> None:
    left: list[Any] = []

    @plugin.pre_request(PATIENTS)
    def fail(event: PreRequest[chart]) -> None:
        left.append(event.body)
        event.body.contacts.append(copy.copy(event.body.contacts[0]))
        raise Reject(403, "NO", "No") if event.headers["x-how"] == "reject" else ValueError

    client = Client(plugin)
    for how, status in (("reject", 403), ("fail", 500)):
        assert client.pre_request(PATIENTS, body=CHART, headers={"x-how": how}).status_code == status
        assert not tracking._tracked
    left[0].mrn = "after the event"
    copy.deepcopy(left[0])
    assert not tracking._tracked


def test_nothing_stays_of_a_handler_that_is_called_again(plugin: Plugin) -> None:
    @plugin.middleware
    def twice(event: Event, call_next: Next) -> None:
        call_next(event)
        call_next(event)

    @plugin.pre_request(PATIENTS)
    def visit(event: PreRequest[StructChart]) -> None:
        event.body.count += 1

    assert Client(plugin).pre_request(PATIENTS, body=CHART).request.body == {**CHART, "count": 1}
    assert not tracking._tracked


@pytest.mark.parametrize("does", ["read", "change", "copy"])
def test_what_was_read_is_freed_with_its_event(plugin: Plugin, does: str) -> None:
    """Without a search for garbage, which may be long in coming."""
    left: list[weakref.ref[Any]] = []

    @plugin.pre_request(PATIENTS)
    def handle(event: PreRequest[PydanticPatient]) -> None:
        left.append(weakref.ref(event.body))
        if does == "change":
            event.body.mrn = "8"
        if does == "copy":
            event.body = copy.deepcopy(event.body)

    gc.disable()
    try:
        assert Client(plugin).pre_request(PATIENTS, body=BODY).status_code == 200
        assert [reference() for reference in left] == [None]
    finally:
        gc.enable()


def test_two_events_do_not_know_each_others_objects(plugin: Plugin) -> None:
    """An object that outlives its event is a new one in the next."""
    left: list[Any] = []

    @plugin.pre_request(PATIENTS)
    def exchange(event: PreRequest[StructChart]) -> None:
        left.append(event.body.doctor)
        event.body.doctor = left[0]

    client = Client(plugin)
    assert client.pre_request(PATIENTS, body=CHART).request.body == CHART
    other = client.pre_request(PATIENTS, body={"doctor": {"name": "Other", "tel": "5"}}).request.body
    assert other == {"doctor": {"name": "Eve", "since": None, "visits": 0}}


def test_middleware_may_change_the_model_after_the_handler(plugin: Plugin) -> None:
    @plugin.middleware
    def count(event: Event, call_next: Next) -> None:
        call_next(event)
        assert isinstance(event, PreRequest)
        event.body.count = 0

    @plugin.pre_request(PATIENTS)
    def reverse(event: PreRequest[StructChart]) -> None:
        event.body.contacts.reverse()

    expected = {**CHART, "contacts": CHART["contacts"][::-1], "count": 0}
    assert Client(plugin).pre_request(PATIENTS, body=CHART).request.body == expected


@pytest.mark.parametrize("model", ALL)
def test_the_class_is_as_before(model: Any) -> None:
    before = (inspect.signature(model), model.__mro__, model.__eq__, model.__hash__, model.__repr__)
    one, other = model(name="a"), model(name="a")

    def look(body: Any) -> None:
        assert type(body) is model
        assert body == one
        assert repr(body) == repr(one)
        restored = pickle.loads(pickle.dumps(body))
        assert restored == body
        assert type(restored) is model
        assert copy.copy(body) == copy.deepcopy(body) == body
        if "Frozen" in model.__name__:
            assert hash(body) == hash(one)
            with pytest.raises((AttributeError, TypeError, pydantic.ValidationError)):
                body.name = "b"

    assert sent(model, {"name": "a", "x": 1}, look) == {"name": "a", "x": 1}
    assert (inspect.signature(model), model.__mro__, model.__eq__, model.__hash__, model.__repr__) == before
    assert one == other
    assert pickle.loads(pickle.dumps(one)) == one


class Checked(pydantic.BaseModel, validate_assignment=True):
    age: int = 0


def test_fields_set_and_validated_assignment_are_as_before() -> None:
    def change(body: Checked) -> None:
        assert body.model_fields_set == set()
        with pytest.raises(pydantic.ValidationError):
            body.age = "x"  # type: ignore[assignment]
        assert body.model_fields_set == set()

    assert sent(Checked, {"x": 1}, change) == {"x": 1}
    assert sent(Checked, {"x": 1}, edit(lambda body: setattr(body, "age", "0"))) == {"x": 1, "age": 0}


@dataclass
class Own:
    age: int

    def __setattr__(self, name: str, value: object) -> None:
        object.__setattr__(self, name, value)

    def __copy__(self) -> Own:
        return Own(self.age)


def test_a_class_may_have_methods_of_its_own() -> None:
    assert sent(Own, {"age": 1, "x": 1}, copy.copy) == {"age": 1, "x": 1}
    assert sent(Own, {"age": 1, "x": 1}, edit(lambda body: setattr(body, "age", 2))) == {"age": 2, "x": 1}


def test_what_a_tuple_holds_already_cannot_be_followed() -> None:
    """Its result is a new object, which is what it is to everybody else."""

    def change(body: StructChart) -> None:
        assert body.doctor
        body.doctor = HELD_IN_A_TUPLE[0](body.doctor, name="x")

    assert sent(StructChart, CHART, change)["doctor"] == {"name": "x", "since": None, "visits": 0}


@dataclass
class Exported:
    """Its copies are of another class, and carry nothing."""

    age: int
    other: Any = None

    def __reduce__(self) -> tuple[Any, ...]:
        return Own, (self.age,)


def test_a_copy_of_another_class_is_a_new_object() -> None:
    def change(body: Exported) -> None:
        body.other = copy.copy(body)

    assert sent(Exported, {"age": 1, "x": 1}, change) == {"age": 1, "x": 1, "other": {"age": 1}}


FROZEN = """
import dataclasses, gc
from dataclasses import replace
gc.freeze()
from biot_plugin import AdaptEntity, Plugin
from biot_plugin.testing import Client

@dataclasses.dataclass
class Patient:
    name: str

plugin = Plugin()

@plugin.adapt_entity("patient")
def handle(event: AdaptEntity[Patient]) -> None:
    event.entities = [replace(entity, name="b") for entity in event.entities]

frozen = gc.get_freeze_count()
print(Client(plugin).adapt_entity("patient", entities=[{"name": "a", "mrn": 1}]).response.entities, frozen > 0)
"""


def test_copies_by_a_function_that_was_frozen_before_are_noticed() -> None:
    run = subprocess.run([sys.executable, "-c", FROZEN], capture_output=True, text=True, check=True)
    assert run.stdout.splitlines()[-1] == "[{'name': 'b', 'mrn': 1}] True"
