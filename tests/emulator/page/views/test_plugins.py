"""Plugins in the page: in the order in which they run, and what can be done with one."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

import pytest

from biot_emulator.testing import Emulator
from tests.emulator.conftest import PATIENTS, code_zip, interception
from tests.emulator.page.conftest import Browser

PLUGINS = "/_emulator/page/plugins"
CREATE = f"POST{PATIENTS}"
ECHO = code_zip("def handler(event, context): return {'statusCode': 200, 'body': event.get('body', '')}")


@pytest.fixture(autouse=True)
def plugins(emulator: Emulator) -> Iterator[None]:
    for name, order in (("second", 7), ("first", 3)):
        emulator.deploy(
            ECHO,
            name,
            displayName=f"The {name}",
            environmentVariables={"SECRET_THING": "hush-hush-hush"},
            subscriptions={
                "interceptions": [
                    interception("PRE_REQUEST", CREATE, order),
                    interception("POST_REQUEST", CREATE, order),
                    interception("ADAPT_ENTITY", "patient", order),
                ],
                "notifications": [{"entityTypeName": "patient", "actionName": "_create"}],
            },
        )
    yield
    for name in ("first", "second"):
        emulator.call("DELETE", f"/settings/v2/plugins/Plugin-{name}")


def test_they_are_in_the_order_in_which_they_run(browser: Browser) -> None:
    text = browser.get(PLUGINS).text
    chain = re.findall(
        r'<span class="kind">(\w+)</span>\s*<a [^>]*>The (\w+)</a>\s*<span class="order"[^>]*>(\d+)', text
    )
    assert chain == [
        ("PRE_REQUEST", "first", "3"),
        ("PRE_REQUEST", "second", "7"),
        ("POST_REQUEST", "first", "3"),
        ("POST_REQUEST", "second", "7"),
        ("ADAPT_ENTITY", "first", "3"),
        ("ADAPT_ENTITY", "second", "7"),
    ]


def test_a_plugin_has_a_page_without_its_secrets(browser: Browser) -> None:
    text = browser.get(f"{PLUGINS}/Plugin-first").text
    assert all(word in text for word in ("The first", CREATE, "ADAPT_ENTITY", "patient _create", "SECRET_THING"))
    assert "hush" not in text
    assert re.search(r'href="http://localhost:\d+/_functions/', text), "its own pages are shown at another host"


def test_a_plugin_is_disabled_and_enabled(browser: Browser, emulator: Emulator) -> None:
    for state in ("DISABLED", "ENABLED"):
        assert browser.submit(f"{PLUGINS}/Plugin-first/state", {"state": state}).status == 303
        assert emulator.call("GET", "/settings/v2/plugins/Plugin-first").body["enabledState"] == state
        assert f"The first is {state.lower()}." in browser.get(f"{PLUGINS}/Plugin-first").text
    assert browser.submit(f"{PLUGINS}/Plugin-first/state", {"state": "GONE"}).status == 400


def test_a_plugin_is_sent_an_event(browser: Browser, emulator: Emulator) -> None:
    event = {"headers": {"authorization": "Bearer SIGN_ME"}, "body": {"a": 1}}
    answer = browser.submit(f"{PLUGINS}/Plugin-first/invoke", {"event": json.dumps(event)})
    assert answer.status == 303
    assert emulator.invocations("first")[-1]["reply"] == {"a": 1}
    assert browser.submit(f"{PLUGINS}/Plugin-first/invoke", {"event": "{"}).status == 400
    assert browser.submit(f"{PLUGINS}/Plugin-nothing/invoke", {"event": "{}"}).status == 404
    assert browser.submit(f"{PLUGINS}/Plugin-first/schedule", {}).status == 400, "it has none"
