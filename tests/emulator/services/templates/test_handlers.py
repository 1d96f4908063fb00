"""The templates' API: what people do with templates, and what becomes of the entities that have them."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote

import jsonschema_rs
import pytest

from biot_emulator.build import build_platform
from biot_emulator.client import Client, Reply
from biot_emulator.server.background_thread import Server
from biot_emulator.state.store import Store
from biot_emulator.testing import Emulator, running
from tests.emulator.conftest import ADA, PATIENTS, SHARED
from tests.emulator.made_templates import TEMPLATES, attribute, make_template

DESCRIPTION = SHARED / "platform-api/wider/settings-2.4.2.json"
DEVICES = "/device/v2/devices"
TYPES = {
    "organization", "organization-user", "caregiver", "patient", "patient-alert", "device", "device-alert",
    "usage-session", "command", "generic-entity", "registration-code",
}  # fmt: skip


def described(path: str, reply: Reply, method: str = "get") -> Any:
    """Hold a reply to the published schema of its operation, and return its body."""
    if DESCRIPTION.exists():
        document = json.loads(DESCRIPTION.read_text(encoding="utf-8"))
        schema = document["paths"][path][method]["responses"][str(reply.status_code)]["content"]["application/json"]
        whole = {**schema["schema"], "components": document["components"]}
        jsonschema_rs.Draft202012Validator(whole, validate_formats=True).validate(reply.body)
    return reply.body


def body_of(template: Mapping[str, Any], **more: Any) -> dict[str, Any]:
    """What changes a template, without a change: a custom attribute's category is written as its name."""
    custom = [{**one, "category": one["category"]["name"]} for one in template["customAttributes"]]
    return {**template, "customAttributes": custom, **more}


def patient(emulator: Client, template: str, **attributes: Any) -> Reply:
    return emulator.call("POST", PATIENTS, json={**ADA, "_templateId": template, **attributes})


@contextmanager
def served(folder: Path) -> Iterator[Client]:
    """A platform whose state is in a folder."""
    admin = ("ada@example.com", "secret")
    with Server(build_platform(Store(folder), admin=admin)) as server:
        yield Client(server.url).log_in(*admin)


def test_every_entity_type_begins_with_a_template_that_stays(shared: Emulator) -> None:
    page = described("/v1/templates", shared.call("GET", TEMPLATES))
    first = [one for one in page["data"] if not one["removable"]]
    assert {one["entityTypeName"] for one in first} == TYPES
    assert {(one["name"], one["displayName"]) for one in first} >= {("Patient", "Patient"), ("Device", "Device")}

    made = patient(shared, next(one["id"] for one in first if one["name"] == "Patient"))
    assert made.body["_template"] == shared.call("POST", PATIENTS, json=ADA).body["_template"]


def test_a_template_is_returned_as_it_was_created(shared: Emulator) -> None:
    site = attribute("site", "SINGLE_SELECT", choices=["north"], defaultValue="north", mandatory=True)
    body = {
        "entityType": "patient",
        "name": "returned",
        "displayName": "Returned",
        "description": "A study",
        "customAttributes": [
            site,
            attribute("pulse", "DECIMAL", category="measurement", numericMetaData={"units": "1/min"}),
        ],
        "builtInAttributes": [
            {"name": "_nationalId", "displayName": "Number", "validation": {"mandatory": True, "max": 9}}
        ],
    }
    made = described("/v1/templates", shared.call("POST", TEMPLATES, json=body), "post")

    assert (made["name"], made["entityTypeName"], made["removable"]) == ("returned", "patient", True)
    assert made["customAttributes"][0]["validation"] == {"mandatory": True, "unique": False, "defaultValue": "north"}
    assert made["customAttributes"][1]["category"] == {"name": "MEASUREMENT", "displayName": "Measurement"}
    [number] = [one for one in made["builtInAttributes"] if one["name"] == "_nationalId"]
    assert (number["displayName"], number["validation"]["max"]) == ("Number", 9)
    path = f"{TEMPLATES}/{made['id']}"
    assert described("/v1/templates/{templateId}", shared.call("GET", path)) == made
    query = quote(json.dumps({"filter": {"name": {"eq": "returned"}}}))
    page = described("/v1/templates/minimized", shared.call("GET", f"{TEMPLATES}/minimized?searchRequest={query}"))
    assert page["data"] == [{name: value for name, value in made.items() if not name.endswith("Attributes")}]
    # What is asked of a built-in attribute holds for entities.
    assert patient(shared, made["id"]).body["details"] == {"attributeName": "_nationalId"}
    assert patient(shared, made["id"], _nationalId="1234567890").body["code"] == "VALIDATION_MAX_ALLOWED_VALUE"
    assert patient(shared, made["id"], _nationalId="123456789").body["_caption"] == "Lovelace Ada (123456789)"


