"""Each type of attributes with what it takes, and what it refuses with which code."""

from __future__ import annotations

import itertools
from typing import Any

import pytest

from biot_emulator.client import Reply
from biot_emulator.testing import Emulator
from tests.emulator.conftest import ADA, PATIENTS
from tests.emulator.made_templates import attribute, make_template

SITES = ("north", "south")
ATTRIBUTES = {
    "label": attribute("label", "LABEL", min=2, max=4, regex="[A-Z]+"),
    "plain": attribute("plain", "LABEL"),
    "paragraph": attribute("paragraph", "PARAGRAPH", max=10),
    "integer": attribute("integer", "INTEGER", min=-2, max=9),
    "decimal": attribute("decimal", "DECIMAL", min=0.5, max=1.5),
    "boolean": attribute("boolean", "BOOLEAN"),
    "site": attribute("site", "SINGLE_SELECT", choices=SITES),
    "sites": attribute("sites", "MULTI_SELECT", choices=SITES),
    "address": attribute("address", "ADDRESS"),
    "person": attribute("person", "NAME"),
    "phone": attribute("phone", "PHONE"),
    "email": attribute("email", "EMAIL"),
    "moment": attribute("moment", "DATE_TIME"),
    "day": attribute("day", "DATE"),
    "timezone": attribute("timezone", "TIMEZONE"),
    "locale": attribute("locale", "LOCALE"),
    "doctor": attribute("doctor", "REFERENCE", referenceConfiguration={"entityType": "caregiver"}),
    "scan": attribute("scan", "IMAGE", supportedMimeTypes=["image/png"]),
    "report": attribute("report", "FILE"),
    "slow": attribute("slow", "LABEL", regex="(a|a)*b"),
    "pulse": attribute("pulse", "INTEGER", category="MEASUREMENT"),
    "wave": attribute("wave", "WAVEFORM", category="MEASUREMENT"),
}
TEXTS = ("plain", "paragraph", "moment", "locale")
NOBODY = "00000000-0000-4000-8000-00000000abcd"

MISMATCH, CONVERSION = "ATTRIBUTE_VALUE_TYPE_MISMATCH", "ATTRIBUTE_VALUE_CONVERSION_FAILED"
PATTERN, SELECTION = "ATTRIBUTE_REGEX_VALIDATION_FAILED", "SELECT_ATTRIBUTE_INVALID_VALUE"
LEAST, MOST = "VALIDATION_MINIMUM_ALLOWED_VALUE", "VALIDATION_MAX_ALLOWED_VALUE"
MISSING = "REFERENCE_CONFIGURATION_ENTITY_NOT_FOUND"
WRITE_MODE = "WRITE_MODE_NOT_VALID_FOR_ATTRIBUTE_TYPE"


@pytest.fixture(scope="module")
def template(shared: Emulator) -> str:
    return str(make_template(shared, "patient", "everything", *ATTRIBUTES.values())["id"])


def create(emulator: Emulator, template: str, **attributes: Any) -> Reply:
    return emulator.call("POST", PATIENTS, json={**ADA, "_templateId": template, **attributes})


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("label", "ABCD"),
        ("paragraph", "é" * 10),
        ("integer", 9),
        ("integer", -2),
        ("decimal", 1),
        ("decimal", 1.5),
        ("boolean", False),
        ("site", "south"),
        ("sites", []),
        ("sites", ["south", "north"]),
        ("address", {"countryCode": "US", "city": "Boston"}),
        ("person", ADA["_name"]),
        ("phone", "+4915112345678"),
        ("email", "ada@example.org"),
        ("moment", "2026-01-31T12:00:00.5+01:00"),
        ("day", "2024-02-29"),
        ("timezone", "Europe/Oslo"),
        ("locale", "en-us"),
        ("locale", "en_US"),
        ("slow", "aab"),
        *((name, None) for name in ATTRIBUTES if name not in ("pulse", "wave")),
    ],
)
def test_a_value_of_its_type_is_stored_as_it_came(shared: Emulator, template: str, name: str, value: Any) -> None:
    reply = create(shared, template, **{name: value})

    assert reply.status_code == 201, reply.body
    assert (reply.body[name], type(reply.body[name])) == (value, type(value))
    # Every other attribute is there, and null.
    others = ATTRIBUTES.keys() - {name, "pulse", "wave"}
    assert {other: reply.body[other] for other in others} == dict.fromkeys(others)
    assert shared.call("GET", f"{PATIENTS}/{reply.body['_id']}").body == reply.body


