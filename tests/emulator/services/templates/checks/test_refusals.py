"""Every code that the platform's description has for templates, each brought about by a call."""

from __future__ import annotations

import itertools
import json
import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from biot_emulator.client import Reply
from biot_emulator.testing import Emulator
from tests.emulator.conftest import ADA, PATIENTS, SHARED
from tests.emulator.made_templates import TEMPLATES, attribute, make_template

DESCRIPTION = SHARED / "platform-api/wider/settings-2.4.2.json"
NOBODY = "00000000-0000-4000-8000-00000000abcd"
TENANT = "00000000-0000-0000-0000-000000000000"
CAREGIVERS = "/organization/v1/users/caregivers"

_CODE = re.compile(r"Code\s*:\s*(\w+),\s*Details:\s*\[([^\]]*)\]")
_numbers = itertools.count()

#: What no call can bring about here, and why.
NOT_HERE = {
    "ANALYTICS_DB_DATA_SYNCHRONIZATION_ON": "there is no analytics database to be kept in step",
    "ANALYTICS_DB_DATA_SYNCHRONIZATION_IS_ENABLED": "there is no analytics database to be kept in step",
    "ATTRIBUTE_VALUE_CONVERSION_FAILED": "see test_a_default_is_checked_as_a_value_is",
    "CHILD_TEMPLATE_DELETION_DISALLOWED": "no entity type has children whose templates must stay",
    "INTERNAL_SERVER_ERROR": "no call is meant to",
    "GATEWAY_TIMEOUT": "nothing here waits for another service",
    "TOKEN_NOT_VALID": "tests/emulator/scenarios/test_services.py has it for every service",
    "ACCESS_DENIED": "tests/emulator/scenarios/test_services.py has it for every service",
    "MISSING_TEMPLATE_ID": "the path always has one",
    "NOT_VALID_TEMPLATE_TO_REFERENCE": "references have no defaults: DEFAULT_VALUE_NOT_SUPPORTED_FOR_TYPE",
    "REFERENCED_ENTITY_TYPE_MISMATCH": "references have no defaults: DEFAULT_VALUE_NOT_SUPPORTED_FOR_TYPE",
    "REFERENCE_CONFIGURATION_ENTITY_NOT_FOUND": "references have no defaults: DEFAULT_VALUE_NOT_SUPPORTED_FOR_TYPE",
    "ORGANIZATION_SELECTION_CONFIGURATION_IS_MISSING": "no entity type has template attributes for organizations",
    "SELECTED_ORGANIZATIONS_IS_NOT_EMPTY": "no entity type has template attributes for organizations",
    "SET_RSAN_MISSING_BUILTIN_REFERENCE_ATTRIBUTES": "built-in references have their names from the platform",
    "SET_RSAN_MISSING_TEMPLATE_REFERENCE_ATTRIBUTES": "no entity type has template attributes that refer",
    "TARGET_TEMPLATE_OWNER_ORGANIZATION_MISMATCH": "of creation; an update has the same check",
    "VALIDATION_DEFINITION_PROPERTY_NOT_DECIMAL": "what is no number at all is a BAD_REQUEST",
}

Call = Callable[[Emulator], Reply]


def fresh(prefix: str = "t") -> str:
    return f"{prefix}{next(_numbers)}"


def post(*attributes: dict[str, Any], entity_type: str = "patient", **more: Any) -> Call:
    def call(emulator: Emulator) -> Reply:
        name = fresh()
        body = {"entityType": entity_type, "name": name, "displayName": name, "customAttributes": [*attributes], **more}
        return emulator.call("POST", TEMPLATES, json=body)

    return call


def built_in(name: str, **more: Any) -> Call:
    return post(builtInAttributes=[{"name": name, "displayName": "Own", **more}])


def put(before: dict[str, Any], *after: dict[str, Any], used: bool = True, **more: Any) -> Call:
    """Change a template with one attribute, which keeps its id; an entity has the template, and maybe a value."""

    def call(emulator: Emulator) -> Reply:
        value = before.pop("value", None)
        made = make_template(emulator, "patient", fresh(), before)
        own = {before["name"]: value} if value is not None else {}
        if used:
            created = emulator.call("POST", PATIENTS, json={**ADA, "_templateId": made["id"], **own})
            assert created.status_code == 201, created.body
        id = made["customAttributes"][0]["id"]
        return update(emulator, made, [{"id": id, **attribute} for attribute in after], **more)

    return call


