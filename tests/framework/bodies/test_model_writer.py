from __future__ import annotations

import copy
import dataclasses
from collections.abc import Callable
from datetime import date, datetime, timezone
from decimal import Decimal
from typing import Any

import msgspec
import pydantic
import pytest

from biot_plugin import AdaptEntity, Plugin
from biot_plugin.testing import Client
from tests.framework.bodies.patients import BODY, CHART, CHARTS, PydanticPatient, StructPatient, edit, send, sent

ZOE, ADA, BOB = CHART["contacts"]
EVE, TOM, ANN = CHART["doctor"], CHART["by_role"]["son"], CHART["by_role"]["aunt"]

every_library = pytest.mark.parametrize(("chart", "contact"), CHARTS)


def by_name(contact: Any) -> Any:
    return contact.name


@every_library
@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (lambda body: body.contacts.sort(key=by_name), {"contacts": [ADA, BOB, ZOE]}),
        (lambda body: body.contacts.reverse(), {"contacts": [BOB, ADA, ZOE]}),
        (lambda body: body.contacts.pop(0), {"contacts": [ADA, BOB]}),
        (lambda body: body.contacts.clear(), {"contacts": []}),
        (lambda body: body.contacts.append(body.contacts[0]), {"contacts": [ZOE, ADA, BOB, ZOE]}),
        (
            lambda body: body.contacts.append(body.by_role.pop("son")),
            {"contacts": [ZOE, ADA, BOB, TOM], "by_role": {"aunt": ANN}},
        ),
        (lambda body: setattr(body, "contacts", sorted(body.contacts, key=by_name)), {"contacts": [ADA, BOB, ZOE]}),
        (lambda body: setattr(body, "contacts", [body.doctor, *body.contacts]), {"contacts": [EVE, ZOE, ADA, BOB]}),
        (lambda body: setattr(body, "doctor", body.contacts.pop()), {"doctor": BOB, "contacts": [ZOE, ADA]}),
        (lambda body: setattr(body, "doctor", None), {"doctor": None}),
        (lambda body: body.by_role.update(uncle=body.by_role.pop("son")), {"by_role": {"aunt": ANN, "uncle": TOM}}),
        (
            lambda body: body.by_role.update(son=body.by_role["aunt"], aunt=body.by_role["son"]),
            {"by_role": {"son": ANN, "aunt": TOM}},
        ),
        (lambda body: body.days.sort(), {"days": CHART["days"][::-1]}),
        (lambda body: body.days.pop(0), {"days": CHART["days"][1:]}),
    ],
)
def test_what_was_read_keeps_its_json_wherever_it_stands(
    chart: Any, contact: Any, change: Callable[[Any], object], expected: dict[str, Any]
) -> None:
    assert sent(chart, CHART, edit(change)) == {**CHART, **expected}


@every_library
def test_fields_are_swapped_with_all_that_they_have(chart: Any, contact: Any) -> None:
    def swap(body: Any) -> None:
        body.doctor, body.contacts[1] = body.contacts[1], body.doctor

    assert sent(chart, CHART, swap) == {**CHART, "doctor": ADA, "contacts": [ZOE, EVE, BOB]}


@every_library
def test_of_two_alike_the_other_stays(chart: Any, contact: Any) -> None:
    twins = [{"name": "Ann", "tel": "1"}, {"name": "Ann", "tel": "2"}]

    assert sent(chart, {"contacts": twins}, edit(lambda body: body.contacts.pop(0))) == {"contacts": twins[1:]}


@every_library
def test_a_new_element_has_nothing_but_itself(chart: Any, contact: Any) -> None:
    new = {"name": "new", "since": None, "visits": 0}

    def replace(body: Any) -> None:
        body.contacts[0] = contact(name="new")
        body.doctor = contact(name="new")
        body.by_role["son"] = contact(name="new")

    assert sent(chart, CHART, replace) == {
        **CHART,
        "contacts": [new, ADA, BOB],
        "doctor": new,
        "by_role": {"son": new, "aunt": ANN},
    }


@every_library
def test_all_may_change_when_one_is_added(chart: Any, contact: Any) -> None:
    def change(body: Any) -> None:
        for element in body.contacts:
            element.visits += 1
        body.contacts.append(contact(name="new"))

    assert sent(chart, CHART, change)["contacts"] == [
        {**ZOE, "visits": 1},
        {**ADA, "visits": 1},
        {**BOB, "visits": 1},
        {"name": "new", "since": None, "visits": 0},
    ]


