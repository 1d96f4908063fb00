"""Invitations, forgotten passwords, and what may be a password: all that needs no log-in."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from biot_emulator.client import Client, Reply
from biot_emulator.testing import Emulator, running
from tests.emulator.conftest import comparing_what_is_left
from tests.emulator.people import PASSWORD, USERS, accept, created, person

FORGOT, VALIDATE = "/ums/v2/users/self/password/forgot", "/ums/v2/users/credentials/validate"
NEW = "Another8password"


@pytest.fixture(scope="module", autouse=True)
def nothing_left_behind() -> Iterator[None]:
    yield from comparing_what_is_left()


@pytest.fixture(scope="module")
def emulator() -> Iterator[Emulator]:
    with running() as emulator:
        yield emulator


def invited(emulator: Emulator, name: str) -> str:
    created(emulator.call("POST", f"{USERS}/caregivers", json=person(name, f"{name}@example.com")))
    return link_to(emulator, name)


def link_to(emulator: Emulator, name: str) -> str:
    return str(emulator.outbox(to=f"{name}@example.com")[-1]["link"].removeprefix(emulator.url))


def execute(emulator: Emulator, link: str, **data: Any) -> Reply:
    return Client(emulator.url).call("POST", link, json={"operationData": data})


def refused(reply: Reply) -> tuple[int, str]:
    return reply.status_code, reply.body["code"]


def test_an_invitation_is_accepted_once(emulator: Emulator) -> None:
    link = invited(emulator, "guest")
    query = parse_qs(urlsplit(link).query)
    assert query["operation"] == ["ACCEPT_INVITATION"]
    assert Client(emulator.url).call("GET", link).status_code == 200
    assert execute(emulator, link, password=PASSWORD).status_code == 200
    entity = emulator.call("GET", f"{USERS}/caregivers/{query['entityId'][0]}").body
    assert entity["_invitationAccepted"] is True
    assert emulator.as_user("guest@example.com", PASSWORD).call("GET", f"{USERS}/self").body["_id"] == entity["_id"]
    for reply in (Client(emulator.url).call("GET", link), execute(emulator, link, password=NEW)):
        assert refused(reply) == (401, "TOKEN_NOT_VALID")


def test_of_many_at_once_one_accepts(emulator: Emulator) -> None:
    link = invited(emulator, "hurried")
    passwords = [f"Password{number}" for number in range(6)]
    with ThreadPoolExecutor(len(passwords)) as pool:
        replies = [*pool.map(lambda password: execute(emulator, link, password=password), passwords)]
    assert sorted(reply.status_code for reply in replies) == [200] + [401] * 5
    [password] = [password for password, reply in zip(passwords, replies, strict=True) if reply.status_code == 200]
    assert emulator.as_user("hurried@example.com", password).call("GET", f"{USERS}/self").status_code == 200


def test_a_user_name_of_ones_own(emulator: Emulator) -> None:
    link = invited(emulator, "named")
    assert refused(execute(emulator, link, password=PASSWORD, username="abc")) == (400, "BAD_REQUEST")
    taken = execute(emulator, link, password=PASSWORD, username=emulator.username)
    assert refused(taken) == (409, "USERNAME_ALREADY_EXISTS")
    assert execute(emulator, link, password=PASSWORD, username="of-my-own").status_code == 200
    assert emulator.as_user("of-my-own", PASSWORD).call("GET", f"{USERS}/self").status_code == 200


@pytest.mark.parametrize("data", [{}, {"password": ""}, {"password": "weak"}, {"password": 7}])
def test_a_link_stays_valid_until_there_is_a_password(emulator: Emulator, data: dict[str, Any]) -> None:
    link = invited(emulator, f"slow-{len(emulator.outbox())}")
    assert execute(emulator, link, **data).status_code == 400
    assert execute(emulator, link, password=PASSWORD).status_code == 200


def test_a_token_is_good_for_nothing_else(emulator: Emulator) -> None:
    link, other = invited(emulator, "first"), invited(emulator, "second")
    ids = [parse_qs(urlsplit(text).query)["entityId"][0] for text in (link, other)]
    for wrong in (
        link.replace(ids[0], ids[1]),
        link.replace("ACCEPT_INVITATION", "FORGOT_PASSWORD"),
        link.replace("ACCEPT_INVITATION", "DELETE_EVERYTHING"),
        link.replace("/tokens/", "/tokens/x"),
        link.partition("?")[0],
    ):
        assert refused(execute(emulator, wrong, password=PASSWORD)) == (401, "TOKEN_NOT_VALID")
    emulator.platform.clock.set(emulator.platform.clock.now() + timedelta(days=8))
    try:
        assert refused(execute(emulator, link, password=PASSWORD)) == (401, "TOKEN_NOT_VALID")
    finally:
        emulator.platform.clock.reset()


def test_another_invitation_takes_the_place_of_the_last_one(emulator: Emulator) -> None:
    link = invited(emulator, "again")
    id = parse_qs(urlsplit(link).query)["entityId"][0]
    sent = emulator.call("POST", f"/organization/v1/invitations/{id}")
    assert (sent.status_code, sent.body["userId"]) == (200, id)
    assert refused(execute(emulator, link, password=PASSWORD)) == (401, "TOKEN_NOT_VALID")
    accept(emulator, "again@example.com")


def test_whoever_is_deleted_is_no_longer_invited(emulator: Emulator) -> None:
    link = invited(emulator, "deleted")
    id = parse_qs(urlsplit(link).query)["entityId"][0]
    emulator.call("DELETE", f"{USERS}/caregivers/{id}")
    assert refused(execute(emulator, link, password=PASSWORD)) == (401, "TOKEN_NOT_VALID")


def test_a_forgotten_password(emulator: Emulator) -> None:
    execute(emulator, invited(emulator, "forgets"), password=PASSWORD)
    caller = emulator.as_user("forgets@example.com", PASSWORD)
    asked = Client(emulator.url).call("POST", FORGOT, json={"username": "Forgets@example.com"})
    assert (asked.status_code, asked.body) == (202, None)
    link = link_to(emulator, "forgets")
    assert refused(execute(emulator, link, password="weak")) == (400, "INVALID_PASSWORD")
    assert execute(emulator, link, password=NEW).status_code == 200
    assert refused(execute(emulator, link, password=PASSWORD)) == (401, "TOKEN_NOT_VALID")
    assert caller.call("GET", f"{USERS}/self").status_code == 401
    assert emulator.as_user("forgets@example.com", NEW).call("GET", f"{USERS}/self").status_code == 200


def test_nobody_is_told_who_has_forgotten_what(emulator: Emulator) -> None:
    before = emulator.outbox()
    asked = Client(emulator.url).call("POST", FORGOT, json={"username": "nobody@example.com"})
    assert (asked.status_code, asked.body) == (202, None)
    assert emulator.outbox() == before


@pytest.mark.parametrize(
    ("body", "success", "code"),
    [
        ({"username": "ada@example.com", "password": PASSWORD}, True, ""),
        ({"username": "ada@example.com", "password": "weak"}, False, "INVALID_PASSWORD"),
        ({"username": "abc", "password": PASSWORD}, False, "INVALID_USERNAME"),
        ({"username": "ada@example.com", "password": PASSWORD, "credentialType": "OTP"}, False, "INVALID_USERNAME"),
        ({"username": "+4915112345678", "password": "", "credentialType": "OTP"}, True, ""),
    ],
)
def test_what_may_be_a_user_name_and_a_password(emulator: Emulator, body: Any, success: bool, code: str) -> None:
    reply = Client(emulator.url).call("POST", VALIDATE, json=body)
    assert (reply.status_code, reply.body["success"], reply.body["code"]) == (200, success, code)
    assert reply.body["passwordStrength"]["score"] in range(5)
