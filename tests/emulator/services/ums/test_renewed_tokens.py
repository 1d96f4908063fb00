"""Tokens for callers that are known: with what they may do by now, and none for those who are gone."""

from __future__ import annotations

import pytest

from biot_emulator.client import Client
from biot_emulator.testing import Emulator
from tests.emulator.people import accept, person

PATIENTS = "/organization/v1/users/patients"
SELF = "/ums/v2/users/self"
EMAIL = "ada@example.com"


def last_id(emulator: Emulator) -> str:
    return str(emulator.call("GET", "/_emulator/calls?limit=1").body["data"][0]["id"])


def resent(emulator: Emulator, id: str) -> tuple[int, str]:
    reply = emulator.call("POST", f"/_emulator/calls/{id}/resend")
    return reply.body.get("statusCode", reply.status_code), reply.body.get("message", "")


@pytest.fixture
def patient(emulator: Emulator) -> tuple[str, Client]:
    made = emulator.call("POST", PATIENTS, json=person("Ada", EMAIL, _canLogin=True))
    return made.body["_id"], accept(emulator, EMAIL)


def test_a_person_calls_again_by_the_same_log_in_and_by_a_new_one_where_that_has_ended(
    emulator: Emulator, patient: tuple[str, Client]
) -> None:
    id, client = patient
    assert client.call("GET", SELF).status_code == 200
    call = last_id(emulator)
    first = emulator.platform.calls.get(call)
    assert first
    assert first.caller
    assert resent(emulator, call) == (200, "")
    again = emulator.platform.calls.get(last_id(emulator))
    assert again
    assert again.caller == first.caller
    emulator.call("POST", f"/ums/v2/users/{id}/logout")
    for session in emulator.platform.store.all("log-ins"):
        if session["userId"] == id:
            emulator.platform.store.delete("log-ins", session["id"])
    assert client.call("GET", SELF).status_code == 401
    assert resent(emulator, call) == (200, "")
    other = emulator.platform.calls.get(last_id(emulator))
    assert other
    assert other.caller
    assert (other.caller.subject_id, other.caller.role) == (id, first.caller.role)
    assert other.caller.session_id != first.caller.session_id


def test_a_person_may_do_no_more_than_before(emulator: Emulator, patient: tuple[str, Client]) -> None:
    _, client = patient
    assert client.call("GET", "/settings/v2/plugins").status_code == 403
    assert resent(emulator, last_id(emulator))[0] == 403


def test_whoever_is_gone_calls_no_more(emulator: Emulator, patient: tuple[str, Client]) -> None:
    id, client = patient
    client.call("GET", SELF)
    call = last_id(emulator)
    assert emulator.call("DELETE", f"{PATIENTS}/{id}").status_code == 204
    status, message = resent(emulator, call)
    assert (status, id in message, "deleted, disabled or locked" in message) == (409, True, True)


def test_the_platform_itself_calls_again(emulator: Emulator) -> None:
    token = emulator.platform.tokens.sign_for("notification")
    assert Client(emulator.url, token).call("GET", PATIENTS).status_code == 200
    assert resent(emulator, last_id(emulator)) == (200, "")


def test_a_token_that_is_forged_makes_nobody_of_its_holder(emulator: Emulator) -> None:
    """Nor is a token signed for whoever it claims to be of."""
    assert emulator.token
    header, payload, _ = emulator.token.split(".")
    identify = emulator.platform.function_urls._identify
    assert identify({"authorization": f"Bearer {header}.{payload}.AAAA"}) is None
    assert identify({"authorization": "Basic x"}) is None
    assert identify({}) is None
    caller = identify({"authorization": f"bearer {emulator.token}"})
    assert caller
    assert caller.role == "MANUFACTURER_ADMIN"