def test_what_was_read_changes_nothing_when_it_is_written(shared: Emulator) -> None:
    made = make_template(shared, "command", "again", attribute("dose", "DECIMAL", category="CONFIGURATION", max=2))
    changed = shared.call("PUT", f"{TEMPLATES}/{made['id']}", json=body_of(made))
    times = ("lastModifiedTime", "creationTime")
    assert changed.status_code == 200
    assert {k: v for k, v in changed.body.items() if k not in times} == {
        k: v for k, v in made.items() if k not in times
    }


def test_a_change_is_followed_by_the_entities_that_are_there(shared: Emulator) -> None:
    made = make_template(shared, "patient", "followed", attribute("old", "LABEL"), attribute("same", "LABEL"))
    id = patient(shared, made["id"], same="x").body["_id"]
    same = next(one for one in made["customAttributes"] if one["name"] == "same")
    new = attribute("new", "INTEGER", defaultValue=7, mandatory=True)
    custom = [{**same, "category": "REGULAR"}, new]

    change = body_of(made, name="renamed", displayName="Renamed", customAttributes=custom)
    assert shared.call("PUT", f"{TEMPLATES}/{made['id']}", json=change).status_code == 200

    entity = shared.call("GET", f"{PATIENTS}/{id}").body
    assert "old" not in entity
    assert (entity["same"], entity["new"], entity["_template"]["name"]) == ("x", 7, "renamed")
    filter = {"filter": {"_templateName": {"in": ["renamed"]}, "new": {"gte": 7}}}
    assert [one["_id"] for one in shared.search(PATIENTS, filter)] == [id]
    assert (
        shared.call("PATCH", f"{PATIENTS}/{id}", json={"old": "y"}).body["code"] == "ATTRIBUTE_NOT_VALID_FOR_TEMPLATE"
    )


def test_a_refused_change_changes_nothing(shared: Emulator) -> None:
    made = make_template(shared, "patient", "steady", attribute("kept", "LABEL"))
    id = patient(shared, made["id"], kept="x").body["_id"]

    refused = shared.call("PUT", f"{TEMPLATES}/{made['id']}", json=body_of(made, customAttributes=[]))

    assert refused.body["code"] == "CUSTOM_ATTRIBUTE_IN_USE"
    assert shared.call("GET", f"{TEMPLATES}/{made['id']}").body == made
    assert shared.call("GET", f"{PATIENTS}/{id}").body["kept"] == "x"
    assert patient(shared, made["id"], kept="y").status_code == 201


def test_a_template_without_entities_goes_with_those_that_are_for_it(shared: Emulator) -> None:
    parent = make_template(shared, "device", "parent")
    child = make_template(shared, "usage-session", "child", parentTemplateId=parent["id"])
    assert child["parentTemplate"] == {name: parent[name] for name in ("id", "name", "displayName")}

    assert shared.call("DELETE", f"{TEMPLATES}/{parent['id']}?force=true").status_code == 204

    for gone in (parent, child):
        assert shared.call("GET", f"{TEMPLATES}/{gone['id']}").body["details"] == {"templateId": gone["id"]}


def test_an_overview_counts_entities_and_lists_references(shared: Emulator) -> None:
    target = make_template(shared, "caregiver", "doctors")
    reference = {"entityType": "caregiver", "validTemplatesToReference": [target["id"]], "uniquely": True}
    study = make_template(
        shared, "patient", "study", attribute("doctor", "REFERENCE", referenceConfiguration=reference)
    )
    caregivers = "/organization/v1/users/caregivers"
    doctor = shared.call("POST", caregivers, json={**ADA, "_templateId": target["id"]}).body["_id"]
    other = shared.call("POST", caregivers, json=ADA).body["_id"]

    overview = shared.call("GET", f"{TEMPLATES}/{target['id']}/overview")
    body = described("/v1/templates/{templateId}/overview", overview)

    assert body["statistics"] == {"entitiesCount": 1}
    assert [(one["name"], one["template"]["name"]) for one in body["referencedByAttributes"]] == [("doctor", "study")]
    made = patient(shared, study["id"], doctor={"id": doctor})
    assert (made.body["doctor"]["id"], made.body["doctor"]["templateName"]) == (doctor, "doctors")
    assert patient(shared, study["id"], doctor={"id": other}).body["code"] == "NOT_VALID_TEMPLATE_TO_REFERENCE"
    again = patient(shared, study["id"], doctor={"id": doctor})
    assert (again.status_code, again.body["code"]) == (403, "ALREADY_REFERENCED_UNIQUELY")
    assert again.body["details"]["referencingEntityId"] == made.body["_id"]
    # Once nobody refers to it any more, somebody else may.
    assert shared.call("PATCH", f"{PATIENTS}/{made.body['_id']}", json={"doctor": None}).body["doctor"] is None
    assert patient(shared, study["id"], doctor={"id": doctor}).status_code == 201


