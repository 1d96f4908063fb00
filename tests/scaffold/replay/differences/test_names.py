from __future__ import annotations

import pytest

from biot_plugin_cli.replay.differences.names import call_name, field_name, header_name, safe_text

DATA = [
    "5d1f0c9e-2b7a-4c3d-8e6f-90a1b2c3d4e5",
    "ada@example.org",
    "Ada Lovelace",
    "1985-03-04",
    "0123456",
    "a.b",
    "",
    "deadbeef0123",
    "Müller",
    "x" * 61,
    "<script>",
    "line\nbreak",
    "p_19850304",
]


@pytest.mark.parametrize("name", ["age", "_id", "_dateOfBirth", "$ref", "address2", "x-y", "@type"])
def test_a_field_has_its_name(name: str) -> None:
    assert field_name(name) == name


@pytest.mark.parametrize("name", DATA)
def test_a_name_that_is_data_is_not_shown(name: str) -> None:
    assert field_name(name) == "{id}"


def test_a_call_is_named_by_the_words_of_its_path() -> None:
    assert call_name("GET", "/organization/v1/users/patients/5d1f0c9e") == "GET /organization/v1/users/patients/{id}"
    assert call_name("PATCH", "/device/v2/devices/pump-7/usage-sessions/x1/") == (
        "PATCH /device/v2/devices/{id}/usage-sessions/{id}/"
    )
    assert call_name("GET", f"/a/{'b' * 70}/ada%40example.org") == "GET /a/{id}/{id}"


def test_other_texts_have_nothing_unusual() -> None:
    assert header_name("x-trace") == "x-trace"
    assert header_name("x trace") == "{id}"
    assert safe_text("Runtime.ExitError") == "Runtime.ExitError"
    assert safe_text("<b>\n\x1b[31m" + "x" * 1000) == "_b____31m".replace("31m", "31m") + "x" * 111
