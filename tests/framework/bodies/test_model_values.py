# pyright: reportInvalidTypeForm=false
# The models are parameters of the tests here, which type checkers cannot follow.
from __future__ import annotations

import copy
import json
import re
from collections.abc import Callable
from datetime import date
from typing import Any, TypedDict

import pytest

from biot_plugin import AdaptEntity, Event, Next, Plugin, PostRequest, PreRequest
from biot_plugin.testing import Client, events
from tests.framework.bodies.patients import (
    BODY,
    CHART,
    CHARTS,
    PATIENTS,
    DataclassPatient,
    PydanticPatient,
    StructName,
    StructPatient,
    TypedPatient,
    edit,
    send,
    sent,
)


@pytest.mark.parametrize("model", [DataclassPatient, TypedPatient, PydanticPatient, StructPatient])
def test_entities_are_models(plugin: Plugin, model: Any) -> None:
    @plugin.adapt_entity("patient")
    def keep_the_last(event: AdaptEntity[model]) -> Any:
        assert len(event.entities) == 2
        return event.entities[1:]

    entities = [
        {**BODY, "_id": "1", "visits": [], "age": 1},
        {**BODY, "_id": "2", "visits": [], "age": 2, "unnamed": {"é": None}},
    ]
    client = Client(plugin)
    assert client.adapt_entity("patient", entities=entities).response.entities == entities[1:]
    assert client.adapt_entity("patient", entities=[{}]).status_code == 400
    assert client.adapt_entity("patient", fields={"response": {"entities": {}}}).status_code == 400
    no_list = {"httpStatusCode": "OK", "entities": {"_id": "1"}}
    assert client.adapt_entity("patient", fields={"response": no_list}).status_code == 400


def test_entities_that_are_added_may_be_models_or_plain(plugin: Plugin) -> None:
    @plugin.adapt_entity("patient")
    def add(event: AdaptEntity[StructPatient]) -> None:
        event.entities.append(StructPatient("new", StructName("Ada")))
        event.entities.append({"plain": 1})  # type: ignore[arg-type]

    entities = Client(plugin).adapt_entity("patient", entities=[BODY]).response.entities
    assert entities == [
        BODY,
        {"mrn": "new", "_name": {"firstName": "Ada"}, "_dateOfBirth": None, "tags": []},
        {"plain": 1},
    ]


def test_a_plain_body_may_take_the_models_place(plugin: Plugin) -> None:
    @plugin.pre_request(PATIENTS)
    def replace(event: PreRequest[StructPatient]) -> dict[str, int]:
        return {"plain": 1}

    assert Client(plugin).pre_request(PATIENTS, body=BODY).request.body == {"plain": 1}


every_library = pytest.mark.parametrize(("chart", "contact"), CHARTS)


@every_library
@pytest.mark.parametrize("response", [{}, {"body": None, "entities": None}])
def test_what_is_missing_or_null_stays_so(plugin: Plugin, chart: Any, contact: Any, response: dict[str, None]) -> None:
    @plugin.pre_request(PATIENTS)
    def request(event: PreRequest[chart]) -> None:
        assert event.body.contacts == []

    @plugin.post_request(PATIENTS)
    def look(event: PostRequest[chart]) -> None:
        assert event.response.body == chart()

    @plugin.adapt_entity("patient")
    def adapt(event: AdaptEntity[chart]) -> None:
        assert event.entities == []

    client = Client(plugin)
    assert client.pre_request(PATIENTS, body=None).body["request"].get("body") is None
    for event in (events.post_request(PATIENTS), events.adapt_entity("patient")):
        data = json.loads(event["body"])
        data["response"] = {"httpStatusCode": "200 OK", **response}
        assert client.send({**event, "body": json.dumps(data)}).body["response"] == data["response"]


@every_library
def test_what_is_put_into_a_missing_body_is_written(chart: Any, contact: Any) -> None:
    assert sent(chart, None, edit(lambda body: setattr(body, "count", 0))) == {"count": 0}
    assert sent(chart, None, edit(lambda body: body.days.clear())) is None
    assert sent(chart, None, copy.copy) == {}
    assert sent(chart, None, lambda body: {}) == {}
    assert sent(chart, {}, lambda body: None) == {}


@every_library
def test_entities_are_moved_removed_and_repeated_with_all_that_they_have(
    plugin: Plugin, chart: Any, contact: Any
) -> None:
    @plugin.adapt_entity("patient")
    def change(event: AdaptEntity[contact]) -> None:
        _, second, third = event.entities
        second.visits = 0
        event.response.entities = [third, second, copy.copy(third), third, contact(name="new")]

    zoe, ada, bob = CHART["contacts"]
    entities = Client(plugin).adapt_entity("patient", entities=[zoe, ada, bob]).response.entities
    new = {"name": "new", "since": None, "visits": 0}
    assert entities == [bob, {**ada, "visits": 0}, bob, bob, new]