def _update(original: Any, **changes: Any) -> Any:
    if isinstance(original, pydantic.BaseModel):
        return original.model_copy(update=changes)
    replace: Any = msgspec.structs.replace if isinstance(original, msgspec.Struct) else dataclasses.replace
    return replace(original, **changes)


@every_library
@pytest.mark.parametrize("copy_of", [copy.copy, copy.deepcopy, _update, lambda value: copy.copy(copy.deepcopy(value))])
def test_a_copy_has_what_its_original_carried(chart: Any, contact: Any, copy_of: Callable[[Any], Any]) -> None:
    def change(body: Any) -> None:
        body.contacts = [copy_of(element) for element in body.contacts]
        body.doctor = copy_of(body.doctor)
        body.doctor.name = "Eva"

    assert sent(chart, CHART, change) == {**CHART, "doctor": {**EVE, "name": "Eva"}}


@every_library
def test_a_copy_may_replace_all_values(chart: Any, contact: Any) -> None:
    """Nothing of the original is left in it by which anybody could recognise it."""

    def change(body: Any) -> None:
        body.contacts = [_update(element, name="x", since=None, visits=0) for element in body.contacts]

    assert sent(chart, CHART, change)["contacts"] == [
        {**element, "name": "x", "since": None, "visits": 0} for element in CHART["contacts"]
    ]


@every_library
def test_a_copy_of_a_changed_object_is_changed(chart: Any, contact: Any) -> None:
    def change(body: Any) -> None:
        body.doctor.visits = 0
        body.contacts.append(copy.copy(body.doctor))

    assert sent(chart, CHART, change)["contacts"][-1] == {**EVE, "visits": 0}


@every_library
def test_an_assigned_value_is_written_even_if_it_is_the_default(chart: Any, contact: Any) -> None:
    def change(body: Any) -> None:
        body.count = 0
        body.contacts[0].visits = 0
        body.doctor.since = body.doctor.since

    assert sent(chart, CHART, change) == {
        **CHART,
        "count": 0,
        "contacts": [{**ZOE, "visits": 0}, ADA, BOB],
        "doctor": {**EVE, "since": None},
    }


class Stripped(pydantic.BaseModel, str_strip_whitespace=True):
    mrn: str
    age: int = 0
    tags: list[str] = []
    born: datetime | None = None
    absent: str = "default"


UNCLEAN = {"mrn": " 7 ", "age": "40", "tags": [" a "], "born": "2020-01-01T00:00:00.1Z", "unnamed": " x "}
CLEAN = {**UNCLEAN, "mrn": "7", "age": 40, "tags": ["a"]}


@pytest.mark.parametrize(
    ("handle", "expected"),
    [
        (lambda body: None, UNCLEAN),
        (edit(lambda body: setattr(body, "mrn", body.mrn)), {**UNCLEAN, "mrn": "7"}),
        (edit(lambda body: setattr(body, "mrn", body.mrn.strip())), {**UNCLEAN, "mrn": "7"}),
        (edit(lambda body: setattr(body, "tags", body.tags)), {**UNCLEAN, "tags": ["a"]}),
        (lambda body: body, CLEAN),
        (lambda body: body.model_copy(), CLEAN),
        (
            lambda body: body.model_copy(update={"age": 41, "absent": "default"}),
            {**CLEAN, "age": 41, "absent": "default"},
        ),
        (
            lambda body: Stripped(mrn=body.mrn),
            {"mrn": "7", "age": 0, "tags": [], "born": None, "absent": "default", "unnamed": " x "},
        ),
        (lambda body: {"mrn": body.mrn}, {"mrn": "7"}),
    ],
)
def test_what_validation_changed_is_written_if_it_is_assigned_or_returned(
    handle: Callable[[Any], Any], expected: dict[str, Any]
) -> None:
    assert sent(Stripped, UNCLEAN, handle) == expected


def test_what_validation_changed_is_written_on_demand() -> None:
    normalized = {**CLEAN, "born": "2020-01-01T00:00:00.100000Z"}

    assert sent(Stripped, UNCLEAN, lambda body: None, normalize=True) == normalized


@pytest.mark.parametrize("model", [PydanticPatient, StructPatient])
def test_an_untouched_body_goes_back_exactly_as_it_came(model: Any) -> None:
    assert sent(model, BODY, edit(lambda body: body.tags == [])) == BODY


