"""Log-ins by codes and in two steps, and what remains of a log-in after its end."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from biot_emulator.client import Client, Reply
from biot_emulator.testing import Emulator, running
from tests.emulator.conftest import code_zip, comparing_what_is_left
from tests.emulator.people import PASSWORD, USERS, accept, created, person

UMS = "/ums/v2/users"
LOGIN, LOGOUT, REFRESH, AGAIN = f"{UMS}/login", f"{UMS}/logout", f"{UMS}/token/refresh", f"{UMS}/token/login"
GENERATE, OTP_LOGIN = f"{UMS}/otp/generate", f"{UMS}/otp/login"
MFA, RESEND = f"{UMS}/login/mfa", f"{UMS}/login/mfa/resend"
SELF = f"{USERS}/self"
PHONE, OTHER_PHONE = "+4915112345678", "+4915187654321"


@pytest.fixture(scope="module", autouse=True)
def nothing_left_behind() -> Iterator[None]:
    yield from comparing_what_is_left()


@pytest.fixture(scope="module")
def emulator() -> Iterator[Emulator]:
    with running() as emulator:
        yield emulator


@pytest.fixture(scope="module")
def texting(emulator: Emulator) -> str:
    """Somebody who logs in by codes."""
    body = person("Texting", _credentialType="OTP", _phone=PHONE)
    return created(emulator.call("POST", f"{USERS}/caregivers", json=body))


@pytest.fixture(scope="module")
def careful(emulator: Emulator) -> str:
    """Somebody whose log-in has two steps."""
    mfa = {"enabled": True, "expirationInMinutes": 10}
    body = person("Careful", "careful@example.com", _phone=OTHER_PHONE, _mfa=mfa)
    id = created(emulator.call("POST", f"{USERS}/caregivers", json=body))
    mail = emulator.outbox(to="careful@example.com")[-1]
    data = {"operationData": {"password": PASSWORD}}
    assert Client(emulator.url).call("POST", mail["link"].removeprefix(emulator.url), json=data).status_code == 200
    return id


def post(emulator: Emulator, path: str, token: str | None = None, **body: Any) -> Reply:
    return Client(emulator.url, token).call("POST", path, json=body)


def refused(reply: Reply) -> tuple[int, str]:
    return reply.status_code, reply.body["code"]


def code_for(emulator: Emulator, phone: str) -> str:
    found = re.search("[0-9]{6}", emulator.outbox("SMS", phone)[-1]["message"])
    assert found
    return found.group()


def wrong(code: str) -> str:
    return f"{(int(code) + 1) % 10**6:06}"


def is_valid(emulator: Emulator, token: str) -> bool:
    status = Client(emulator.url, token).call("GET", SELF).status_code
    assert status in (200, 401)
    return status == 200


def test_a_log_in_by_code(emulator: Emulator, texting: str) -> None:
    asked = post(emulator, GENERATE, phone=PHONE)
    assert (asked.status_code, asked.body["phone"]) == (200, "******5678")
    code = code_for(emulator, PHONE)
    assert code not in str(asked.body)
    request = asked.body["requestId"]
    assert refused(post(emulator, OTP_LOGIN, requestId=request, code=wrong(code))) == (403, "LOGIN_FAILED")
    logged_in = post(emulator, OTP_LOGIN, requestId=request, code=code)
    assert (logged_in.status_code, logged_in.body["userId"]) == (200, texting)
    assert is_valid(emulator, logged_in.body["accessJwt"]["token"])
    assert refused(post(emulator, OTP_LOGIN, requestId=request, code=code)) == (403, "LOGIN_FAILED")


def test_a_phone_that_nobody_logs_in_with_is_told_from_no_other(emulator: Emulator, texting: str) -> None:
    before = emulator.outbox("SMS")
    asked = post(emulator, GENERATE, phone="+4915100000000")
    assert (asked.status_code, set(asked.body)) == (200, {"requestId", "phone"})
    assert emulator.outbox("SMS") == before
    failed = post(emulator, OTP_LOGIN, requestId=asked.body["requestId"], code="123456")
    assert refused(failed) == (403, "LOGIN_FAILED")
    invalid = post(emulator, GENERATE, phone="0151 1234")
    assert (refused(invalid), set(invalid.body["details"])) == ((409, "PHONE_NOT_VALID"), {"phone", "userId"})


def test_a_code_ends_with_its_time(emulator: Emulator, texting: str) -> None:
    request = post(emulator, GENERATE, phone=PHONE).body["requestId"]
    emulator.platform.clock.set(emulator.platform.clock.now() + timedelta(minutes=6))
    try:
        late = post(emulator, OTP_LOGIN, requestId=request, code=code_for(emulator, PHONE))
    finally:
        emulator.platform.clock.reset()
    assert refused(late) == (403, "LOGIN_FAILED")


def test_nobody_logs_in_with_a_password_who_has_codes(emulator: Emulator, texting: str) -> None:
    for password in ("", PHONE, PASSWORD):
        assert refused(post(emulator, LOGIN, username=PHONE, password=password)) == (403, "LOGIN_FAILED")


def test_a_log_in_in_two_steps(emulator: Emulator, careful: str) -> None:
    first = post(emulator, LOGIN, username="careful@example.com", password=PASSWORD)
    assert first.status_code == 200
    assert first.body["mfaRequired"] is True
    assert first.body["phone"] == "******4321"
    assert "refreshJwt" not in first.body
    pending, code = first.body["accessJwt"]["token"], code_for(emulator, OTHER_PHONE)
    for method, path in (
        ("GET", SELF),
        ("GET", f"{UMS}/self"),
        ("GET", f"{USERS}/patients"),
        ("DELETE", f"{UMS}/self"),
    ):
        assert refused(Client(emulator.url, pending).call(method, path)) == (403, "ACCESS_DENIED")
    assert refused(post(emulator, MFA, pending, code=wrong(code))) == (403, "LOGIN_FAILED")
    resent = post(emulator, RESEND, pending)
    assert (resent.status_code, set(resent.body)) == (200, {"mfaExpiration"})
    new = code_for(emulator, OTHER_PHONE)
    done = post(emulator, MFA, pending, code=new)
    assert (done.status_code, done.body["userId"], done.body["mfaRequired"]) == (200, careful, False)
    assert is_valid(emulator, done.body["accessJwt"]["token"])
    assert post(emulator, REFRESH, refreshToken=done.body["refreshJwt"]["token"]).status_code == 200
    # The token of the first step opens no more than before, and no second log-in.
    assert refused(post(emulator, MFA, pending, code=new))[0] == 403
    assert refused(Client(emulator.url, pending).call("GET", SELF)) == (403, "ACCESS_DENIED")


def test_codes_cannot_be_tried_out(emulator: Emulator) -> None:
    phone = "+4915155555555"
    body = person("Guessed", _credentialType="OTP", _phone=phone)
    created(emulator.call("POST", f"{USERS}/caregivers", json=body))
    for _ in range(2):
        request = post(emulator, GENERATE, phone=phone).body["requestId"]
        code = code_for(emulator, phone)
        for _ in range(5):
            assert refused(post(emulator, OTP_LOGIN, requestId=request, code=wrong(code))) == (403, "LOGIN_FAILED")
    request = post(emulator, GENERATE, phone=phone).body["requestId"]
    locked = post(emulator, OTP_LOGIN, requestId=request, code=code_for(emulator, phone))
    assert (refused(locked), locked.body["details"]) == ((401, "USER_LOCKED_WITH_TIME"), {"timeLeftInMinutes": 15})
    emulator.platform.clock.set(emulator.platform.clock.now() + timedelta(minutes=16))
    try:
        request = post(emulator, GENERATE, phone=phone).body["requestId"]
        assert post(emulator, OTP_LOGIN, requestId=request, code=code_for(emulator, phone)).status_code == 200
    finally:
        emulator.platform.clock.reset()


def test_a_code_is_no_longer_valid_after_five_attempts(emulator: Emulator, texting: str) -> None:
    request = post(emulator, GENERATE, phone=PHONE).body["requestId"]
    code = code_for(emulator, PHONE)
    for _ in range(5):
        post(emulator, OTP_LOGIN, requestId=request, code=wrong(code))
    assert refused(post(emulator, OTP_LOGIN, requestId=request, code=code)) == (403, "LOGIN_FAILED")


def test_after_a_log_out_no_token_is_accepted(emulator: Emulator) -> None:
    created(emulator.call("POST", f"{USERS}/caregivers", json=person("Out", "out@example.com")))
    accept(emulator, "out@example.com")
    here, elsewhere = (post(emulator, LOGIN, username="out@example.com", password=PASSWORD).body for _ in range(2))
    renewed = post(emulator, REFRESH, refreshToken=here["refreshJwt"]["token"]).body
    assert post(emulator, LOGOUT, refreshToken=here["refreshJwt"]["token"]).status_code == 200
    for tokens in (here, renewed):
        assert not is_valid(emulator, tokens["accessJwt"]["token"])
        token = tokens["refreshJwt"]["token"]
        assert refused(post(emulator, REFRESH, refreshToken=token)) == (403, "REFRESH_TOKEN_NOT_VALID")
        assert refused(post(emulator, AGAIN, refreshToken=token)) == (403, "LOGIN_FAILED")
    assert is_valid(emulator, elsewhere["accessJwt"]["token"])
    again = post(emulator, AGAIN, refreshToken=elsewhere["refreshJwt"]["token"])
    assert (again.status_code, again.body["userId"]) == (200, elsewhere["userId"])


@pytest.mark.parametrize("token", ["", "x", "a.b.c"])
def test_a_log_out_with_no_token_says_nothing(emulator: Emulator, token: str) -> None:
    reply = post(emulator, LOGOUT, refreshToken=token)
    assert reply.status_code == (200 if token else 400)


def test_the_administrators_tokens_outlive_a_reset(emulator: Emulator) -> None:
    with running() as other:
        assert other.call("POST", "/_emulator/reset").status_code == 204
        assert other.call("GET", SELF).status_code == 200


CODE = """
def handler(event, context):
    print(event.get("body"))
"""


@pytest.mark.slow
def test_log_ins_and_log_outs_are_notified_without_secrets(caplog: pytest.LogCaptureFixture) -> None:
    with running() as emulator:
        actions = [{"entityTypeName": "caregiver", "actionName": name} for name in ("_login", "_logout")]
        emulator.deploy(code_zip(CODE), subscriptions={"notifications": actions})
        id = created(emulator.call("POST", f"{USERS}/caregivers", json=person("Noted", "noted@example.com")))
        invitation = emulator.outbox(to="noted@example.com")[-1]["token"]
        accept(emulator, "noted@example.com")
        tokens = post(emulator, LOGIN, username="noted@example.com", password=PASSWORD).body
        post(emulator, LOGOUT, refreshToken=tokens["refreshJwt"]["token"])
        emulator.wait_for_notifications()
        records = emulator.invocations()
        assert sorted(record["hook"] for record in records) == ["caregiver _login"] * 2 + ["caregiver _logout"]
        assert all(id in str(record) for record in records)
        shown = f"{records}{caplog.text}"
        for secret in (PASSWORD, invitation, tokens["refreshJwt"]["token"], tokens["accessJwt"]["token"]):
            assert secret not in shown
