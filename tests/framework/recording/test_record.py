from __future__ import annotations

import json
from datetime import datetime, timezone
from random import Random
from typing import Any

from hypothesis import given, settings, strategies as st

from biot_plugin.recording.platform_answers import Answer
from biot_plugin.recording.record import write_record
from biot_plugin.recording.safe_names import SafeNames
from biot_plugin.testing import events
from tests.framework.recording.planted import Planter, decoded

KEY = b"k" * 32
NOW = datetime(2026, 11, 27, 10, 20, 30, tzinfo=timezone.utc)
API = "PATCH/organization/v1/users/patients/{id}"
NOTHING = SafeNames()


def event_of(planter: Planter, count: int) -> dict[str, Any]:
    """An event with so many identifiers, in its body, path, query and headers."""
    id = planter.part()
    return events.pre_request(
        API,
        body={"ward": planter.tree(count)},
        path_variables={"id": id},
        query={"searchRequest": [json.dumps({"filter": {"ward": {"eq": planter.text()}}})], "mrn": [planter.text()]},
        headers={"x-patient": planter.text(), "cookie": planter.text(), "accept-language": planter.text()},
        envelope={
            "rawPath": f"/summary/{planter.part()}",
            "rawQueryString": f"ward={planter.part()}&{planter.part()}=1",
            "queryStringParameters": {"ward": planter.text()},
            "cookies": [planter.text()],
            "headers": {"x-forwarded-for": planter.text(), "referer": planter.text(), "content-type": planter.text()},
            "requestContext": {"authorizer": planter.tree(3), "http": {"userAgent": planter.text()}},
        },
    )


def answers_of(planter: Planter, count: int) -> list[Answer]:
    return [
        Answer(
            "GET",
            f"/organization/v1/users/patients/{planter.part()}",
            f"mrn={planter.part()}",
            {"answer": planter.tree(count)},
        ),
        Answer(
            "POST", "/device/v2/devices", "", {"status": 409, "answer": {"code": "CONFLICT", "message": planter.text()}}
        ),
        Answer("GET", "/file/v1/files", "", {"answer": planter.text()}),
    ]


@given(st.integers(0, 2**64))
@settings(max_examples=30, deadline=None)
def test_nothing_of_200_identifiers_is_left_wherever_they_are(seed: int) -> None:
    planter = Planter(Random(seed))
    event, answers = event_of(planter, 90), answers_of(planter, 40)
    reply = {
        "statusCode": 409,
        "headers": {"x-patient": planter.text(), "content-type": "application/json"},
        "body": json.dumps({"code": "X_Y", "message": planter.text(), "details": planter.tree(30)}),
    }
    claims = {"sub": planter.text(), "scopes": [planter.text()], "tokenType": "USER", "tenantId": planter.text()}
    while len(planter.planted) < 200:
        event["requestContext"].setdefault("more", []).append(planter.text())
    record = write_record(KEY, NOTHING, NOW, event, answers, reply=reply, claims=claims)
    text = decoded(json.dumps(record, ensure_ascii=False))
    assert len(planter.planted) >= 200
    assert [identifier for identifier in planter.planted if identifier.casefold() in text] == []