@pytest.mark.parametrize("model", [PydanticPatient, StructPatient])
def test_a_default_that_the_model_fills_in_is_no_change(model: Any) -> None:
    body = {"mrn": "7", "_name": {"firstName": "Ada"}}

    assert sent(model, body, edit(lambda value: value.tags == [])) == body
    assert sent(model, body, edit(lambda value: value.tags.append("new"))) == {**body, "tags": ["new"]}


class OptionalRecordNumber(msgspec.Struct, omit_defaults=True):
    mrn: str | None = None
    visits: int = 0
    beds: int | None = 1
    wards: set[str] | None = None


def test_a_struct_that_leaves_out_defaults_leaves_out_none_alone() -> None:
    def forget(body: OptionalRecordNumber) -> None:
        body.mrn = None
        body.visits = 0
        body.beds = None
        body.wards = None

    body = {"mrn": "7", "visits": 3, "x": 1, "wards": ["b", "a"]}
    assert sent(OptionalRecordNumber, body, forget) == {"visits": 0, "x": 1, "beds": None}


class Unset(msgspec.Struct):
    mrn: str | msgspec.UnsetType = msgspec.UNSET


def test_a_field_may_be_removed() -> None:
    assert sent(Unset, {"mrn": "7", "x": 1}, edit(lambda body: setattr(body, "mrn", msgspec.UNSET))) == {"x": 1}
    assert sent(Stripped, {"mrn": "7", "age": 4}, edit(lambda body: delattr(body, "age"))) == {"mrn": "7"}


@pytest.mark.parametrize("name", ["contacts", "days"])
@pytest.mark.parametrize(("chart", "_contact"), CHARTS)
def test_that_a_field_was_deleted_is_noticed_wherever_it_stands(chart: Any, _contact: Any, name: str) -> None:
    rest = {key: value for key, value in CHART.items() if key != name}
    assert sent(chart, CHART, edit(lambda body: delattr(body, name))) == rest


class PydanticAmounts(pydantic.BaseModel):
    amount: Decimal = Decimal(0)
    amounts: list[Decimal] = []


class StructAmounts(msgspec.Struct):
    amount: Decimal = Decimal(0)
    amounts: list[Decimal] = []


@pytest.mark.parametrize("model", [PydanticAmounts, StructAmounts])
def test_a_decimal_that_came_as_a_number_goes_back_as_one(model: Any) -> None:
    def change(body: Any) -> None:
        body.amount = Decimal("2.5")
        body.amounts.append(Decimal(3))

    assert sent(model, {"amount": 1.5, "amounts": [0.1]}, change) == {"amount": 2.5, "amounts": [0.1, 3]}
    assert sent(model, {"amount": "1.50", "amounts": ["0.1"]}, change) == {"amount": "2.5", "amounts": ["0.1", "3"]}
    exact = edit(lambda body: setattr(body, "amount", Decimal("0.12345678901234567890")))
    reply = send(model, {"amount": 1.5}, exact)
    assert reply.error
    assert "amount: the number has more digits than can be sent as a number" in reply.error.message


class Anything(pydantic.BaseModel, extra="allow"):
    meta: Any = None


def test_fields_that_the_class_allows_without_naming_them_are_fields() -> None:
    def change(body: Any) -> None:
        body.new = 5
        del body.old
        body.same = body.same
        body.deep["day"] = date(2020, 1, 1)
        body.meta["list"].append(2)

    body = {"old": 1, "same": 2.0, "deep": {"a": 1}, "meta": {"list": [1]}, "untouched": 1.0}
    assert sent(Anything, body, change) == {
        "same": 2.0,
        "deep": {"a": 1, "day": "2020-01-01"},
        "meta": {"list": [1, 2]},
        "untouched": 1.0,
        "new": 5,
    }


class Tags(pydantic.RootModel[list[str]]):
    pass


class Contacts(pydantic.RootModel[dict[str, Stripped]]):
    pass


class Tagged(pydantic.BaseModel):
    tags: Tags
    contacts: Contacts


