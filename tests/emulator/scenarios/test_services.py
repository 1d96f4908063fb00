"""The services of the platform over HTTP: who may do what, and what is refused with which code."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from biot_emulator.client import Client, Reply
from biot_emulator.testing import Emulator, running

INTERCEPTIONS = "/dispatcher/v1/hooks/interceptions"
PATIENTS = "/organization/v1/users/patients"
PRE = {"type": "PRE_REQUEST", "apiId": f"POST{PATIENTS}", "endpoint": "https://one.example.org"}


@pytest.fixture
def emulator() -> Iterator[Emulator]:
    with running() as emulator:
        yield emulator


def refused(reply: Reply) -> tuple[int, str]:
    assert isinstance(reply.body, dict)
    assert {"code", "message", "serviceName", "traceId", "environment", "details"} <= set(reply.body)
    return reply.status_code, reply.body["code"]


def test_nothing_is_answered_without_a_valid_token(emulator: Emulator) -> None:
    nobody = Client(emulator.url)
    forger = Client(emulator.url, "eyJhbGciOiJSUzUxMiJ9.e30.x")
    for client in (nobody, forger):
        assert refused(client.call("GET", PATIENTS)) == (401, "TOKEN_NOT_VALID")
        assert refused(client.call("POST", f"{INTERCEPTIONS}/subscribe", json=PRE)) == (401, "TOKEN_NOT_VALID")
    assert nobody.call("GET", "/ums/v1/security/public-key").status_code == 200


def test_an_unknown_path_is_answered_with_the_platforms_error_body(emulator: Emulator) -> None:
    assert refused(emulator.call("GET", "/nobody/v1/knows"))[0] == 404


def test_tokens_of_the_key_before_a_rotation_are_good_until_the_next(emulator: Emulator) -> None:
    keys = emulator.call("GET", "/ums/v1/security/public-key").body
    emulator.platform.tokens.rotate()
    rotated = emulator.call("GET", "/ums/v1/security/public-key").body
    assert rotated["previousPublicKey"] == keys["publicKey"]
    assert emulator.call("GET", PATIENTS).status_code == 200
    emulator.platform.tokens.rotate()
    assert refused(emulator.call("GET", PATIENTS)) == (401, "TOKEN_NOT_VALID")


def test_nobody_logs_in_with_a_secret_that_is_none(emulator: Emulator) -> None:
    wrong = {"id": "00000000-0000-0000-0000-000000000000", "secretKey": "guess"}
    assert refused(emulator.call("POST", "/ums/v2/services/accessToken", json=wrong)) == (403, "LOGIN_FAILED")
    assert refused(emulator.call("POST", "/ums/v2/services/accessToken", json={}))[0] == 400


def test_entities_live_and_end(emulator: Emulator) -> None:
    made = emulator.call("POST", PATIENTS, json={"_name": {"firstName": "Ada", "lastName": "L"}, "mrn": "7"}).body
    patient = f"{PATIENTS}/{made['_id']}"
    changed = emulator.call("PATCH", patient, json={"_name": {"firstName": "Grace", "lastName": "H"}})
    assert changed.body["_name"] == {"firstName": "Grace", "lastName": "H"}
    assert changed.body["mrn"] == "7"
    assert emulator.call("GET", patient).body["_name"]["firstName"] == "Grace"
    assert emulator.call("DELETE", patient).status_code == 204
    assert refused(emulator.call("GET", patient))[0] == 404
