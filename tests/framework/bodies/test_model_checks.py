from __future__ import annotations

from dataclasses import InitVar, dataclass
from typing import Any

import msgspec
import pydantic
import pytest

from biot_plugin import Notification, Plugin, RegistrationError
from biot_plugin.testing import Client
from tests.framework.bodies.patients import PATIENTS, sent


def model(annotation: Any, **field: Any) -> Any:
    return pydantic.create_model("Patient", mrn=(annotation, pydantic.Field(**field)))


class Serialized(pydantic.BaseModel):
    mrn: str

    @pydantic.model_serializer
    def serialize(self) -> dict[str, str]:
        return {"number": self.mrn}


class Unaliased(pydantic.BaseModel, validate_by_alias=False, validate_by_name=True):
    mrn: str = pydantic.Field(alias="number")


class ArrayLike(msgspec.Struct, array_like=True):
    mrn: str


class Raw(msgspec.Struct):
    mrn: list[msgspec.Raw]


@dataclass
class Initialized:
    mrn: InitVar[str]


@pydantic.dataclasses.dataclass
class PydanticInitialized:
    mrn: InitVar[str]


class Attrs:
    """As the library attrs marks its classes, which msgspec reads."""

    __attrs_attrs__ = ()


class WithAttrs(msgspec.Struct):
    mrn: Attrs


@pydantic.dataclasses.dataclass
class Secrets:
    mrn: pydantic.SecretStr | None = None


REFUSED: list[tuple[Any, str]] = [
    (model(str, validation_alias="number"), "Patient.mrn is read from 'number', but would be written to 'mrn'"),
    (model(str, serialization_alias="number"), "Patient.mrn is read from 'mrn', but would be written to 'number'"),
    (model(str, alias="a", serialization_alias="b"), "Patient.mrn is read from 'a', but would be written to 'b'"),
    (model(str, validation_alias=pydantic.AliasChoices("a", "b")), "Patient.mrn is read with AliasChoices"),
    (model(str, validation_alias=pydantic.AliasPath("a", 0)), "Patient.mrn is read with AliasPath"),
    (model(str, exclude=True), "Patient.mrn is excluded from what is written"),
    (model(pydantic.SecretStr), "Patient.mrn is a secret"),
    (model(dict[str, list[pydantic.SecretBytes | None]]), "Patient.mrn is a secret"),
    (Secrets, "Secrets.mrn is a secret"),
    (Serialized, "Serialized has a model_serializer"),
    (ArrayLike, "ArrayLike is array_like"),
    (Raw, "Raw.mrn is msgspec.Raw"),
    (Unaliased, "Unaliased.mrn is not read from its alias 'number'"),
    (WithAttrs, "Attrs is an attrs class"),
    (PydanticInitialized, "PydanticInitialized.mrn is not stored in the object"),
    (Initialized, "Initialized.mrn is an InitVar"),
]


@pytest.mark.parametrize(("refused", "reason"), REFUSED, ids=[reason for _, reason in REFUSED])
def test_a_model_that_cannot_be_written_back_is_refused_when_it_is_registered(refused: Any, reason: str) -> None:
    with pytest.raises(RegistrationError, match=f"handler .* has a model that cannot be used: {reason}"):
        sent(refused, {}, lambda body: None)


@pytest.mark.parametrize(("refused", "reason"), REFUSED, ids=[reason for _, reason in REFUSED])
def test_so_is_one_that_contains_it(refused: Any, reason: str) -> None:
    if issubclass(refused, msgspec.Struct):
        outer: Any = msgspec.defstruct("Outer", [("elements", list.__class_getitem__(refused))])
    else:
        annotation: Any = dict.__class_getitem__((str, refused | None))
        outer = pydantic.create_model("Outer", elements=(annotation, {}))

    with pytest.raises(RegistrationError, match=reason):
        sent(outer, {}, lambda body: None)


def test_a_model_that_is_only_read_need_not_be_writable(plugin: Plugin) -> None:
    seen: list[str] = []

    class Patient(pydantic.BaseModel):
        token: pydantic.SecretStr = pydantic.Field(validation_alias=pydantic.AliasPath("tokens", 0))

    @plugin.notification("patient", "_create")
    def look(event: Notification[Patient]) -> None:
        seen.append(event.entity.token.get_secret_value())

    assert Client(plugin).notification("patient", "_create", entity={"tokens": ["x"]}).status_code == 200
    assert seen == ["x"]


def test_there_must_be_a_model_to_normalize(plugin: Plugin) -> None:
    def handler(event: Any) -> None: ...

    with pytest.raises(RegistrationError, match=r"handler .*leave out normalize=True, or name the model"):
        plugin.pre_request(PATIENTS, normalize=True)(handler)
