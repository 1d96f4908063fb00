"""The hooks of a version, in its variable."""

from __future__ import annotations

import base64
import zlib
from typing import Any

import pytest
from hypothesis import given, strategies as st

from biot_plugin_cli.hooks.discovery import Hooks
from biot_plugin_cli.own_account.hook_record import decode_hooks, encode_hooks, hooks_document

PATIENTS = {"type": "PRE_REQUEST", "apiId": "POST/organization/v1/users/patients"}


@given(st.dictionaries(st.text(), st.lists(st.dictionaries(st.text(), st.text() | st.integers()))))
def test_they_come_back_as_they_were(document: dict[str, Any]) -> None:
    assert decode_hooks(encode_hooks(document)) == document


@pytest.mark.parametrize("value", [None, "", "x", "e30=", base64.b64encode(zlib.compress(b"[]")).decode(), "ü"])
def test_what_somebody_has_edited_is_unknown(value: str | None) -> None:
    assert decode_hooks(value) is None


def test_a_text_that_unpacks_without_end_is_cut() -> None:
    assert decode_hooks(base64.b64encode(zlib.compress(b" " * 50_000_000)).decode()) is None


def test_many_hooks_are_small() -> None:
    hooks = [{**PATIENTS, "apiId": f"GET/organization/v1/users/patients/{number}"} for number in range(50)]

    assert len(encode_hooks({"interceptions": hooks})) < 800


def test_the_order_of_the_manifest_is_that_of_hooks_without_one() -> None:
    hooks = Hooks({"interceptions": [PATIENTS, {**PATIENTS, "order": 5}]}, None, True)
    document = hooks_document(hooks, 9)

    assert document
    assert [hook["order"] for hook in document["interceptions"]] == [9, 5]
    assert hooks_document(Hooks({}, None, False), 9) is None
