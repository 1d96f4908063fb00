from __future__ import annotations

import json

import pytest

from biot_plugin_cli.logs.privacy import Privacy

TOKEN = "eyJhbGciOiJSUzUxMiJ9.eyJzdWIiOiJ4In0.c2lnbmF0dXJl"
SECRETS = {"API_KEY": "hunter2-hunter2"}


@pytest.mark.parametrize(
    "text",
    [
        f"Bearer {TOKEN}",
        json.dumps({"message": f"got {TOKEN}"}),
        json.dumps({"message": "x", "password": "hunter2-hunter2"}),
        json.dumps({"message": "x", "headers": {"authorization": "hunter2-hunter2"}}),
        json.dumps([{"token": "hunter2-hunter2"}]),
        "the key is hunter2-hunter2",
        json.dumps({"message": "the key is hunter2-hunter2"}),
        f"Traceback:\n  KeyError: '{TOKEN}'",
    ],
)
def test_tokens_and_secrets_are_removed(text: str) -> None:
    privacy = Privacy(SECRETS)

    shown = privacy.text(text) + json.dumps(privacy.document({"message": text, "timestamp": 1}))

    assert TOKEN not in shown
    assert "hunter2" not in shown


@pytest.mark.parametrize(
    "text", ["plain", '{"message":  "odd   spaces",\n"order": 1.10}', "[INFO] x", "{", "[" * 50_000]
)
def test_what_has_no_secret_stays_as_it_came(text: str) -> None:
    assert Privacy(SECRETS).document({"message": text, "timestamp": 1}) == {"message": text, "timestamp": 1}
