"""Many events at once in one plugin: each is answered as if it were alone."""

from __future__ import annotations

import dataclasses
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier, Event
from typing import Any

import msgspec
import pytest
from pydantic import BaseModel

from biot_plugin import AdaptEntity, Plugin, PostRequest, PreRequest
from biot_plugin.bodies import tracking
from biot_plugin.testing import Client, Context, default_signer, events, signed
from biot_plugin.wire import exact_numbers

PRE, POST = "POST/organization/v1/users/patients", "POST/organization/v1/users/caregivers"
COUNT = 240


class Contact(BaseModel):
    name: str
    weight: float


class Patient(BaseModel):
    mrn: str
    contacts: list[Contact]
    first: Contact | None = None


class Caregiver(msgspec.Struct):
    mrn: str
    tags: list[str] = msgspec.field(default_factory=list)


@dataclasses.dataclass
class Entity:
    mrn: str


@dataclasses.dataclass(frozen=True)
class Unit:
    name: str = "kg"


@dataclasses.dataclass
class Weight:
    value: int
    unit: Unit = Unit()


@pytest.fixture
def modelled() -> Plugin:
    plugin = Plugin()
    plugin.keys.use(default_signer().public_keys)

    @plugin.pre_request(PRE)
    def pre(event: PreRequest[Patient]) -> None:
        event.body.contacts.sort(key=lambda contact: contact.name)
        event.body.first = event.body.contacts[0].model_copy(update={"name": event.body.mrn})

    @plugin.post_request(POST)
    def post(event: PostRequest[Caregiver]) -> None:
        event.response.body.tags.append(event.trace_id)
        event.response.body = msgspec.structs.replace(event.response.body, mrn="new")

    @plugin.adapt_entity("patient")
    def adapt(event: AdaptEntity[Entity]) -> None:
        event.entities[:] = [dataclasses.replace(entity, mrn=f"{entity.mrn}!") for entity in event.entities]

    return plugin


def event_of(number: int) -> dict[str, Any]:
    body = {"mrn": f"{number}", "extra": "EXACT", "contacts": [{"name": name, "weight": "EXACT"} for name in "ba"]}
    kinds = (
        events.pre_request(PRE, body=body),
        events.post_request(POST, body=body),
        events.adapt_entity("patient", entities=[body, body]),
    )
    event = signed(kinds[number % 3], default_signer())
    event["body"] = event["body"].replace('"EXACT"', f"{number}.1234567890123456789")
    event["headers"]["traceparent"] = f"00-{number + 1:032x}-{1:016x}-01"
    return event


@pytest.fixture
def hasty() -> Iterator[None]:
    """Let threads take turns as often as Python can."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-5)
    yield
    sys.setswitchinterval(before)


@pytest.mark.usefixtures("hasty")
def test_each_is_answered_as_if_it_were_alone(modelled: Plugin) -> None:
    sent = [event_of(number) for number in range(COUNT)]
    alone = [modelled.handler(event, Context()) for event in sent]
    with ThreadPoolExecutor(64) as pool:
        together = list(pool.map(lambda event: modelled.handler(event, Context()), sent))
    assert together == alone
    assert {reply["statusCode"] for reply in alone} == {200}
    assert all(f"{number}.1234567890123456789" in reply["body"] for number, reply in enumerate(alone))
    assert not tracking._tracked
    assert not exact_numbers._remembered


def test_a_default_that_events_share_is_written_in_none_of_them(plugin: Plugin) -> None:
    both_have_it, first_is_done = Barrier(2), Event()

    @plugin.pre_request(PRE)
    def weigh(event: PreRequest[Weight]) -> None:
        both_have_it.wait(30)
        if event.body.value == 2:
            assert first_is_done.wait(30)
        event.body.value *= 10

    client = Client(plugin)
    with ThreadPoolExecutor(2) as pool:
        first, second = (pool.submit(client.pre_request, PRE, body={"value": value}) for value in (1, 2))
        assert first.result().request.body == {"value": 10}
        first_is_done.set()
        assert second.result().request.body == {"value": 20}
    assert not tracking._tracked
