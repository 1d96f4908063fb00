"""Models of a patient, one of every library."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import TypedDict

import msgspec
from pydantic import BaseModel, Field

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
