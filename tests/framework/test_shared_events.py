"""The platform's own events, where they lie beside the project, through a plugin that changes nothing."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings, strategies as st

from biot_plugin import AdaptEntity, Plugin, PostRequest
from biot_plugin.testing import Client, Context, default_signer, signed, strategies
from tests.framework.test_dispatcher import check

FOLDER = Path(__file__).parents[3] / "shared" / "events"
FILES = sorted(FOLDER.glob("*.json"))
PATIENTS = "organization/v1/users/patients"


@pytest.fixture(scope="module")
def statuses() -> list[int]:
    return []


@pytest.fixture(scope="module")
def client(statuses: list[int]) -> Client:
    plugin = Plugin()
    for api_id in (f"POST/{PATIENTS}", "POST/organization/v1/users/caregivers/templates/{templateName}"):
        plugin.pre_request(api_id)(lambda event: None)
    plugin.pre_request("GET/organization/v1/users/caregivers")(lambda event: None)

    @plugin.post_request(f"POST/{PATIENTS}")
    def post(event: PostRequest) -> None:
        statuses.append(event.response.status_code)

    @plugin.adapt_entity("patient")
    def adapt(event: AdaptEntity) -> None:
        statuses.append(event.response.status_code)

    for entity_type, action in (("patient", "_create"), ("patient", "_update"), ("usage-session", "_update")):
        plugin.notification(entity_type, action)(lambda event: None)
    plugin.scheduled("45 3 * * ? *")(lambda event: None)
    plugin.endpoint(public=True)(lambda event: None)
    return Client(plugin)


@pytest.mark.skipif(not FILES, reason=f"the platform's events are not in {FOLDER}")
def test_every_kind_of_event_is_there() -> None:
    assert len(FILES) >= 13


def came(event: dict[str, Any]) -> dict[str, Any]:
    body = json.loads(event.get("body") or "{}")
    if "response" in body:
        return {"response": body["response"]}
    if "request" in body:
        return {"request": {name: value for name, value in body["request"].items() if name != "pathVariables"}}
    return {}


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
@pytest.mark.parametrize("status", [None, "OK", "200 OK", "201 CREATED"])
def test_what_came_in_goes_out(client: Client, statuses: list[int], path: Path, status: str | None) -> None:
    event = json.loads(path.read_text(encoding="utf-8"))
    body = json.loads(event.get("body") or "{}")
    if status is not None:
        if "response" not in body:
            return
        body["response"]["httpStatusCode"] = status
        event["body"] = json.dumps(body)
    reply = client.send(event)
    assert reply.status_code in (200, 204)
    assert (reply.body or {}) == came(event)
    if status is not None:
        assert statuses[-1] == (201 if status == "201 CREATED" else 200)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_whatever_is_changed_in_it_gets_a_reply(client: Client, path: Path) -> None:
    event = signed(json.loads(path.read_text(encoding="utf-8")), default_signer())
    if "body" in event:
        event["body"] = json.loads(event["body"])

    @given(strategies.damaged(event), st.booleans())
    @settings(max_examples=100, deadline=None)
    def gets_a_reply(damaged: dict[str, Any], as_text: bool) -> None:
        if as_text and "body" in damaged:
            damaged["body"] = json.dumps(damaged["body"])
        check(client._plugin.handler(damaged, Context()))

    gets_a_reply()
