"""The clock, keys, failures and the reset, in the page."""

from __future__ import annotations

import pytest

from biot_emulator.testing import Emulator
from tests.emulator.conftest import ADA, PATIENTS, code_zip
from tests.emulator.page.conftest import Browser

CONTROL = "/_emulator/page/control"


def test_the_clock_is_set_and_goes_back(browser: Browser, emulator: Emulator) -> None:
    assert browser.submit(f"{CONTROL}/clock", {"now": "2031-01-03T01:44:59Z"}).status == 303
    assert "2031-01-03" in browser.get(CONTROL).text
    browser.submit(f"{CONTROL}/clock", {"machine": "yes"})
    assert not emulator.call("GET", "/_emulator/clock").body["now"].startswith("2031")


@pytest.mark.parametrize("now", ["", "tomorrow", "9999-01-01"])
def test_a_time_that_is_none_is_refused(browser: Browser, now: str) -> None:
    answer = browser.submit(f"{CONTROL}/clock", {"now": now})
    assert answer.status == 400
    assert "[now]" in answer.text


def test_failure_policies_are_changed(browser: Browser, emulator: Emulator) -> None:
    assert browser.submit(f"{CONTROL}/failures", {"crash": "ignore", "timeout": "fail"}).status == 303
    assert emulator.call("GET", "/_emulator/failure-policies").body["crash"] == "ignore"
    assert browser.submit(f"{CONTROL}/failures", {"crash": "explode"}).status == 400
    browser.submit(f"{CONTROL}/failures", {"crash": "fail"})


def test_keys_are_rotated(browser: Browser, emulator: Emulator) -> None:
    before = emulator.platform.tokens.public_keys()
    assert browser.submit(f"{CONTROL}/keys", {}).status == 303
    assert emulator.platform.tokens.public_keys() != before


def test_schedules_are_run(browser: Browser, emulator: Emulator) -> None:
    emulator.deploy(code_zip("def handler(event, context): return 1"), cronSchedule="0 12 * * ? *")
    assert "0 12 * * ? *" in browser.get(CONTROL).text
    assert browser.submit("/_emulator/page/plugins/Plugin-demo/schedule", {}).status == 303
    assert emulator.invocations()[-1]["kind"] == "SCHEDULED"
    emulator.call("DELETE", "/settings/v2/plugins/Plugin-demo")


def test_nothing_is_reset_without_the_word(browser: Browser, emulator: Emulator) -> None:
    emulator.call("POST", PATIENTS, json=ADA)
    assert browser.submit(f"{CONTROL}/reset", {"confirmation": "yes"}).status == 400
    assert emulator.search(PATIENTS)
    assert browser.submit(f"{CONTROL}/reset", {"confirmation": "RESET"}).status == 303
    assert not emulator.search(PATIENTS)
    assert browser.get(CONTROL).status == 200, "the log-in outlives it"