@every_library
@pytest.mark.parametrize(
    ("change", "path"),
    [
        (lambda body: setattr(body, "count", "secret"), "count"),
        (lambda body: setattr(body, "count", object()), "count"),
        (lambda body: setattr(body, "mrn", ["secret"]), "mrn"),
        (lambda body: setattr(body.contacts[1], "visits", "secret"), r"contacts\W1\W?\.visits"),
        (lambda body: setattr(body, "contacts", "secret"), "contacts"),
        (lambda body: setattr(body, "contacts", [body.contacts[0], "secret"]), "contacts"),
        (lambda body: body.by_role.update(x="secret"), "by_role"),
        (lambda body: setattr(body.doctor, "since", "secret"), r"doctor\.since"),
    ],
)
def test_a_wrongly_typed_assignment_is_an_error_that_names_the_field(
    chart: Any, contact: Any, change: Callable[[Any], object], path: str
) -> None:
    reply = send(chart, CHART, edit(change))
    assert reply.error is not None
    assert (reply.status_code, reply.error.code) == (500, "INVALID_RESULT")
    assert re.search(rf"handler leaves .* (model|sent): .*{path}", reply.error.message)
    assert "secret" not in str(reply.body)


@every_library
def test_a_body_or_entity_of_another_type_is_an_error(plugin: Plugin, chart: Any, contact: Any) -> None:
    @plugin.pre_request(PATIENTS)
    def assign(event: PreRequest[chart]) -> None:
        event.body = 5

    @plugin.adapt_entity("patient")
    def add(event: AdaptEntity[chart]) -> None:
        event.entities.append(contact(name="x"))

    @plugin.adapt_entity("device")
    def number(event: AdaptEntity[chart]) -> None:
        event.response.entities = 5  # type: ignore[assignment]

    client = Client(plugin)
    messages = [
        reply.error.message if reply.error else ""
        for reply in (
            client.pre_request(PATIENTS, body={}),
            client.adapt_entity("patient", entities=[{}]),
            client.adapt_entity("device", entities=[{}]),
        )
    ]
    assert "assign leaves a int as the body, not a" in messages[0]
    assert f"add leaves a {contact.__name__} as entity 1, not a {chart.__name__} or a dict" in messages[1]
    assert "number leaves a int as entities, not a list" in messages[2]


def test_a_typed_dict_is_validated_when_it_is_written() -> None:
    body = {"_id": "7", "age": 40, "x": 1.0}

    assert sent(TypedPatient, body, lambda value: None) == body
    assert sent(TypedPatient, body, lambda value: {**value, "age": 41}) == {**body, "age": 41}
    reply = send(TypedPatient, body, edit(lambda value: value.update(age="secret")))
    assert reply.error
    assert reply.error.message == (
        "send.<locals>.handler leaves the body so that it does not match the handler's model: age"
    )


@every_library
def test_a_dict_may_have_models_in_it(chart: Any, contact: Any) -> None:
    def compose(body: Any) -> dict[str, Any]:
        return {"first": body.contacts[0], "all": body.contacts, "day": date(2020, 1, 1), "plain": [1.0]}

    assert sent(chart, CHART, compose) == {
        "first": CHART["contacts"][0],
        "all": CHART["contacts"],
        "day": "2020-01-01",
        "plain": [1.0],
    }


@every_library
def test_an_entity_that_cannot_be_sent_is_an_error_that_names_it(plugin: Plugin, chart: Any, contact: Any) -> None:
    @plugin.adapt_entity("patient")
    def spoil(event: AdaptEntity[chart]) -> None:
        event.entities[1].contacts[0].visits = object()

    @plugin.adapt_entity("device")
    def enclose(event: AdaptEntity[chart]) -> None:
        event.entities[1].contacts.append(event.entities[1])

    client = Client(plugin)
    reply = client.adapt_entity("patient", entities=[CHART, CHART])
    assert reply.error
    assert re.search(r"spoil leaves entity 1 so that it cannot be sent: contacts\.0\.visits: ", reply.error.message)
    reply = client.adapt_entity("device", entities=[CHART, CHART])
    assert reply.error
    assert reply.error.message.endswith("enclose leaves entity 1 nested too deeply, or in itself")


Change = Callable[[Any], object]


def rename(entities: Any) -> None:
    entities[0].name = "new"