def test_a_root_model_is_its_value() -> None:
    def change(body: Tagged) -> None:
        body.tags.root.append("x")
        body.contacts.root["b"] = body.contacts.root.pop("a")

    body = {"tags": ["a"], "contacts": {"a": UNCLEAN}, "x": 1}
    assert sent(Tagged, body, lambda value: None) == body
    assert sent(Tagged, body, change) == {"tags": ["a", "x"], "contacts": {"b": UNCLEAN}, "x": 1}


class Node(pydantic.BaseModel):
    value: int = 0
    nodes: list[Node] = []


def test_an_object_may_stand_elsewhere_in_a_tree_but_not_in_itself() -> None:
    def lift(body: Node) -> None:
        body.nodes.insert(0, body.nodes[0].nodes.pop())
        body.nodes[1].value = 9

    tree = {"nodes": [{"value": 2, "x": 2, "nodes": [{"value": 3, "x": 3}]}]}
    assert sent(Node, tree, lift) == {"nodes": [{"value": 3, "x": 3}, {"value": 9, "x": 2, "nodes": []}]}
    reply = send(Node, tree, edit(lambda body: body.nodes.append(body)))
    assert reply.error
    assert reply.error.code == "INVALID_RESULT"


def test_moments_have_the_form_of_the_model_where_they_were_assigned() -> None:
    moment = datetime(2020, 1, 2, tzinfo=timezone.utc)

    def change(body: Any) -> None:
        body.days[0] = moment
        body.doctor.since = moment

    for chart, _ in CHARTS:
        body = sent(chart, CHART, change)
        assert body["days"] == ["2020-01-02T00:00:00Z", CHART["days"][1]]
        assert body["doctor"] == {**EVE, "since": "2020-01-02T00:00:00Z"}


class Filled(pydantic.BaseModel):
    """A model that fills in objects."""

    doctor: Stripped = Stripped(mrn="d", tags=["t"])
    nurses: list[Stripped] = [Stripped(mrn="n")]
    tags: Tags = Tags(["x"])
    meta: Any = None


@dataclasses.dataclass
class FilledDataclass:
    doctor: Inner = dataclasses.field(default_factory=lambda: Inner("d", ["t"]))
    nurses: list[Inner] = dataclasses.field(default_factory=lambda: [Inner("n")])
    tags: list[str] = dataclasses.field(default_factory=lambda: ["x"])
    meta: Any = None


@dataclasses.dataclass
class Inner:
    mrn: str
    tags: list[str] = dataclasses.field(default_factory=list)
    born: datetime | None = None


class FilledStruct(msgspec.Struct):
    doctor: InnerStruct = msgspec.field(default_factory=lambda: InnerStruct("d", ["t"]))
    nurses: list[InnerStruct] = msgspec.field(default_factory=lambda: [InnerStruct("n")])
    tags: list[str] = msgspec.field(default_factory=lambda: ["x"])
    meta: Any = None


class InnerStruct(msgspec.Struct):
    mrn: str
    tags: list[str] = []
    born: datetime | None = None


def of_doctor(body: dict[str, Any]) -> dict[str, Any]:
    """What every library writes of a doctor."""
    return {name: value for name, value in body["doctor"].items() if name in ("mrn", "tags", "born")}


@pytest.mark.parametrize("model", [Filled, FilledDataclass, FilledStruct])
def test_an_object_that_the_model_fills_in_is_written_once_it_is_touched(model: Any) -> None:
    doctor = {"mrn": "d", "tags": ["t"], "born": None}
    body = {"x": 1}

    assert sent(model, body, lambda value: None) == body
    assert sent(model, body, copy.copy) == body
    assert sent(model, body, copy.deepcopy) == body
    changed = sent(model, body, edit(lambda value: setattr(value.doctor, "mrn", "e")))
    assert (of_doctor(changed), changed.keys()) == ({**doctor, "mrn": "e"}, {"doctor", "x"})
    changed = sent(model, body, edit(lambda value: value.doctor.tags.append("u")))
    assert (of_doctor(changed), changed.keys()) == ({**doctor, "tags": ["t", "u"]}, {"doctor", "x"})
    changed = sent(model, body, edit(lambda value: setattr(value, "doctor", value.doctor)))
    assert (of_doctor(changed), changed.keys()) == (doctor, {"doctor", "x"})
    changed = sent(model, body, edit(lambda value: setattr(value, "doctor", copy.copy(value.doctor))))
    assert (of_doctor(changed), changed.keys()) == (doctor, {"doctor", "x"})
    changed = sent(model, body, edit(lambda value: setattr(value, "meta", [value.doctor])))
    assert (changed["meta"][0]["mrn"], changed.keys()) == ("d", {"meta", "x"})
    changed = sent(model, body, edit(lambda value: setattr(value.nurses[0], "mrn", "o")))
    assert (changed["nurses"][0]["mrn"], changed.keys()) == ("o", {"nurses", "x"})