def update(emulator: Emulator, made: dict[str, Any], attributes: list[dict[str, Any]], **more: Any) -> Reply:
    body = {
        "name": made["name"],
        "displayName": made["displayName"],
        "customAttributes": attributes,
        "builtInAttributes": [],
        "templateAttributes": [],
        **more,
    }
    return emulator.call("PUT", f"{TEMPLATES}/{made['id']}", json=body)


def twice(emulator: Emulator) -> Reply:
    made = make_template(emulator, "patient", fresh())
    body = {"entityType": "patient", "name": made["name"], "displayName": "Other"}
    return emulator.call("POST", TEMPLATES, json=body)


def analytics_twice(emulator: Emulator) -> Reply:
    name = {"name": fresh("db")}
    assert post(analyticsDbConfiguration=name)(emulator).status_code == 201
    return post(analyticsDbConfiguration=name)(emulator)


def back_name_twice(emulator: Emulator) -> Reply:
    reference = {"entityType": "device", "referencedSideAttributeName": fresh("back")}
    assert post(attribute("a", "REFERENCE", referenceConfiguration=reference))(emulator).status_code == 201
    return post(attribute("a", "REFERENCE", referenceConfiguration=reference))(emulator)


def of_organization(emulator: Emulator) -> Reply:
    other = make_template(emulator, "device", fresh(), ownerOrganizationId=TENANT)
    reference = {"entityType": "device", "validTemplatesToReference": [other["id"]]}
    return post(attribute("a", "REFERENCE", referenceConfiguration=reference))(emulator)


def link(emulator: Emulator, category: str = "REGULAR", attribute_id: str | None = None) -> Reply:
    target = make_template(emulator, "device", fresh(), attribute("serial", "LABEL", category="CONFIGURATION"))
    id = attribute_id or target["customAttributes"][0]["id"]
    return linked(target, id, category=category)(emulator)


def linked(target: dict[str, Any], id: str, **more: Any) -> Call:
    to = {"entityTypeName": target["entityTypeName"], "templateId": target["id"], "attributeId": id}
    return post(attribute("a", "LINK", linkConfiguration=to, **more))


def link_target(emulator: Emulator) -> tuple[dict[str, Any], Reply]:
    target = make_template(emulator, "device", fresh(), attribute("serial", "LABEL"))
    made = linked(target, target["customAttributes"][0]["id"])(emulator)
    assert made.status_code == 201, made.body
    return target, made


def changed_link(emulator: Emulator) -> Reply:
    _, made = link_target(emulator)
    target = make_template(emulator, "device", fresh(), attribute("serial", "LABEL"))
    id = target["customAttributes"][0]["id"]
    to = {"entityTypeName": "device", "templateId": target["id"], "attributeId": id}
    own = made.body["customAttributes"][0]["id"]
    return update(emulator, made.body, [{**attribute("a", "LINK", linkConfiguration=to), "id": own}])


def without_parent(emulator: Emulator) -> Reply:
    parent = make_template(emulator, "device", fresh())
    child = make_template(emulator, "usage-session", fresh(), parentTemplateId=parent["id"])
    return update(emulator, child, [])


def unknown_ids(kind: str) -> Call:
    def call(emulator: Emulator) -> Reply:
        made = make_template(emulator, "patient", fresh())
        return update(emulator, made, [], **{kind: [{"id": NOBODY, "displayName": "Own"}]})

    return call


def deletion(make: Callable[[Emulator], str]) -> Call:
    return lambda emulator: emulator.call("DELETE", f"{TEMPLATES}/{make(emulator)}")


def default(emulator: Emulator) -> str:
    return str(next(one["id"] for one in emulator.search(TEMPLATES) if one["name"] == "Patient"))


