"""Every API of the platform answers any JSON with an answer or a refusal, never with a failure of its own."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings, strategies as st

from biot_emulator.api.call import Call
from biot_emulator.api.route import Route
from biot_emulator.testing import Emulator, running
from biot_emulator.wire_json import encode

FIRST = "00000000-0000-0000-0000-000000000000"
NAMES = (
    "_id", "_name", "_ownerOrganization", "_templateId", "_patient", "_device", "_primaryAdministrator", "_enabled",
    "_state", "_startTime", "_status", "_creationTime", "firstName", "id", "type", "endpoint", "apiId", "entityName",
    "pathFilters", "executionOrder", "roleId", "active", "filter", "sort", "limit", "page", "freeTextSearch", "prop",
    "order", "$AND", "$OR", "$NOT", "eq", "in", "not", "notIn", "like", "lt", "gte", "from", "to", "isNull",
)  # fmt: skip
TEXTS = (
    FIRST, "d1", "patient", "PRE_REQUEST", "ADAPT_ENTITY", "_create", "POST/organization/v1/users/patients", "ENABLED",
    "ASC", "EXTERNAL_SERVICE", "2026-01-01T00:00:00Z", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "",
)  # fmt: skip
PERSON = {"firstName": "Ada", "lastName": "L"}

texts = st.sampled_from(TEXTS) | st.text(max_size=4)
names = st.sampled_from(NAMES) | st.text(max_size=2)
scalars = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | texts
values = st.recursive(
    scalars | st.sampled_from([float("inf"), 10**400, "\ud800", PERSON, {"id": FIRST}]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(names, inner, max_size=4),
    max_leaves=10,
)
bodies = st.dictionaries(st.sampled_from(NAMES), values, max_size=6)
# What most entities need, with little beside it.
likely = st.builds(
    lambda body, number: {"_name": PERSON, "_state": "ACTIVE", "_id": f"d{number}", **body},
    st.dictionaries(st.sampled_from(["x", "y", "_status", "_email"]), values, max_size=3),
    st.integers(0, 100),
).flatmap(lambda body: st.sampled_from([body, {name: body[name] for name in body if name != "_id"}]))


@pytest.fixture
def emulator() -> Iterator[Emulator]:
    with running() as emulator:
        yield emulator


def known_ids(emulator: Emulator) -> list[str]:
    patient = emulator.call("POST", "/organization/v1/users/patients", json={"_name": PERSON}).body["_id"]
    emulator.call("POST", "/device/v2/devices", json={"_id": "d1"})
    return [patient, *TEXTS[:3]]


@pytest.mark.slow
def test_any_call_is_answered_or_refused(emulator: Emulator) -> None:
    # What makes things comes first, so that there is something to read, and what removes them comes last.
    modelled = (api for api in emulator.platform.router if not api.not_modelled)
    apis = sorted(modelled, key=lambda api: (api.method != "POST", api.method == "DELETE"))
    ids = known_ids(emulator)
    headers = {"authorization": f"Bearer {emulator.token}"}
    statuses: Counter[int] = Counter()

    def call(api: Route, ids: list[str], body: Any) -> None:
        variables = iter(ids)
        path = "/".join(next(variables) if part.startswith("{") else part for part in api.template.split("/"))
        text = json.dumps(body).replace("Infinity", "1e999")
        query = {"searchRequest": [text]} if api.method == "GET" else {}
        answer = emulator.platform.handle(Call(api.method, path, query, headers, text.encode()))
        assert answer.status_code < 500, answer.body
        assert encode(answer.body)
        if answer.afterwards:
            answer.afterwards()  # as the server does; until then a call that waits for all notifications waits in vain
        statuses[answer.status_code] += 1

    @settings(
        derandomize=True, database=None, deadline=None, max_examples=200,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
    )  # fmt: skip
    @given(st.lists(st.sampled_from(ids), min_size=3, max_size=3), bodies | likely)
    def call_all(ids: list[str], body: Any) -> None:
        for api in apis:
            call(api, ids, body)

    call_all()
    assert {200, 201, 204, 400, 404} <= set(statuses)