def test_a_root_model_that_the_model_fills_in_is_its_value_once_it_is_touched() -> None:
    assert sent(Filled, {}, edit(lambda body: body.tags.root.append("y"))) == {"tags": ["x", "y"]}
    assert sent(Filled, {}, edit(lambda body: setattr(body, "tags", Tags(["z"])))) == {"tags": ["z"]}


def test_a_copied_root_model_is_its_value() -> None:
    body = {"tags": ["a"], "contacts": {"a": UNCLEAN}, "x": 1}

    def change(value: Tagged) -> None:
        value.tags = value.tags.model_copy()
        value.contacts = value.contacts.model_copy(deep=True)
        value.contacts.root["a"].age = 41

    changed = sent(Tagged, body, change)
    assert changed == {"tags": ["a"], "contacts": {"a": {**CLEAN, "age": 41}}, "x": 1}
    assert sent(Contacts, {"a": {"mrn": "7", "x": 1}}, copy.copy) == {"a": {"mrn": "7", "x": 1}}


def test_the_place_in_a_root_model_is_named() -> None:
    body = {"tags": [], "contacts": {"a": {"mrn": "7"}}}
    reply = send(Tagged, body, edit(lambda value: setattr(value.contacts.root["a"], "age", object())))

    assert reply.error
    assert "cannot be sent: contacts.a.age: " in reply.error.message


class Spoken(pydantic.BaseModel):
    """A contact that may come as a name alone."""

    name: str
    age: int = 0

    @pydantic.model_validator(mode="before")
    @classmethod
    def read(cls, value: Any) -> Any:
        return {"name": value} if isinstance(value, str) else value


class Spokesmen(pydantic.BaseModel):
    first: Spoken | None = None
    others: list[Spoken] = []
    encoded: pydantic.Json[Spoken] | None = None
    count: int = 0


@pytest.mark.parametrize(
    ("handle", "expected"),
    [
        (lambda body: None, {}),
        (edit(lambda body: setattr(body, "count", 1)), {"count": 1}),
        (lambda body: body, {}),
        (edit(lambda body: setattr(body.first, "name", "x")), {"first": {"name": "x", "age": 0}}),
        (edit(lambda body: body.others.reverse()), {"others": [{"name": "c", "x": 1}, "b"]}),
        (
            edit(lambda body: setattr(body.others[0], "age", 1)),
            {"others": [{"name": "b", "age": 1}, {"name": "c", "x": 1}]},
        ),
        (edit(lambda body: setattr(body.encoded, "name", "x")), {"encoded": '{"name":"x","age":0}'}),
        (edit(lambda body: setattr(body, "encoded", Spoken(name="y"))), {"encoded": '{"name":"y","age":0}'}),
    ],
)
def test_an_object_that_came_as_no_object_goes_back_as_it_came_unless_it_is_touched(
    handle: Callable[[Any], Any], expected: dict[str, Any]
) -> None:
    body = {"first": "a", "others": ["b", {"name": "c", "x": 1}], "encoded": '{"name": "d" }', "x": 1}

    assert sent(Spokesmen, body, handle) == {**body, **expected}


def test_so_does_a_whole_body() -> None:
    assert sent(Spoken, "a", lambda body: None) == "a"
    assert sent(Spoken, "a", lambda body: None, normalize=True) == {"name": "a", "age": 0}
    assert sent(Spoken, "a", lambda body: body) == {"name": "a", "age": 0}
    assert sent(Spoken, "a", copy.copy) == {"name": "a", "age": 0}
    assert sent(Spoken, "a", edit(lambda body: setattr(body, "age", 1))) == {"name": "a", "age": 1}


def test_so_do_entities(plugin: Plugin) -> None:
    @plugin.adapt_entity("patient")
    def change(event: AdaptEntity[Spoken]) -> None:
        event.entities[1].age = 1

    entities: Any = ["a", "b", {"name": "c", "x": 1}]
    assert Client(plugin).adapt_entity("patient", entities=entities).response.entities == [
        "a",
        {"name": "b", "age": 1},
        {"name": "c", "x": 1},
    ]