def used(emulator: Emulator) -> str:
    made = make_template(emulator, "patient", fresh())
    assert emulator.call("POST", PATIENTS, json={**ADA, "_templateId": made["id"]}).status_code == 201
    return str(made["id"])


def referred(emulator: Emulator) -> str:
    made = make_template(emulator, "device", fresh())
    reference = {"entityType": "device", "validTemplatesToReference": [made["id"]]}
    assert post(attribute("a", "REFERENCE", referenceConfiguration=reference))(emulator).status_code == 201
    return str(made["id"])


def parent_of_used(emulator: Emulator) -> str:
    parent = make_template(emulator, "patient", fresh())
    child = make_template(emulator, "patient-alert", fresh(), parentTemplateId=parent["id"])
    patient = emulator.call("POST", PATIENTS, json={**ADA, "_templateId": parent["id"]}).body["_id"]
    alert = emulator.call("POST", f"{PATIENTS}/{patient}/alerts", json={"_templateId": child["id"]})
    assert alert.status_code == 201, alert.body
    return str(parent["id"])


REFERENCE = {"entityType": "caregiver"}
CREATION: list[tuple[str, int, Call]] = [
    ("TEMPLATE_DUPLICATE_NAME", 400, twice),
    ("DUPLICATE_RSAN_FOR_ENTITY_TYPE", 400, back_name_twice),
    (
        "ATTRIBUTE_NUMERIC_DATA_OUT_OF_RANGE",
        400,
        post(attribute("a", "INTEGER", numericMetaData={"lowerRange": 2, "upperRange": 1})),
    ),
    ("ENTITY_DOES_NOT_SUPPORT_PARENT_TEMPLATE", 400, post(parentTemplateId=NOBODY)),
    (
        "PARENT_TEMPLATE_TYPE_NOT_SUPPORTED",
        400,
        lambda emulator: post(entity_type="usage-session", parentTemplateId=default(emulator))(emulator),
    ),
    ("CUSTOM_ATTRIBUTES_DUPLICATE_NAME", 400, post(attribute("a", "LABEL"), attribute("a", "DATE"))),
    ("INCORRECT_BUILT_IN_ATTRIBUTES_FOR_ENTITY", 400, built_in("_nothing")),
    ("INCORRECT_TEMPLATE_ATTRIBUTES_FOR_ENTITY", 400, post(templateAttributes=[{"name": "x", "displayName": "X"}])),
    ("VALIDATION_DEFINITION_REGEX_NOT_SUPPORTED", 400, post(attribute("a", "INTEGER", regex="1"))),
    ("VALIDATION_DEFINITION_MIN_NOT_SUPPORTED", 400, post(attribute("a", "BOOLEAN", min=1))),
    ("VALIDATION_DEFINITION_MAX_NOT_SUPPORTED", 400, post(attribute("a", "DATE", max=1))),
    ("VALIDATION_DEFINITION_PROPERTY_NOT_INTEGER", 400, post(attribute("a", "LABEL", max=1.5))),
    ("VALIDATION_MANDATORY_READONLY", 400, built_in("_name", validation={"mandatory": False})),
    ("VALIDATION_PHI_READONLY", 400, built_in("_name", phi=True)),
    ("DUPLICATE_SELECTABLE_VALUE", 400, post(attribute("a", "SINGLE_SELECT", choices=["x", "x"]))),
    (
        "DUPLICATE_RSAN_IN_REQUEST",
        400,
        post(
            *(
                attribute(name, "REFERENCE", referenceConfiguration={**REFERENCE, "referencedSideAttributeName": "x"})
                for name in "ab"
            )
        ),
    ),
    ("TARGET_MISSING_ENTITY_TYPE", 400, post(attribute("a", "REFERENCE", referenceConfiguration={"uniquely": True}))),
    (
        "TARGET_TEMPLATE_NOT_FOUND_BY_ENTITY_TYPE",
        400,
        post(attribute("a", "REFERENCE", referenceConfiguration={**REFERENCE, "validTemplatesToReference": [NOBODY]})),
    ),
    (
        "REFERENCE_CONFIGURATION_BLANK_RSAN",
        400,
        post(attribute("a", "REFERENCE", referenceConfiguration={**REFERENCE, "referencedSideAttributeName": " "})),
    ),
    ("REFERENCE_CONFIGURATION_MISSING", 400, post(attribute("a", "REFERENCE"))),
    ("NUMERIC_METADATA_FOR_NON_NUMERIC_ATTRIBUTE", 400, post(attribute("a", "LABEL", numericMetaData={"units": "g"}))),
    ("CATEGORY_NOT_VALID_FOR_ENTITY_TYPE", 400, post(attribute("a", "LABEL", category="CONFIGURATION"))),
    ("UNSUPPORTED_CUSTOM_ATTRIBUTE_TYPE_FOR_CATEGORY", 400, post(attribute("a", "LABEL", category="MEASUREMENT"))),
    ("TARGET_TEMPLATE_OWNER_ORGANIZATION_MISMATCH", 400, of_organization),
    ("CATEGORY_NOT_IN_TARGET_ALLOWED_LINK_CATEGORIES", 400, link),
    ("TARGET_ATTRIBUTE_NOT_FOUND_IN_TEMPLATE", 400, lambda emulator: link(emulator, attribute_id=NOBODY)),
    (
        "LINK_CONFIGURATION_NOT_NULL",
        400,
        post(
            attribute(
                "a",
                "LABEL",
                linkConfiguration={"entityTypeName": "device", "templateId": NOBODY, "attributeId": NOBODY},
            )
        ),
    ),
    ("LINK_CONFIGURATION_NULL", 400, post(attribute("a", "LINK"))),
    (
        "CATEGORY_DOES_NOT_SUPPORT_MANDATORY_VALIDATION",
        400,
        post(attribute("a", "INTEGER", category="MEASUREMENT", mandatory=True)),
    ),
    (
        "CATEGORY_DOES_NOT_ALLOW_DEFAULT_VALUE",
        400,
        post(attribute("a", "INTEGER", category="MEASUREMENT", defaultValue=1)),
    ),
    (
        "DEFAULT_VALUE_NOT_ALLOWED_FOR_READ_ONLY_ATTRIBUTE",
        400,
        built_in("_username", validation={"mandatory": False, "defaultValue": "ada"}),
    ),
    ("DEFAULT_VALUE_NOT_SUPPORTED_FOR_TYPE", 400, post(attribute("a", "NAME", defaultValue=ADA["_name"]))),
    (
        "ORGANIZATION_SELECTION_CONFIGURATION_IS_NOT_ALLOWED",
        400,
        post(
            entity_type="command",
            templateAttributes=[
                {
                    "name": "_supportStop",
                    "displayName": "Stop",
                    "organizationSelectionConfiguration": {"all": True},
                }
            ],
        ),
    ),
    ("ATTRIBUTE_VALUE_TYPE_MISMATCH", 400, post(attribute("a", "INTEGER", defaultValue="1"))),
    ("VALIDATION_TIMEZONE_NOT_VALID", 400, post(attribute("a", "TIMEZONE", defaultValue="x"))),
    ("VALIDATION_LOCALE_NOT_VALID", 400, post(attribute("a", "LOCALE", defaultValue="x"))),
    (
        "SELECT_ATTRIBUTE_DUPLICATED_VALUES",
        400,
        post(attribute("a", "MULTI_SELECT", choices=["x"], defaultValue=["x", "x"])),
    ),
    ("SELECT_ATTRIBUTE_INVALID_VALUE", 400, post(attribute("a", "SINGLE_SELECT", choices=["x"], defaultValue="y"))),
    ("TEMPLATE_ANALYTICS_DB_NAME_IS_INVALID", 400, post(analyticsDbConfiguration={"name": "1 2"})),
    (
        "ATTRIBUTE_ANALYTICS_DB_NAME_IS_INVALID",
        400,
        post(attribute("a", "LABEL", analyticsDbConfiguration={"name": "1 2"})),
    ),
    (
        "ATTRIBUTE_ANALYTICS_DB_DUPLICATE_NAME",
        400,
        post(*(attribute(name, "LABEL", analyticsDbConfiguration={"name": "x"}) for name in "ab")),
    ),
    (
        "TEMPLATE_IN_USE_CHANGE_REFERENCE_CONFIGURATION_ENTITY_TYPE",
        403,
        built_in("_caregiver", referenceConfiguration={"entityType": "device"}),
    ),
    ("ENTITY_TYPE_NOT_FOUND", 404, post(entity_type="nothing")),
    (
        "TARGET_ENTITY_TYPE_NOT_FOUND",
        404,
        post(attribute("a", "REFERENCE", referenceConfiguration={"entityType": "nothing"})),
    ),
    ("TEMPLATE_ANALYTICS_DB_NAME_ALREADY_EXISTS", 409, analytics_twice),
]
UPDATE: list[tuple[str, int, Call]] = [
    ("ENTITY_TYPE_REQUIRES_PARENT_TEMPLATE", 400, without_parent),
    ("MISSING_DEFAULT_VALUE", 400, put(attribute("a", "LABEL"), attribute("a", "LABEL", mandatory=True))),
    ("TEMPLATE_IN_USE_UPDATE_ATTRIBUTE_VALUE", 403, put(attribute("a", "LABEL"), attribute("a", "DATE"))),
    ("CUSTOM_ATTRIBUTE_IN_USE", 403, put({**attribute("a", "LABEL"), "value": "x"})),
    ("TEMPLATE_IN_USE_RAISE_MINIMUM_VALUE", 403, put(attribute("a", "LABEL", min=1), attribute("a", "LABEL", min=2))),
    ("TEMPLATE_IN_USE_LOWER_MAXIMUM_VALUE", 403, put(attribute("a", "LABEL"), attribute("a", "LABEL", max=9))),
    (
        "TEMPLATE_IN_USE_CHANGE_REFERENCE_CONFIGURATION_UNIQUELY",
        403,
        put(
            attribute("a", "REFERENCE", referenceConfiguration=REFERENCE),
            attribute("a", "REFERENCE", referenceConfiguration={**REFERENCE, "uniquely": True}),
        ),
    ),
    (
        "TEMPLATE_IN_USE_CHANGE_REFERENCE_CONFIGURATION_ENTITY_TYPE",
        403,
        put(
            attribute("a", "REFERENCE", referenceConfiguration=REFERENCE),
            attribute("a", "REFERENCE", referenceConfiguration={"entityType": "device"}),
        ),
    ),
    ("UPDATE_LINKED_TYPE_ATTRIBUTE_NOT_SUPPORTED", 403, changed_link),
    ("ATTRIBUTE_IS_LINK_TARGET", 403, lambda emulator: update(emulator, link_target(emulator)[0], [])),
    (
        "TEMPLATE_NOT_FOUND",
        404,
        lambda emulator: update(emulator, {"id": NOBODY, "name": "x", "displayName": "X"}, []),
    ),
    ("BUILT_IN_ATTRIBUTES_NOT_FOUND", 404, unknown_ids("builtInAttributes")),
    ("TEMPLATE_ATTRIBUTES_NOT_FOUND", 404, unknown_ids("templateAttributes")),
]
DELETION: list[tuple[str, int, Call]] = [
    ("TEMPLATE_REFERENCE_IN_USE", 403, deletion(referred)),
    ("TEMPLATE_IN_USE_DELETE_TEMPLATE", 403, deletion(used)),
    ("TEMPLATE_DELETION_DISALLOWED", 403, deletion(default)),
    ("CHILD_TEMPLATE_IN_USE", 403, deletion(parent_of_used)),
    ("TEMPLATE_IS_LINK_TARGET", 403, deletion(lambda emulator: str(link_target(emulator)[0]["id"]))),
    ("TEMPLATE_NOT_FOUND", 404, deletion(lambda _: NOBODY)),
]
READING: list[tuple[str, int, Call]] = [
    ("TEMPLATE_NOT_FOUND", 404, lambda emulator: emulator.call("GET", f"{TEMPLATES}/{NOBODY}")),
    ("TEMPLATE_NOT_FOUND", 404, lambda emulator: emulator.call("GET", f"{TEMPLATES}/{NOBODY}/overview")),
]
ALL = [*CREATION, *UPDATE, *DELETION, *READING]


