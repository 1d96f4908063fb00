"""What people type when they look for a hook."""

from __future__ import annotations

import pytest
from hypothesis import given, strategies as st

from biot_plugin_cli.hooks.offered.catalogue import Catalogue
from biot_plugin_cli.hooks.offered.selection import select

CATALOGUE = Catalogue.published()
PATIENTS = "organization/v1/users/patients"


def api_ids(*words: str) -> set[str]:
    return {api.api_id for api in select(CATALOGUE, words).catalogue.apis}


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (["create", "caregiver", "template"], {"POST/organization/v1/users/caregivers/templates/{templateName}"}),
        (["add", "caregiver", "template"], {"POST/organization/v1/users/caregivers/templates/{templateName}"}),
        (["remove patient alert"], {f"DELETE/{PATIENTS}/{{patientId}}/alerts/{{id}}"}),
        (["PATCH", "registrationCodes"], {"PATCH/organization/v1/registration-codes/{id}"}),
        (["patch", "registration_code"], {"PATCH/organization/v1/registration-codes/{id}"}),
        ([f"GET/{PATIENTS}/7c9e6679"], {f"GET/{PATIENTS}/{{id}}"}),
        ([f"https://api.example.com/{PATIENTS}/self?x=1"], {f"GET/{PATIENTS}/self"}),
        ([f"/{PATIENTS}/7", "get"], {f"GET/{PATIENTS}/{{id}}"}),
        ([f"POST /{PATIENTS}/7/enabled-state/ENABLED"], {f"POST/{PATIENTS}/{{id}}/enabled-state/{{state}}"}),
    ],
)
def test_an_api_is_there_by_what_people_know_of_it(words: list[str], expected: set[str]) -> None:
    assert api_ids(*words) == expected


@pytest.mark.parametrize("word", ["usage-session", "usage session", "UsageSession", "usage_sessions", "USAGE-SESSION"])
def test_a_name_is_found_in_any_spelling(word: str) -> None:
    found = select(CATALOGUE, [word]).catalogue
    assert found.entity_types == ["usage-session"]
    assert list(found.notifications) == ["usage-session"]
    assert {api.entity_type for api in found.apis} == {"usage-session"}


@pytest.mark.parametrize(
    ("words", "kinds"),
    [
        (["pre-request"], (True, False, False)),
        (["PRE_REQUEST", "device"], (True, False, False)),
        (["adapt-entity"], (False, True, False)),
        (["notification", "patient"], (False, False, True)),
        (["entities"], (True, True, True)),
    ],
)
def test_a_kind_of_hook_can_be_a_word(words: list[str], kinds: tuple[bool, bool, bool]) -> None:
    found = select(CATALOGUE, words).catalogue
    assert (bool(found.apis), bool(found.entity_types), bool(found.notifications)) == kinds


def test_only_the_actions_that_have_the_word_are_shown() -> None:
    assert select(CATALOGUE, ["login"]).catalogue.notifications == {
        "caregiver": ["_login"],
        "organization-user": ["_login"],
        "patient": ["_login"],
    }


@pytest.mark.parametrize(
    ("word", "similar"),
    [("pateint", "patient"), ("caregvier", "caregiver"), ("sesions", "sessions"), ("lgoin", "login")],
)
def test_a_misspelt_word_finds_the_most_similar(word: str, similar: str) -> None:
    selection = select(CATALOGUE, [word, "get"] if similar != "login" else [word])
    assert not selection.is_exact
    assert similar in selection.words
    assert not selection.is_empty


def test_nothing_similar_is_nothing() -> None:
    selection = select(CATALOGUE, ["zzzzzz"])
    assert selection.is_empty
    assert selection.is_exact


def test_no_word_selects_everything() -> None:
    assert select(CATALOGUE, []).catalogue == CATALOGUE


@given(st.lists(st.text(max_size=30), max_size=3))
def test_any_words_can_be_looked_for(words: list[str]) -> None:
    assert {api.api_id for api in select(CATALOGUE, words).catalogue.apis} <= api_ids()
