"""Log-ins tell nobody who exists, and only a few secrets are checked at once."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import Any

import pytest

from biot_emulator.client import Client
from biot_emulator.security import secret_hashes
from biot_emulator.security.secret_hashes import hash_secret
from biot_emulator.security.well_known_ids import ADMINISTRATOR_ROLE_ID
from biot_emulator.services.ums.users import User, Users
from biot_emulator.testing import Emulator
from tests.emulator.conftest import PATIENTS

LOGIN = "/ums/v2/users/login"
SERVICES = "/ums/v2/services"
SERVICE_LOGIN = f"{SERVICES}/accessToken"
NOBODY = "00000000-0000-0000-0000-00000000dead"


@pytest.fixture
def hashes(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[bytes]]:
    """Collect the salts of the hashes that are computed: what a log-in costs."""
    salts: list[bytes] = []
    scrypt = secret_hashes._scrypt

    def counted(secret: str, salt: bytes) -> bytes:
        salts.append(salt)
        return scrypt(secret, salt)

    monkeypatch.setattr(secret_hashes, "_scrypt", counted)
    yield salts


def answer(emulator: Emulator, path: str, body: dict[str, Any]) -> tuple[int, Any]:
    reply = Client(emulator.url).call("POST", path, json=body)
    return reply.status_code, {name: value for name, value in reply.body.items() if name != "traceId"}


def service_user(emulator: Emulator, keys: int = 1, **fields: Any) -> tuple[str, list[str]]:
    made = emulator.call("POST", SERVICES, json={"roleId": ADMINISTRATOR_ROLE_ID, "type": "EXTERNAL_SERVICE", **fields})
    id, secrets = made.body["id"], [made.body["secretKeyData"]["secretKey"]]
    if keys == 0:
        emulator.call("DELETE", f"{SERVICES}/{id}/secret-keys/{made.body['secretKeyData']['id']}")
    more = (emulator.call("POST", f"{SERVICES}/{id}/secret-keys").body for _ in range(keys - 1))
    secrets.extend(key["secretKey"] for key in more)
    return id, secrets


def test_an_unknown_name_costs_and_says_what_a_wrong_password_does(emulator: Emulator, hashes: list[bytes]) -> None:
    answers = []
    for name in (emulator.username, "nobody@localhost", "é", "x" * 50_000, emulator.username.upper()):
        hashes.clear()
        answers.append(answer(emulator, LOGIN, {"username": name, "password": "wrong"}))
        assert len(hashes) == 1, name[:20]
    assert answers[0][0] == 403
    assert all(other == answers[0] for other in answers)


def test_a_disabled_user_is_told_so_by_the_right_password_alone(emulator: Emulator, hashes: list[bytes]) -> None:
    users = Users(emulator.platform.store, (emulator.username, emulator.password))
    users.add(User(NOBODY, "ada", enabled=False), "right")
    nobody = answer(emulator, LOGIN, {"username": "nobody", "password": "wrong"})
    hashes.clear()
    assert answer(emulator, LOGIN, {"username": "ada", "password": "wrong"}) == nobody
    assert len(hashes) == 1
    status, body = answer(emulator, LOGIN, {"username": "ada", "password": "right"})
    assert (status, body["code"]) == (401, "USER_LOCKED")


@pytest.mark.parametrize("keys", [0, 1, 2])
def test_a_service_user_is_told_from_nobody_by_its_secret_alone(
    emulator: Emulator, hashes: list[bytes], keys: int
) -> None:
    id, secrets = service_user(emulator, keys)
    inactive, inactive_secrets = service_user(emulator, active=False)
    hashes.clear()
    nobody = answer(emulator, SERVICE_LOGIN, {"id": NOBODY, "secretKey": "wrong"})
    assert (nobody[0], len(hashes)) == (403, 1)
    for somebody in (id, inactive):
        hashes.clear()
        assert answer(emulator, SERVICE_LOGIN, {"id": somebody, "secretKey": "wrong"}) == nobody
        assert len(hashes) == 1
    for secret in secrets if keys else ():
        assert answer(emulator, SERVICE_LOGIN, {"id": id, "secretKey": secret})[0] == 200
    status, body = answer(emulator, SERVICE_LOGIN, {"id": inactive, "secretKey": inactive_secrets[0]})
    assert (status, body["code"]) == (401, "SERVICE_LOCKED")


def test_secrets_with_salts_of_their_own_stay_valid(emulator: Emulator) -> None:
    id, _ = service_user(emulator)
    user = emulator.platform.store.get("service-users", id)
    assert user
    keys = [{"id": secret, "creationTime": "", "hash": hash_secret(secret)} for secret in ("one", "two")]
    emulator.platform.store.put("service-users", id, {**user, "secretKeys": keys})
    for secret, status in (("one", 200), ("two", 200), ("three", 403)):
        assert answer(emulator, SERVICE_LOGIN, {"id": id, "secretKey": secret})[0] == status


def test_a_refresh_token_is_not_valid_for_one_reason_as_for_another(emulator: Emulator) -> None:
    tokens = (
        "nonsense",
        "a.b.c",
        emulator.token,
        emulator.platform.tokens.sign({"sub": NOBODY, "tokenType": "REFRESH"}),
        emulator.platform.tokens.sign({"sub": NOBODY, "tokenType": "REFRESH", "exp": 1}),
    )
    answers = [answer(emulator, "/ums/v2/users/token/refresh", {"refreshToken": token}) for token in tokens]
    assert answers[0][0] == 403
    assert all(other == answers[0] for other in answers)


def test_whoever_is_one_too_many_comes_again_later(emulator: Emulator, monkeypatch: pytest.MonkeyPatch) -> None:
    begun, go_on = threading.Semaphore(0), threading.Event()
    scrypt = secret_hashes._scrypt

    def slow(secret: str, salt: bytes) -> bytes:
        begun.release()
        go_on.wait(30)
        return scrypt(secret, salt)

    monkeypatch.setattr(secret_hashes, "_scrypt", slow)
    callers = 300
    statuses: list[int] = []

    def log_in() -> None:
        statuses.append(answer(emulator, LOGIN, {"username": emulator.username, "password": emulator.password})[0])

    threads = [threading.Thread(target=log_in) for _ in range(callers)]
    for thread in threads:
        thread.start()
    assert begun.acquire(timeout=30)
    while 429 not in statuses:
        threading.Event().wait(0.01)
    reply = Client(emulator.url).call("POST", SERVICE_LOGIN, json={"id": NOBODY, "secretKey": "x"})
    assert (reply.status_code, reply.body["code"]) == (429, "TOO_MANY_REQUESTS")
    assert reply.headers["retry-after"] == "1"
    # Nobody else waits for them.
    assert Client(emulator.url).call("GET", "/ums/v1/security/public-key").status_code == 200
    assert emulator.call("GET", PATIENTS).status_code == 200
    go_on.set()
    for thread in threads:
        thread.join()
    assert set(statuses) == {200, 429}
