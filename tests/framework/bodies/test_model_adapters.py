# pyright: reportInvalidTypeForm=false
# The models are parameters of the tests here, which type checkers cannot follow.
from __future__ import annotations

import subprocess
import sys
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

import pydantic
import pytest

from biot_plugin import Notification, Plugin, PostRequest, PreRequest, RegistrationError
from biot_plugin.testing import Client
from tests.framework.bodies.patients import (
    BODY,
    PATIENTS,
    DataclassPatient,
    PydanticPatient,
    StructPatient,
    TypedPatient,
)

if TYPE_CHECKING:
    from decimal import Decimal


@pytest.mark.parametrize("model", [PydanticPatient, StructPatient])
def test_a_body_is_the_model_and_what_it_does_not_name_survives(plugin: Plugin, model: Any) -> None:
    @plugin.pre_request(PATIENTS)
    def change(event: PreRequest[model]) -> None:
        assert isinstance(event.body, model)
        assert isinstance(event.body.born, datetime)
        event.body.mrn = event.body.mrn.strip()
        event.body.name.first = "Grace"

    request = Client(plugin).pre_request(PATIENTS, body=BODY).request
    assert request.body == {**BODY, "mrn": "7", "_name": {"firstName": "Grace", "lastName": "L", "x": None}}


@pytest.mark.parametrize("model", [PydanticPatient, StructPatient])
def test_a_returned_model_changes_what_it_names(plugin: Plugin, model: Any) -> None:
    @plugin.pre_request(PATIENTS)
    def replace(event: PreRequest[model]) -> Any:
        if model is StructPatient:
            return StructPatient("new", event.body.name, event.body.born)
        return PydanticPatient(mrn="new", _name=event.body.name, _dateOfBirth=event.body.born)

    assert Client(plugin).pre_request(PATIENTS, body=BODY).request.body == {**BODY, "mrn": "new", "tags": []}


@pytest.mark.parametrize(("model", "paths"), [(PydanticPatient, {"mrn", "_name.firstName"}), (StructPatient, {"mrn"})])
def test_a_bad_body_is_rejected_with_what_is_wrong(plugin: Plugin, model: Any, paths: set[str]) -> None:
    @plugin.pre_request(PATIENTS)
    def never(event: PreRequest[model]) -> None:
        raise AssertionError

    reply = Client(plugin).pre_request(PATIENTS, body={"mrn": 7, "_name": {}})
    assert reply.error is not None
    assert (reply.status_code, reply.error.code) == (400, "INVALID_BODY")
    assert {problem["path"] for problem in reply.error.details["errors"]} == paths
    assert all(problem["message"] for problem in reply.error.details["errors"])
    assert Client(plugin).pre_request(PATIENTS, body=None).status_code == 400


def test_dataclasses_may_have_the_platforms_names(plugin: Plugin) -> None:
    @plugin.post_request(PATIENTS)
    def change(event: PostRequest[DataclassPatient]) -> None:
        assert event.response.body.visits[0].day == date(2026, 1, 2)
        event.response.body._id = "8"
        event.response.body.visits[0].day = date(2026, 1, 3)

    body = {"_id": "7", "visits": [{"_id": "v", "day": "2026-01-02", "more": 1}], "more": 2}
    assert Client(plugin).post_request(PATIENTS, body=body).response.body == {
        "_id": "8",
        "visits": [{"_id": "v", "day": "2026-01-03", "more": 1}],
        "more": 2,
    }


def test_a_typed_dict_is_the_body_itself_validated(plugin: Plugin) -> None:
    @plugin.post_request(PATIENTS)
    def change(event: PostRequest[TypedPatient]) -> None:
        event.response.body["age"] += 1

    client = Client(plugin)
    reply = client.post_request(PATIENTS, body={"_id": "7", "age": 40, "more": None})
    assert reply.response.body == {"_id": "7", "age": 41, "more": None}
    assert client.post_request(PATIENTS, body={"_id": "7", "age": "40"}).status_code == 400


def test_a_notifications_entity_is_the_model(plugin: Plugin) -> None:
    seen: list[str] = []

    @plugin.notification("patient", "_create")
    def look(event: Notification[StructPatient]) -> None:
        seen.append(event.entity.mrn)

    client = Client(plugin)
    assert client.notification("patient", "_create", entity=BODY).status_code == 200
    assert client.notification("patient", "_create", entity={}).status_code == 400
    assert seen == [" 7 "]


def test_what_is_no_model_is_refused_at_import(plugin: Plugin) -> None:
    def wrong(event: PreRequest[int]) -> None: ...

    with pytest.raises(RegistrationError, match=r"wrong.* has a model that cannot be used"):
        plugin.pre_request(PATIENTS)(wrong)

    def unknown(event: PreRequest[Decimal]) -> None: ...

    with pytest.raises(RegistrationError, match=r"unknown.* cannot be resolved.*not under TYPE_CHECKING"):
        plugin.pre_request(PATIENTS)(unknown)


def test_a_plain_parameter_is_no_model(plugin: Plugin) -> None:
    def plain(event: PreRequest[dict[str, Any]]) -> None:
        assert type(event.body) is dict

    def assign(event: PreRequest[dict[str, Any]]) -> None:
        event.body = {"plain": 1}

    plugin.pre_request(PATIENTS)(plain)
    plugin.pre_request("GET/device/v2/devices")(assign)
    assert Client(plugin).pre_request(PATIENTS, body=BODY).request.body == BODY
    assert Client(plugin).pre_request("GET/device/v2/devices", body=BODY).request.body == {"plain": 1}


@pytest.mark.parametrize("library", ["msgspec", "pydantic"])
def test_dataclasses_need_one_of_the_libraries(library: str) -> None:
    """In a process of its own that has only one of the libraries, or none."""
    code = f"""
import sys, importlib.util
from dataclasses import dataclass
find = importlib.util.find_spec
importlib.util.find_spec = lambda name: find(name) if name == {library!r} else None
from biot_plugin import Plugin, PreRequest, RegistrationError
from biot_plugin.testing import Client
@dataclass
class Patient:
    mrn: str
plugin = Plugin()
@plugin.pre_request("{PATIENTS}")
def change(event: PreRequest[Patient]) -> None:
    event.body.mrn += "!"
assert Client(plugin).pre_request("{PATIENTS}", body={{"mrn": "7", "x": 1}}).request.body == {{"mrn": "7!", "x": 1}}
importlib.util.find_spec = lambda name: None
import biot_plugin.bodies.model_adapters
biot_plugin.bodies.model_adapters.find_spec = lambda name: None
try:
    plugin.pre_request("GET/device/v2/devices")(change)
except RegistrationError as error:
    assert "add biot-plugin[models]" in str(error), error
else:
    raise AssertionError
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


@dataclass
class Unresolved:
    name: Missing  # type: ignore[name-defined]  # noqa: F821


class UnresolvedModel(pydantic.BaseModel):
    name: Missing  # type: ignore[name-defined]  # noqa: F821


class Custom: ...


@dataclass
class Unknown:
    name: PydanticPatient
    custom: Custom


@pytest.mark.parametrize(
    ("model", "reason"),
    [(Unresolved, "Missing"), (UnresolvedModel, "Missing"), (Unknown, "Custom")],
)
def test_types_that_cannot_be_resolved_are_refused_at_import(plugin: Plugin, model: Any, reason: str) -> None:
    def unusable(event: PreRequest[model]) -> None: ...

    with pytest.raises(RegistrationError, match=rf"(?s)unusable.* has a model that cannot be used: .*{reason}"):
        plugin.pre_request(PATIENTS)(unusable)
