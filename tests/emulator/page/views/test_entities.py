"""Entities in the page: searched, created, changed and deleted by the platform's own rules."""

from __future__ import annotations

import html
import json
import re

import pytest

from biot_emulator.services.entities.types import ENTITY_TYPES
from biot_emulator.testing import Emulator
from tests.emulator.conftest import ADA, PATIENTS, code_zip, interception
from tests.emulator.page.conftest import Answer, Browser

ENTITIES = "/_emulator/page/entities"


def text_of(answer: Answer) -> str:
    """The text in the form of an entity."""
    match = re.search(r'<textarea name="entity"[^>]*>\n(.*?)</textarea>', answer.text, re.DOTALL)
    assert match, answer.text
    return html.unescape(match[1])


def modified(answer: Answer) -> str:
    match = re.search(r'name="modified" value="([^"]*)"', answer.text)
    assert match
    return match[1]


@pytest.fixture
def patient(emulator: Emulator) -> str:
    return str(emulator.call("POST", PATIENTS, json=ADA).body["_id"])


@pytest.mark.parametrize("name", [entity_type.name for entity_type in ENTITY_TYPES])
def test_every_entity_type_has_pages(browser: Browser, name: str) -> None:
    assert f'href="{ENTITIES}/{name}"' in browser.get(ENTITIES).text
    assert browser.get(f"{ENTITIES}/{name}").status == 200
    new = browser.get(f"{ENTITIES}/{name}/new")
    assert new.status == 200
    json.loads(text_of(new))


def test_what_the_form_of_a_new_entity_has_is_enough(browser: Browser, emulator: Emulator) -> None:
    for name in ("organization", "caregiver", "patient"):
        text = text_of(browser.get(f"{ENTITIES}/{name}/new")).replace("ada@example.com", f"{name}@example.com")
        answer = browser.submit(f"{ENTITIES}/{name}/new", {"entity": text})
        assert answer.status == 303, html.unescape(answer.text)
        assert browser.get(answer.headers["location"]).status == 200


def test_pages_of_entities_have_a_bounded_number_of_rows(browser: Browser, emulator: Emulator) -> None:
    for number in range(60):
        emulator.call("POST", PATIENTS, json={"_name": {"firstName": f"Pat{number}", "lastName": "Many"}})
    first = browser.get(f"{ENTITIES}/patient?q=Many")
    assert first.text.count("<tr>") == 51
    second = browser.get(f"{ENTITIES}/patient?q=Many&page=1")
    assert second.text.count("<tr>") == 11
    assert "51\u201360 of 60" in second.text
    assert "Pat59" in browser.get(f"{ENTITIES}/patient?q=Pat59").text
    for wrong in ("x", "-1", "99999999", "%D9%A3"):
        assert browser.get(f"{ENTITIES}/patient?page={wrong}").status == 400


def test_an_entity_is_changed_by_what_differs(browser: Browser, emulator: Emulator, patient: str) -> None:
    path = f"{ENTITIES}/patient/of/{patient}"
    shown = browser.get(path)
    entity = json.loads(text_of(shown))
    assert entity == emulator.call("GET", f"{PATIENTS}/{patient}").body
    entity["_name"]["lastName"] = "King"
    answer = browser.submit(path, {"entity": json.dumps(entity), "modified": modified(shown)})
    assert (answer.status, answer.headers["location"]) == (303, path)
    assert "Changed: _name." in browser.get(path).text
    assert emulator.call("GET", f"{PATIENTS}/{patient}").body["_name"]["lastName"] == "King"


def test_nobodys_change_is_overwritten(browser: Browser, emulator: Emulator, patient: str) -> None:
    path = f"{ENTITIES}/patient/of/{patient}"
    shown = browser.get(path)
    emulator.call("PATCH", f"{PATIENTS}/{patient}", json={"_description": "of somebody else"})
    entity = {**json.loads(text_of(shown)), "_description": "mine"}
    answer = browser.submit(path, {"entity": json.dumps(entity), "modified": modified(shown)})
    assert answer.status == 409
    assert json.loads(text_of(answer)) == entity, "what somebody has written is not lost"
    assert emulator.call("GET", f"{PATIENTS}/{patient}").body["_description"] == "of somebody else"


@pytest.mark.parametrize("text", ["", "{", "[]", "null", '{"_id": NaN}'])
def test_what_is_no_entity_is_refused_and_not_lost(browser: Browser, patient: str, text: str) -> None:
    path = f"{ENTITIES}/patient/of/{patient}"
    answer = browser.submit(path, {"entity": text, "modified": modified(browser.get(path))})
    assert answer.status == 400
    assert text_of(answer) == text
    assert browser.submit(f"{ENTITIES}/patient/new", {"entity": text}).status == 400


def test_the_platforms_rules_hold(browser: Browser, emulator: Emulator, patient: str) -> None:
    path = f"{ENTITIES}/patient/of/{patient}"
    shown = browser.get(path)
    entity = {**json.loads(text_of(shown)), "_email": "no mail address"}
    answer = browser.submit(path, {"entity": json.dumps(entity), "modified": modified(shown)})
    assert answer.status == 400
    assert "The platform refuses it with 400" in answer.text


def test_an_entity_is_deleted(browser: Browser, patient: str) -> None:
    path = f"{ENTITIES}/patient/of/{patient}"
    assert browser.submit(f"{path}/delete", {}).headers["location"] == f"{ENTITIES}/patient"
    assert browser.get(path).status == 404


def test_what_belongs_to_another_entity_is_created_and_read(browser: Browser, emulator: Emulator, patient: str) -> None:
    new = browser.get(f"{ENTITIES}/patient-alert/new")
    assert 'name="parent"' in new.text
    refused = browser.submit(f"{ENTITIES}/patient-alert/new", {"entity": "{}"})
    assert refused.status == 400
    for bad in ("a/b", ".."):
        assert browser.submit(f"{ENTITIES}/patient-alert/new", {"entity": "{}", "parent": bad}).status in (400, 404)


def test_looking_at_entities_calls_no_plugin_and_changing_them_does(
    browser: Browser, emulator: Emulator, patient: str
) -> None:
    emulator.deploy(
        code_zip("def handler(event, context): return {'statusCode': 418, 'body': '{}'}"),
        subscriptions={"interceptions": [interception("PRE_REQUEST", f"PATCH{PATIENTS}/{{id}}")]},
    )
    path = f"{ENTITIES}/patient/of/{patient}"
    shown = browser.get(path)
    assert emulator.invocations() == []
    entity = {**json.loads(text_of(shown)), "_description": "x"}
    answer = browser.submit(path, {"entity": json.dumps(entity), "modified": modified(shown)})
    assert answer.status >= 400
    assert len(emulator.invocations()) == 1
    emulator.call("DELETE", "/settings/v2/plugins/Plugin-demo")


def test_what_an_entity_says_is_shown_as_text(browser: Browser, emulator: Emulator) -> None:
    evil = "<script>alert(1)</script>\"'>"
    made = emulator.call("POST", PATIENTS, json={"_name": {"firstName": evil, "lastName": "x"}}).body
    for path in (f"{ENTITIES}/patient", f"{ENTITIES}/patient/of/{made['_id']}"):
        assert "<script>alert" not in browser.get(path).text