def described() -> Iterator[tuple[str, str, set[str]]]:
    """The codes of the description with the operations and the names of the details."""
    if not DESCRIPTION.exists():
        return
    paths = json.loads(DESCRIPTION.read_text(encoding="utf-8"))["paths"]
    for path, methods in paths.items():
        if path.startswith("/v1/templates"):
            for method, operation in methods.items():
                for response in operation["responses"].values():
                    for code, details in _CODE.findall(response.get("description", "")):
                        names = {name.strip() for name in details.split(",")} - {""}
                        yield f"{method.upper()} {path}", code, names


@pytest.mark.parametrize(("code", "status", "call"), ALL, ids=[f"{n}-{row[0]}" for n, row in enumerate(ALL)])
def test_a_refusal_has_its_code_and_details(shared: Emulator, code: str, status: int, call: Call) -> None:
    before = shared.call("GET", TEMPLATES).body["metadata"]["page"]["totalResults"]

    reply = call(shared)

    assert (reply.status_code, reply.body["code"]) == (status, code), reply.body["message"]
    known = {of_code: names for _, of_code, names in described()}
    assert not known or reply.body["details"].keys() == known[code]
    # Whatever else was made for it, of what was asked for there is nothing.
    assert shared.call("GET", TEMPLATES).body["metadata"]["page"]["totalResults"] >= before