def change_both(plugin: Plugin, model: Any, before: Change, after: Change) -> Client:
    """A client of a plugin whose handler changes entities, and whose middleware then changes the JSON of them."""

    @plugin.middleware
    def change_json(event: Event, call_next: Next) -> None:
        assert isinstance(event, AdaptEntity)
        entities = event.entities
        call_next(event)
        after(entities)

    @plugin.adapt_entity("patient")
    def change(event: AdaptEntity[model]) -> None:
        before(event.entities)

    return Client(plugin)


ADA, BOB = {"name": "Ada", "tel": 1}, {"name": "Bob", "tel": 2}
NEW_ADA, EVE = {"name": "new", "tel": 1}, {"name": "Eve"}


@pytest.mark.parametrize("contact", [contact for _, contact in CHARTS])
@pytest.mark.parametrize(
    ("after", "expected"),
    [
        (lambda entities: entities.append(EVE), [NEW_ADA, BOB, EVE]),
        (lambda entities: entities.reverse(), [BOB, NEW_ADA]),
        (lambda entities: entities.pop(0), [BOB]),
        (lambda entities: entities.clear(), []),
        (lambda entities: entities[1].update(tel=3), [NEW_ADA, {"name": "Bob", "tel": 3}]),
    ],
)
def test_a_middleware_may_change_the_json_that_it_got_before_the_handler(
    plugin: Plugin, contact: Any, after: Change, expected: Any
) -> None:
    client = change_both(plugin, contact, rename, after)
    assert client.adapt_entity("patient", entities=[ADA, BOB]).response.entities == expected


@pytest.mark.parametrize("contact", [contact for _, contact in CHARTS])
def test_two_different_lists_of_entities_are_an_error(plugin: Plugin, contact: Any) -> None:
    client = change_both(plugin, contact, lambda entities: entities.pop(0), lambda entities: entities.reverse())
    reply = client.adapt_entity("patient", entities=[ADA, BOB])
    assert reply.error
    assert "leaves other entities in its list, and a middleware in the one that it got before" in reply.error.message


@pytest.mark.parametrize("contact", [contact for _, contact in CHARTS])
def test_one_list_of_entities_that_both_leave_is_sent(plugin: Plugin, contact: Any) -> None:
    client = change_both(plugin, contact, lambda entities: entities.pop(0), lambda entities: entities.pop(0))
    assert client.adapt_entity("patient", entities=[ADA, BOB]).response.entities == [BOB]


class TypedContact(TypedDict):
    name: str


def test_a_list_of_typed_dicts_is_the_list_that_a_middleware_got(plugin: Plugin) -> None:
    client = change_both(plugin, TypedContact, lambda entities: entities.append(EVE), lambda entities: entities.pop(0))
    assert client.adapt_entity("patient", entities=[ADA, BOB]).response.entities == [BOB, EVE]


@pytest.mark.parametrize(("chart", "contact"), CHARTS)
@pytest.mark.parametrize(
    ("after", "changes"),
    [
        (lambda json: json["contacts"].reverse(), {"contacts": CHART["contacts"][::-1]}),
        (lambda json: json["contacts"].append(EVE), {"contacts": [*CHART["contacts"], EVE]}),
        (lambda json: json["by_role"].pop("son"), {"by_role": {"aunt": CHART["by_role"]["aunt"]}}),
        (lambda json: json.update(days=[]), {"days": []}),
        (lambda json: json.update(doctor=None), {"doctor": None}),
    ],
)
def test_what_a_middleware_changes_in_the_json_of_a_chart_is_sent(
    plugin: Plugin, chart: Any, contact: Any, after: Change, changes: Any
) -> None:
    client = change_both(plugin, chart, lambda charts: setattr(charts[0], "count", 1), lambda json: after(json[0]))
    expected = {**CHART, "count": 1, **changes}
    assert client.adapt_entity("patient", entities=[CHART]).response.entities == [expected]


@pytest.mark.parametrize(("chart", "contact"), CHARTS)
@pytest.mark.parametrize(
    ("before", "after", "path"),
    [
        (lambda chart: setattr(chart.contacts[0], "name", "n"), lambda json: json["contacts"].reverse(), "contacts"),
        (lambda chart: chart.contacts.pop(0), lambda json: json["contacts"].pop(1), "contacts"),
        (lambda chart: setattr(chart.by_role["son"], "name", "n"), lambda json: json["by_role"].clear(), "by_role"),
    ],
)
def test_what_is_changed_as_json_and_as_a_model_is_never_mixed_up(
    plugin: Plugin, chart: Any, contact: Any, before: Change, after: Change, path: str
) -> None:
    client = change_both(plugin, chart, lambda charts: before(charts[0]), lambda json: after(json[0]))
    reply = client.adapt_entity("patient", entities=[CHART])
    assert reply.error
    assert f"entity 0 so that it cannot be sent: {path}: its JSON was changed, and so were the" in reply.error.message