@pytest.mark.parametrize(
    ("name", "value", "code"),
    [
        *((name, value, MISMATCH) for name, value in itertools.product(TEXTS, (1, [], {}))),
        ("label", "A", LEAST),
        ("label", "ABCDE", MOST),
        ("label", "abc", PATTERN),
        ("label", "ABC\n", PATTERN),
        ("plain", "x" * 1025, MOST),
        ("paragraph", "é" * 11, MOST),
        ("integer", 1.5, MISMATCH),
        ("integer", "1", MISMATCH),
        ("integer", True, MISMATCH),
        ("integer", -3, LEAST),
        ("integer", 10, MOST),
        ("decimal", "1", MISMATCH),
        ("decimal", 0.4, LEAST),
        ("decimal", 1e300, MOST),
        ("boolean", "true", MISMATCH),
        ("boolean", 0, MISMATCH),
        ("site", "west", SELECTION),
        ("site", ["north"], MISMATCH),
        ("sites", "north", MISMATCH),
        ("sites", ["west"], SELECTION),
        ("sites", [None], MISMATCH),
        ("sites", ["north", "north"], "SELECT_ATTRIBUTE_DUPLICATED_VALUES"),
        ("address", {"city": "Boston"}, "COUNTRY_CODE_CANNOT_BE_NULL"),
        ("address", {"countryCode": "USA"}, MISMATCH),
        ("address", {"countryCode": "US", "city": 1}, MISMATCH),
        ("person", {"firstName": "Ada"}, "ATTRIBUTE_IS_MANDATORY"),
        ("person", "Ada", MISMATCH),
        ("phone", "0151 123", PATTERN),
        ("email", "ada", PATTERN),
        ("moment", "2026-01-31", CONVERSION),
        ("moment", "yesterday", CONVERSION),
        ("day", "2026-02-30", CONVERSION),
        ("day", "20260131", CONVERSION),
        ("timezone", "Mars/Olympus", "VALIDATION_TIMEZONE_NOT_VALID"),
        ("timezone", "../etc/passwd", "VALIDATION_TIMEZONE_NOT_VALID"),
        ("locale", "english", "VALIDATION_LOCALE_NOT_VALID"),
        ("doctor", {"id": NOBODY}, MISSING),
        ("doctor", {"id": None}, MISMATCH),
        ("doctor", {}, MISMATCH),
        ("doctor", NOBODY, MISMATCH),
        ("doctor", {"id": "00000000-0000-0000-0000-000000000000"}, "REFERENCED_ENTITY_TYPE_MISMATCH"),
        ("report", {"id": NOBODY}, MISSING),
        ("report", {"id": "none"}, MISMATCH),
        ("slow", "a" * 40, PATTERN),
        ("pulse", 61, WRITE_MODE),
        ("wave", {}, WRITE_MODE),
        ("nothing", 1, "ATTRIBUTE_NOT_VALID_FOR_TEMPLATE"),
        ("_nothing", 1, "ATTRIBUTE_NOT_VALID_FOR_TEMPLATE"),
    ],
)  # fmt: skip
def test_any_other_value_is_refused_with_its_code(
    shared: Emulator, template: str, name: str, value: Any, code: str
) -> None:
    before = shared.call("GET", PATIENTS).body["metadata"]["page"]["totalResults"]

    reply = create(shared, template, **{name: value})

    assert (reply.status_code, reply.body["code"]) == (404 if code == MISSING else 400, code)
    assert shared.call("GET", PATIENTS).body["metadata"]["page"]["totalResults"] == before


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("_gender", "OTHER"),
        ("_credentialType", "KEY"),
        ("_phone", "0151"),
        ("_email", "ada"),
        ("_locale", "x"),
        ("_dateOfBirth", "10.12.1815"),
        ("_address", {}),
        ("_nationalId", "1" * 51),
        ("_canLogin", "yes"),
        ("_mfa", {"expirationInMinutes": 0}),
        ("_mfa", {"expirationInMinutes": 1441}),
        ("_mfa", {"code": 1}),
        ("_mfa", 1),
        ("_name", {"firstName": "Ada", "lastName": ""}),
        ("_description", "x" * 5001),
        ("_invitationAccepted", True),
        ("_enabled", "DISABLED"),
        ("_id", NOBODY),
        ("_creationTime", "2026-01-31T12:00:00Z"),
        ("_caption", "Ada"),
        ("_template", {"id": NOBODY}),
        ("_caregiver", {"id": NOBODY}),
        ("_ownerOrganization", None),
        ("_ownerOrganization", {"id": NOBODY}),
        ("_templateId", NOBODY),
        ("_templateId", "none"),
    ],
)
def test_built_in_attributes_are_as_strict(shared: Emulator, name: str, value: Any) -> None:
    assert shared.call("POST", PATIENTS, json={**ADA, name: value}).status_code in (400, 404)


def test_files_have_their_name_and_type(shared: Emulator, template: str) -> None:
    upload = {"name": "scan.png", "mimeType": "image/png"}
    image = shared.call("POST", "/file/v1/files/upload", json=upload).body["id"]
    text = shared.call("POST", "/file/v1/files/upload", json={"name": "a.txt", "mimeType": "text/plain"}).body["id"]

    made = create(shared, template, scan={"id": image}, report={"id": text})

    assert made.body["scan"] == {"id": image, "name": "scan.png", "mimeType": "image/png", "size": 0, "publicUrl": None}
    assert made.body["report"]["mimeType"] == "text/plain"
    assert create(shared, template, scan={"id": text}).body["code"] == MISMATCH


def test_a_pattern_that_never_ends_holds_nobody_up(shared: Emulator) -> None:
    slow = make_template(shared, "patient", "slow", attribute("code", "LABEL", regex="(a|aa|a?)+$"))
    # The time that this may take is limited by the test run's own limit alone.
    reply = create(shared, slow["id"], code="a" * 200 + "!")
    assert reply.body["code"] == PATTERN