class Trees(pydantic.BaseModel):
    """Its validator moves the trees that are in it."""

    name: str = ""
    trees: list[Trees] = []
    pair: tuple[Trees, set[str]] | None = None

    @pydantic.field_validator("trees")
    @classmethod
    def sort(cls, value: list[Trees]) -> list[Trees]:
        return sorted(value, key=lambda tree: tree.name)


FOREST = {"trees": [{"name": "b", "x": 1}, {"name": "a", "x": 2}]}


@pytest.mark.parametrize(
    ("handle", "place"),
    [
        (lambda body: body.trees[0], ""),
        (lambda body: copy.copy(body.trees[0]), ""),
        (lambda body: Trees(trees=body.trees, pair=(body.trees[0], set())), "pair.0: "),
        (edit(lambda body: setattr(body, "pair", (Trees(pair=(body.trees[0], set())), set()))), "pair.0.pair.0: "),
    ],
)
def test_what_has_no_known_json_is_an_error_wherever_it_is_put(handle: Callable[[Any], Any], place: str) -> None:
    reply = send(Trees, FOREST, handle)
    assert reply.error
    assert f"cannot be sent: {place}the model read its elements in another order" in reply.error.message


@every_library
def test_a_field_may_be_deleted_in_whatever_was_read_copied_or_made(chart: Any, contact: Any) -> None:
    def delete(element: Any, name: str) -> Any:
        delattr(element, name)
        return element

    def read(body: Any) -> None:
        delete(body.contacts[1], "name")

    def copied(body: Any) -> None:
        body.contacts[1] = delete(copy.copy(body.contacts[1]), "name")

    for change in (read, copied):
        reply = send(chart, CHART, change)
        assert reply.error, "the model has no name any more"
        assert "does not match the handler's model: contacts" in reply.error.message


class Leaving(msgspec.Struct):
    mrn: str | msgspec.UnsetType = msgspec.UNSET
    elements: list[Leaving] = []


def test_an_optional_field_may_be_deleted_or_never_have_been() -> None:
    def change(body: Any) -> None:
        body.nodes[0] = body.nodes[0].model_copy()
        del body.nodes[0].value
        body.nodes[1].value = 1
        new = Node(value=5)
        del new.value
        body.nodes.append(new)

    tree = {"nodes": [{"value": 2, "x": 2}, {"value": 3, "x": 3}]}
    assert sent(Node, tree, change) == {"nodes": [{"x": 2}, {"value": 1, "x": 3}, {"nodes": []}]}
    add = edit(lambda body: body.elements.extend([Leaving(), Leaving("n")]))
    assert sent(Leaving, {}, add) == {"elements": [{"elements": []}, {"mrn": "n", "elements": []}]}


class Records(msgspec.Struct):
    records: list[OptionalRecordNumber]


def test_a_copy_of_a_struct_that_leaves_out_defaults_leaves_out_none_alone() -> None:
    def change(body: Records) -> None:
        body.records = [msgspec.structs.replace(record, mrn=None, visits=0, wards=None) for record in body.records]
        body.records.append(OptionalRecordNumber())
        body.records.append(OptionalRecordNumber(None, 2, None))

    body = {"records": [{"mrn": "7", "visits": 3, "x": 1, "wards": ["b", "a"]}]}
    assert sent(Records, body, change) == {"records": [{"visits": 0, "x": 1}, {}, {"visits": 2, "beds": None}]}


@every_library
def test_a_copy_that_cannot_be_sent_is_an_error_that_names_the_field(chart: Any, contact: Any) -> None:
    reply = send(chart, CHART, edit(lambda body: setattr(body, "doctor", _update(body.doctor, visits=object()))))
    assert reply.error
    assert "cannot be sent: doctor.visits: " in reply.error.message


@every_library
def test_a_deep_copy_of_a_body_writes_no_default(chart: Any, contact: Any) -> None:
    def change(body: Any) -> Any:
        duplicate = copy.deepcopy(body)
        duplicate.days.append(datetime(2020, 1, 2, tzinfo=timezone.utc))
        return duplicate

    assert sent(chart, {"mrn": "7"}, copy.deepcopy) == {"mrn": "7"}
    assert sent(chart, {"mrn": "7"}, change) == {"mrn": "7", "days": ["2020-01-02T00:00:00Z"]}
