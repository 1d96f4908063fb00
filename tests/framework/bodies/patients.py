# pyright: reportInvalidTypeForm=false
# Models are parameters here, which type checkers cannot follow.
"""Models of a patient, one of every library."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, TypedDict

import msgspec
from pydantic import BaseModel, Field

from biot_plugin import Plugin, PreRequest
from biot_plugin.bodies import tracking
from biot_plugin.testing import Client
from biot_plugin.testing.replies import PreReply

PATIENTS = "POST/organization/v1/users/patients"


class Name(BaseModel):
    first: str = Field(alias="firstName")


class PydanticPatient(BaseModel):
    mrn: str
    name: Name = Field(alias="_name")
    born: datetime | None = Field(None, alias="_dateOfBirth")
    tags: list[str] = []


class StructName(msgspec.Struct):
    first: str = msgspec.field(name="firstName")


class StructPatient(msgspec.Struct):
    mrn: str
    name: StructName = msgspec.field(name="_name")
    born: datetime | None = msgspec.field(name="_dateOfBirth", default=None)
    tags: list[str] = msgspec.field(default_factory=list)


BODY = {
    "mrn": " 7 ",
    "_name": {"firstName": "Ada", "lastName": "L", "x": None},
    "_dateOfBirth": "1985-12-10T00:00:00.120Z",
    "unnamed": [1, {"a": None}],
}


@dataclass
class Visit:
    _id: str
    day: date


@dataclass
class DataclassPatient:
    _id: str
    visits: list[Visit]
    note: str | None = None


class TypedPatient(TypedDict):
    _id: str
    age: int


class PydanticContact(BaseModel):
    name: str
    since: datetime | None = None
    visits: int = 0


class PydanticChart(BaseModel):
    mrn: str = ""
    contacts: list[PydanticContact] = []
    doctor: PydanticContact | None = None
    by_role: dict[str, PydanticContact] = {}
    count: int = 0
    days: list[datetime] = []


class StructContact(msgspec.Struct):
    name: str
    since: datetime | None = None
    visits: int = 0


class StructChart(msgspec.Struct):
    mrn: str = ""
    contacts: list[StructContact] = []
    doctor: StructContact | None = None
    by_role: dict[str, StructContact] = {}
    count: int = 0
    days: list[datetime] = []


@dataclass
class DataclassContact:
    name: str
    since: datetime | None = None
    visits: int = 0


@dataclass
class DataclassChart:
    mrn: str = ""
    contacts: list[DataclassContact] = field(default_factory=list)
    doctor: DataclassContact | None = None
    by_role: dict[str, DataclassContact] = field(default_factory=dict)
    count: int = 0
    days: list[datetime] = field(default_factory=list)


#: A chart and its contacts, of every library.
CHARTS: list[tuple[Any, Any]] = [
    (PydanticChart, PydanticContact),
    (StructChart, StructContact),
    (DataclassChart, DataclassContact),
]

CHART: dict[str, Any] = {
    "mrn": "7",
    "contacts": [
        {"name": "Zoe", "tel": "1"},
        {"name": "Ada", "tel": "2", "since": "2020-01-01T00:00:00.120Z"},
        {"name": "Bob", "tel": "3"},
    ],
    "doctor": {"name": "Eve", "tel": "9"},
    "by_role": {"son": {"name": "Tom", "tel": "11"}, "aunt": {"name": "Ann", "tel": "12"}},
    "days": ["2020-01-01T00:00:00.120Z", "2019-01-01T00:00:00.1Z"],
    "unnamed": 1.0,
}


def send(model: Any, body: Any, handle: Callable[[Any], Any], **options: Any) -> PreReply:
    """Send a body to a handler that has the model."""
    plugin = Plugin()

    def handler(event: PreRequest[model]) -> Any:
        return handle(event.body)

    plugin.pre_request(PATIENTS, **options)(handler)
    reply = Client(plugin).pre_request(PATIENTS, body=body)
    assert not tracking._tracked, "something of an event is left"
    return reply


def sent(model: Any, body: Any, handle: Callable[[Any], Any], **options: Any) -> Any:
    """The body that is sent after a handler that has the model."""
    return send(model, body, handle, **options).request.body


def edit(change: Callable[[Any], object]) -> Callable[[Any], None]:
    """A handler that returns nothing, whatever its one expression does."""

    def handle(body: Any) -> None:
        change(body)

    return handle