def test_every_code_of_the_description_is_ticked_off() -> None:
    codes = {code for _, code, _ in described()}
    if not codes:
        pytest.skip(f"the published description is not at {DESCRIPTION}")

    assert codes - {code for code, _, _ in ALL} - NOT_HERE.keys() <= {"TEMPLATES_ADDING_DISALLOWED"}


@pytest.mark.parametrize(
    "more",
    [
        {"name": ""},
        {"name": "1x"},
        {"name": "x" * 37},
        {"name": "a-b"},
        {"displayName": ""},
        {"displayName": "x" * 65},
        {"entityType": None},
        {"ownerOrganizationId": NOBODY},
        {"parentTemplateId": "x"},
        {"customAttributes": {}},
        {"customAttributes": [1]},
        {"customAttributes": [attribute("a", "NOTHING")]},
        {"customAttributes": [attribute("_a", "LABEL")]},
        {"customAttributes": [attribute("a", "LABEL", regex="(")]},
        {"customAttributes": [attribute("a", "LABEL", regex="x" * 2000)]},
        {"customAttributes": [attribute("a", "LABEL", min="1")]},
        {"customAttributes": [attribute("a", "LABEL", min=3, max=2)]},
        {"customAttributes": [attribute("a", "LABEL", min=-1)]},
        {"customAttributes": [attribute("a", "LABEL", choices=["x"])]},
        {"customAttributes": [attribute("a", "SINGLE_SELECT")]},
        {"customAttributes": [attribute("a", "LABEL", supportedMimeTypes=["text/plain"])]},
        {"customAttributes": [{**attribute("a", "LABEL"), "category": None}]},
        {"customAttributes": [{**attribute("a", "LABEL"), "validation": {}}]},
        {"customAttributes": [attribute(f"a{number}", "LABEL") for number in range(501)]},
        {"builtInAttributes": [{"name": "_email"}]},
    ],
)
def test_what_is_no_request_is_refused(shared: Emulator, more: dict[str, Any]) -> None:
    body = {"entityType": "patient", "name": fresh(), "displayName": "X", **more}
    reply = shared.call("POST", TEMPLATES, json=body)
    assert (reply.status_code, reply.body["code"]) == (400, "BAD_REQUEST")


@pytest.mark.parametrize(
    ("type", "value", "code"),
    [("DATE", "x", "ATTRIBUTE_VALUE_CONVERSION_FAILED"), ("PHONE", "1", "ATTRIBUTE_REGEX_VALIDATION_FAILED")],
)
def test_a_default_is_checked_as_a_value_is(shared: Emulator, type: str, value: Any, code: str) -> None:
    assert post(attribute("a", type, defaultValue=value))(shared).body["code"] == code
