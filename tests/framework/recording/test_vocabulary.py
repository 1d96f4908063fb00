from __future__ import annotations

import pytest

from biot_plugin.recording import vocabulary


@pytest.mark.parametrize("name", ["mrn", "_dateOfBirth", "heart_rate", "hbA1c", "spO2", "vitaminB12Level", "_id"])
def test_names_of_attributes_stay(name: str) -> None:
    assert vocabulary.is_name(name)


@pytest.mark.parametrize(
    "name",
    [
        "Maria",
        "maria@example.org",
        "48213",
        "mrn-48213",
        "maria oberhuber",
        "e0efe4abba7f6eadffa6ad68",
        "a1b2c3d4",
        "",
        "-mrn",
    ],
)
def test_names_that_are_data_do_not(name: str) -> None:
    assert not vocabulary.is_name(name)


@pytest.mark.parametrize("word", ["organization", "v1", "usage-sessions", "{id}", "POST", "ENABLED"])
def test_words_of_paths_stay(word: str) -> None:
    assert vocabulary.is_path_word(word)


@pytest.mark.parametrize("word", ["maria", "7", "v1234", "{maria}", "{Maria Oberhuber}"])
def test_other_parts_of_paths_do_not(word: str) -> None:
    assert not vocabulary.is_path_word(word)


@pytest.mark.parametrize(
    ("name", "text", "stays"),
    [
        ("apiId", "POST/organization/v1/users/patients/{id}", True),
        ("apiId", "POST/organization/v1/users/patients/maria", False),
        ("apiId", "MARIA/organization", False),
        ("httpStatusCode", "200 OK", True),
        ("httpStatusCode", "CREATED", True),
        ("httpStatusCode", "404", True),
        ("httpStatusCode", "999", False),
        ("httpStatusCode", "200 Maria", False),
        ("httpStatusCode", "Maria", False),
        ("scopes", "PLUGIN_INTERCEPTOR", True),
        ("scopes", "MARIA", False),
        ("_locale", "en-us", True),
        ("_locale", "maria", False),
        ("limit", "100", True),
        ("limit", "48213", False),
    ],
)
def test_a_text_stays_where_it_has_the_form_that_the_platform_writes(name: str, text: str, stays: bool) -> None:
    assert vocabulary.FORMS[name](text) is stays


def test_of_media_types_those_stay_that_are_well_known() -> None:
    assert vocabulary.media_types("application/json; charset=maria, application/maria") == "application/json"
    assert vocabulary.media_types("application/maria") == "*/*"


@pytest.mark.parametrize(
    ("name", "value", "stays"),
    [
        ("weight", 0, True),
        ("statusCode", 404, True),
        ("statusCode", 48213, False),
        ("statusCode", -1, False),
        ("statusCode", 4.5, False),
        ("age", 7, False),
    ],
)
def test_numbers_stay_that_say_nothing_about_anybody(name: str, value: float, stays: bool) -> None:
    assert vocabulary.is_number(name, value) is stays