def test_a_unique_value_belongs_to_one_entity(shared: Emulator) -> None:
    made = make_template(shared, "patient", "unique", attribute("mrn", "LABEL", unique=True))
    other = make_template(shared, "patient", "unique2", attribute("mrn", "LABEL", unique=True))
    first = patient(shared, made["id"], mrn="7").body["_id"]

    again = patient(shared, made["id"], mrn="7")
    assert (again.status_code, again.body["details"]) == (409, {"attributeName": "mrn", "value": "7"})
    assert patient(shared, other["id"], mrn="7").status_code == 201
    assert patient(shared, made["id"]).status_code == patient(shared, made["id"]).status_code == 201
    assert shared.call("PATCH", f"{PATIENTS}/{first}", json={"mrn": "7"}).status_code == 200
    shared.call("DELETE", f"{PATIENTS}/{first}")
    assert patient(shared, made["id"], mrn="7").status_code == 201


def test_custom_attributes_of_a_category_are_in_its_object(shared: Emulator) -> None:
    made = make_template(shared, "device", "pumps", attribute("rate", "DECIMAL", category="CONFIGURATION", max=5))
    body = {"_id": "pump-1", "_templateId": made["id"]}

    elsewhere = shared.call("POST", DEVICES, json={**body, "rate": 1})
    assert elsewhere.body["details"] == {"attributeName": "rate", "category": "CONFIGURATION"}
    assert shared.call("POST", DEVICES, json={**body, "_configuration": {"rate": 6}}).status_code == 400
    assert shared.call("POST", DEVICES, json={**body, "_configuration": {"rate": 4.5}}).status_code == 201

    changed = shared.call("PATCH", f"{DEVICES}/pump-1", json={"_configuration": {"rate": 2}}).body
    assert changed["_configuration"] == {"rate": 2}
    cleared = shared.call("PATCH", f"{DEVICES}/pump-1", json={"_configuration": None}).body
    assert cleared["_configuration"] == {"rate": None}
    assert cleared["_status"]["_connection"]["_connected"] is False


def test_a_default_template_takes_anything_until_somebody_changes_it() -> None:
    with running() as emulator:
        made = emulator.call("POST", PATIENTS, json={**ADA, "anything": {"at": ["all"]}})
        assert made.body["anything"] == {"at": ["all"]}
        [default] = emulator.search(TEMPLATES, {"filter": {"name": {"eq": "Patient"}}})

        changed = body_of(default, customAttributes=[attribute("mrn", "LABEL")])
        assert emulator.call("PUT", f"{TEMPLATES}/{default['id']}", json=changed).status_code == 200

        refused = emulator.call("POST", PATIENTS, json={**ADA, "anything": 1})
        assert refused.body["details"] == {"attributeName": "anything", "templateId": default["id"]}
        assert emulator.call("POST", PATIENTS, json={**ADA, "mrn": "7"}).body["mrn"] == "7"
        # What is there stays, and goes back as it came.
        path = f"{PATIENTS}/{made.body['_id']}"
        assert emulator.call("PATCH", path, json={"_description": "x"}).body["anything"] == {"at": ["all"]}
        assert emulator.call("POST", "/_emulator/reset").status_code == 204
        assert emulator.call("POST", PATIENTS, json={**ADA, "anything": 1}).status_code == 201


def test_templates_outlive_the_platform(tmp_path: Path) -> None:
    with served(tmp_path) as client:
        made = make_template(client, "patient", "lasting", attribute("mrn", "LABEL", mandatory=True))
    with served(tmp_path) as client:
        assert client.call("GET", f"{TEMPLATES}/{made['id']}").body == made
        assert patient(client, made["id"]).body["code"] == "ATTRIBUTE_IS_MANDATORY"


@pytest.mark.parametrize("version", [1, 2])
def test_the_entity_types_are_listed_with_what_templates_can_say(shared: Emulator, version: int) -> None:
    path = f"/v{version}/entity-types"
    body = described(path, shared.call("GET", f"/settings{path}"))
    types = {one["name"]: one for one in body["entityTypes" if version == 1 else "data"]}

    assert types.keys() == TYPES
    assert types["usage-session"]["parentTemplateType"] == "device"
    bases = {one["name"]: one.get("customBasePath") for one in types["device"]["attributeCategories"]}
    assert bases == {"REGULAR": None, "CONFIGURATION": "_configuration", "STATUS": "_status"}
    assert [one["name"] for one in types["command"]["templateAttributes"]] == ["_supportStop", "_timeoutInSeconds"]


def test_a_parameter_that_is_no_truth_value_is_refused(shared: Emulator) -> None:
    assert shared.call("POST", f"{TEMPLATES}?force=maybe", json={}).body["code"] == "BAD_REQUEST"
    assert shared.call("GET", f"{TEMPLATES}/none").body["code"] == "BAD_REQUEST"
