"""What plugins are told of, and when."""

from __future__ import annotations

import json
import threading
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from biot_emulator.testing import Emulator
from tests.emulator.conftest import ADA, PATIENTS, code_zip
from tests.emulator.made_templates import make_template

pytestmark = pytest.mark.slow

#: Calls of one plugin at once, and fewer than those of all plugins were.
_AT_ONCE = 10
ANYTHING = code_zip("def handler(event, context): return {}")


def told_of(*wanted: tuple[str, str] | tuple[str, str, str]) -> dict[str, Any]:
    names = ("entityTypeName", "actionName", "templateName")
    return {"notifications": [dict(zip(names, one, strict=False)) for one in wanted]}


def received(emulator: Emulator, name: str | None = None) -> list[dict[str, Any]]:
    assert emulator.wait_for_notifications()
    return [one["input"] for one in emulator.invocations(name)]


def test_a_plugin_is_told_of_what_it_subscribed_to_and_of_nothing_else(emulator: Emulator) -> None:
    emulator.deploy(ANYTHING, subscriptions=told_of(("patient", "_update"), ("patient", "_updateEnabledState")))
    trace = "00-0123456789abcdef0123456789abcdef-0123456789abcdef-01"
    made = emulator.call("POST", PATIENTS, json={**ADA, "mrn": "7"}).body
    changed = emulator.call(
        "PATCH", f"{PATIENTS}/{made['_id']}", json={"mrn": "8"}, headers={"traceparent": trace}
    ).body
    emulator.call("POST", f"{PATIENTS}/{made['_id']}/enabled-state/DISABLED")
    emulator.call("DELETE", f"{PATIENTS}/{made['_id']}")

    first, second = sorted(received(emulator), key=lambda one: len(one["body"]["metadata"]["actionName"]))
    assert first["headers"]["hooktype"] == "NOTIFICATION"
    assert first["headers"]["traceparent"] == trace
    assert "authorization" not in first["headers"]
    metadata, data = first["body"]["metadata"], first["body"]["data"]
    assert (metadata["entityTypeName"], metadata["actionName"], metadata["status"]) == ("patient", "_update", "SUCCESS")
    assert datetime.fromisoformat(metadata["startTime"]) <= datetime.fromisoformat(metadata["endTime"])
    assert metadata["initiator"]["subject"]["id"]
    assert metadata["initiator"]["sourceIpAddress"].startswith("127.0.0.1")
    old = data["additionalData"]["oldEntity"]
    bare = {name: part if name == "id" else None for name, part in made["_ownerOrganization"].items()}
    assert data == {"entity": changed, "additionalData": {"oldEntity": {**made, "_ownerOrganization": bare}}}
    assert old["_ownerOrganization"].keys() == changed["_ownerOrganization"].keys()
    assert second["body"]["metadata"]["actionName"] == "_updateEnabledState"
    assert "eyJ" not in json.dumps([first, second])


def test_the_template_narrows_it_down(emulator: Emulator) -> None:
    caregivers = "/organization/v1/users/caregivers"
    emulator.deploy(ANYTHING, "all", subscriptions=told_of(("caregiver", "_create")))
    emulator.deploy(ANYTHING, "nurses", subscriptions=told_of(("caregiver", "_create", "nurse")))
    for template in ("nurse", "doctor"):
        make_template(emulator, "caregiver", template)
        assert emulator.call("POST", f"{caregivers}/templates/{template}", json=ADA).status_code == 201
    assert len(received(emulator, "all")) == 2
    [nurse] = received(emulator, "nurses")
    assert nurse["body"]["data"]["entity"]["_template"]["name"] == "nurse"


def test_the_caller_has_the_answer_before_anybody_is_told(emulator: Emulator, tmp_path: Path) -> None:
    answered = tmp_path / "answered"
    code = code_zip(f"""
        import pathlib, time
        def handler(event, context):
            while not pathlib.Path({str(answered)!r}).exists(): time.sleep(0.01)
    """)
    emulator.deploy(code, subscriptions=told_of(("patient", "_create")), timeout=30)
    assert emulator.call("POST", PATIENTS, json=ADA).status_code == 201
    assert emulator.invocations() == []
    assert not emulator.wait_for_notifications(0)
    answered.touch()
    assert len(received(emulator)) == 1


def test_a_plugin_that_fails_is_neither_told_again_nor_noticed(emulator: Emulator) -> None:
    emulator.deploy(code_zip("raise SystemExit(1)"), subscriptions=told_of(("patient", "_create")))
    assert emulator.call("POST", PATIENTS, json=ADA).status_code == 201
    assert len(received(emulator)) == 1


def test_what_fails_is_told_to_nobody(emulator: Emulator) -> None:
    emulator.deploy(ANYTHING, subscriptions=told_of(("patient", "_create"), ("patient", "_update")))
    assert emulator.call("POST", PATIENTS, json={}).status_code == 400
    assert emulator.call("PATCH", f"{PATIENTS}/nobody", json={}).status_code == 404
    assert received(emulator) == []


def test_a_change_is_told_even_if_a_plugin_then_refuses_its_answer(emulator: Emulator) -> None:
    refuse = code_zip("def handler(event, context): return {'statusCode': 403}")
    hook = {"type": "POST_REQUEST", "apiId": f"POST{PATIENTS}"}
    emulator.deploy(refuse, "refuse", subscriptions={"interceptions": [hook]})
    emulator.deploy(ANYTHING, "told", subscriptions=told_of(("patient", "_create")))
    assert emulator.call("POST", PATIENTS, json=ADA).status_code == 403
    assert len(received(emulator, "told")) == 1


def test_a_disabled_plugin_is_told_nothing(emulator: Emulator) -> None:
    emulator.deploy(ANYTHING, subscriptions=told_of(("patient", "_create")), enabledState="DISABLED")
    emulator.call("POST", PATIENTS, json=ADA)
    assert received(emulator) == []


def test_each_change_is_told_once_however_many_call(emulator: Emulator) -> None:
    emulator.deploy(ANYTHING, subscriptions=told_of(("device", "_create")))

    def create(number: int) -> None:
        for count in range(10):
            assert emulator.call("POST", "/device/v2/devices", json={"_id": f"{number}-{count}"}).status_code == 201

    threads = [threading.Thread(target=create, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    told = [one["body"]["data"]["entity"]["_id"] for one in received(emulator)]
    assert sorted(told) == sorted(f"{number}-{count}" for number in range(4) for count in range(10))


def test_a_slow_plugin_delays_the_notifications_of_no_other(emulator: Emulator, tmp_path: Path) -> None:
    over = tmp_path / "over"
    slow = code_zip(f"""
        import pathlib, time
        def handler(event, context):
            while not pathlib.Path({str(over)!r}).exists(): time.sleep(0.01)
    """)
    emulator.deploy(slow, "slow", subscriptions=told_of(("patient", "_create")), timeout=60)
    emulator.deploy(ANYTHING, "quick", subscriptions=told_of(("device", "_create")))
    for _ in range(2 * _AT_ONCE):
        assert emulator.call("POST", PATIENTS, json=ADA).status_code == 201
    assert emulator.call("POST", "/device/v2/devices", json={"_id": "d1"}).status_code == 201
    while not emulator.invocations("quick"):
        assert not emulator.wait_for_notifications(0)
    assert emulator.invocations("slow") == []
    over.touch()
    assert emulator.wait_for_notifications()
    assert len(emulator.invocations("slow")) == 2 * _AT_ONCE
