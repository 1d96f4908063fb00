"""The service user's log-in and its token."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from biot_plugin import LoginFailed, NotConfigured, PlatformTimeout, TokenRefused, UnexpectedAnswer
from tests.framework.api_client.handlers import PATIENTS, TRACE, Run, get, patch
from tests.framework.platform_server import (
    SECRET,
    SERVICE_ID,
    Exchange,
    PlatformServer,
    error,
    half,
    ok,
)


def test_it_says_what_is_missing_where_the_platform_is_not(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BIOT_SHOULD_VALIDATE_JWT", "false")
    wanted = {"BIOT_BASE_URL": "ftp://x", "BIOT_SERVICE_USER_ID": SERVICE_ID, "BIOT_SERVICE_USER_SECRET_KEY": SECRET}
    for missing in ("BIOT_BASE_URL", "BIOT_SERVICE_USER_SECRET_KEY", None):
        for name, value in wanted.items():
            monkeypatch.setenv(name, "" if name == missing else value)
        run = Run()
        reply = run(get)
        assert type(run.result) is NotConfigured
        assert (missing or "BIOT_BASE_URL") in str(run.result)
        assert (reply["statusCode"], json.loads(reply["body"])["code"]) == (500, "CALL_TO_API_FAILED")


@pytest.mark.parametrize(("status", "code"), [(403, "LOGIN_FAILED"), (401, "SERVICE_LOCKED")])
def test_a_log_in_that_is_refused_is_the_plugins_own_trouble(
    platform: PlatformServer, run: Run, status: int, code: str
) -> None:
    platform.login_behaviours = [error(status, code)]
    reply = run(get)
    assert type(run.result) is LoginFailed
    assert (run.result.status, run.result.code) == (status, code)
    assert (reply["statusCode"], json.loads(reply["body"])["code"]) == (500, "CALL_TO_API_FAILED")
    assert SECRET not in repr(run.result.__dict__)
    assert run(get)["statusCode"] == 200, "the next call tries again"


@pytest.mark.parametrize(
    "body", [None, [], {"accessToken": "x"}, {"accessToken": "x", "accessTokenExpiration": "soon"}]
)
def test_a_log_in_without_a_token_is_no_log_in(platform: PlatformServer, run: Run, body: object) -> None:
    platform.login_behaviours = [lambda exchange: exchange.answer(200, body)]
    run(get)
    assert type(run.result) is UnexpectedAnswer


@pytest.mark.parametrize(
    "token",
    [
        "secret\r\nx-injected: 1",
        "secret\n",
        "secret ",
        "secr\tet",
        "sécret",
        "secret\u202e",
        "secret\ud800",
        "s" * 16385,
        7,
        True,
        ["secret"],
        {"token": "secret"},
    ],
)
def test_a_token_that_no_header_can_have_is_no_log_in_and_is_not_quoted(
    platform: PlatformServer, run: Run, token: object, log: Callable[[], list[dict[str, Any]]]
) -> None:
    body = {"accessToken": token, "accessTokenExpiration": "2999-01-01T00:00:00Z"}
    platform.login_behaviours = [lambda exchange: exchange.answer(200, body)]
    reply = run(get)
    assert type(run.result) is UnexpectedAnswer
    assert platform.received == []
    shown = json.dumps([reply, log(), repr(run.result)])
    assert "secret" not in shown
    assert "s" * 100 not in shown


def test_the_log_in_is_tried_again_for_a_moment(platform: PlatformServer, run: Run) -> None:
    platform.login_behaviours = [error(503, "BUSY"), half]
    run(patch)
    assert run.result == {"method": "PATCH"}
    assert len(platform.logins) == 3


def test_a_revoked_token_is_renewed_once(platform: PlatformServer, run: Run) -> None:
    run(patch)
    for count in (2, 3):
        platform.revoke()
        run(patch)
        assert run.result == {"method": "PATCH"}
        assert len(platform.logins) == count


def test_a_token_that_is_never_good_is_not_renewed_in_a_loop(platform: PlatformServer, run: Run) -> None:
    class Never(set[str]):
        def add(self, element: str) -> None: ...

    platform.good_tokens = Never()
    for _ in range(10):
        reply = run(get)
        assert type(run.result) is TokenRefused
        assert (reply["statusCode"], json.loads(reply["body"])["code"]) == (500, "CALL_TO_API_FAILED")
    assert len(platform.logins) == 2


def test_a_renewed_token_that_is_revoked_is_renewed_though_a_late_call_had_the_old_one(
    platform: PlatformServer, run: Run
) -> None:
    over = threading.Event()

    def overtaking(event: Any) -> object:
        with ThreadPoolExecutor(1) as thread:
            late_one = thread.submit(get, event)
            while not platform.received:
                time.sleep(0.001)
            platform.revoke()
            get(event)
            over.set()
            late_one.result()
        platform.revoke()
        return get(event)

    def slow_one(exchange: Exchange) -> None:
        over.wait(5)
        ok(exchange)

    platform.behaves(slow_one, ok)
    run(overtaking)
    assert run.result == {"method": "GET"}
    assert len(platform.logins) == 3


def test_no_log_in_is_made_ahead_of_time_where_a_call_was_faster(platform: PlatformServer, run: Run) -> None:
    run(get)
    run.plugin.platform.transport().prefetch(TRACE)
    assert len(platform.logins) == 1


@pytest.mark.parametrize("fault", [error(503, "BUSY"), error(429, "TOO_MANY", headers={"retry_after": "1"}), half])
def test_a_log_in_ahead_of_time_is_not_tried_again_where_the_platform_is_in_trouble(
    platform: PlatformServer, run: Run, fault: Any
) -> None:
    platform.login_behaviours = [fault]
    run.plugin.platform.transport().prefetch(TRACE)
    assert len(platform.logins) == 1
    run(get)
    assert run.result == {"method": "GET"}
    assert len(platform.logins) == 2


def test_containers_that_logged_in_together_renew_their_tokens_at_different_moments(
    platform: PlatformServer, run: Run
) -> None:
    platform.token_seconds = 3600.0
    moments = set()
    for _ in range(20):
        run(get)
        login: Any = run.plugin.platform.transport()
        moments.add(round(login._login._token.valid_until))
        login._login._token = None
    assert len(moments) > 5


def test_a_token_is_renewed_a_minute_or_more_before_it_expires(platform: PlatformServer, run: Run) -> None:
    platform.token_seconds = 3600.0
    earliest = time.time()
    run(get)
    latest = time.time()
    login: Any = run.plugin.platform.transport()
    token = login._login._token
    # A token has whole seconds.
    spread = 3600 * login._login.SPREAD
    assert earliest + 3539 - spread < token.valid_until <= latest + 3540
    login._login._token = token._replace(valid_until=time.time() - 0.001)
    run(get)
    assert len(platform.logins) == 2


@pytest.mark.slow
def test_32_threads_on_a_cold_container_log_in_once(platform: PlatformServer, run: Run) -> None:
    barrier = threading.Barrier(32)
    platform.login_seconds = 0.5

    def at_once(event: Any) -> object:
        def one(_: int) -> object:
            barrier.wait()
            return event.biot.get(f"{PATIENTS}/7")

        with ThreadPoolExecutor(32) as threads:
            return list(threads.map(one, range(32)))

    run(at_once)
    assert run.result == [{"method": "GET"}] * 32
    assert len(platform.logins) == 1
    platform.revoke()
    barrier.reset()
    run(at_once)
    assert run.result == [{"method": "GET"}] * 32
    assert len(platform.logins) == 2


@pytest.mark.slow
def test_threads_that_waited_for_a_log_in_share_its_failure(platform: PlatformServer, run: Run) -> None:
    platform.login_seconds = 2
    platform.login_behaviours = [error(403, "LOGIN_FAILED")] * 100
    barrier = threading.Barrier(16)

    def at_once(event: Any) -> object:
        def one(_: int) -> type[BaseException]:
            barrier.wait(20)
            try:
                event.biot.get("/a")
            except LoginFailed as error:
                return type(error)
            raise AssertionError

        with ThreadPoolExecutor(16) as threads:
            return set(threads.map(one, range(16)))

    run(at_once)
    assert run.result == {LoginFailed}
    assert len(platform.logins) <= 2


@pytest.mark.parametrize("timeout", [0, 0.2])
def test_a_call_waits_for_another_ones_log_in_no_longer_than_it_may(
    platform: PlatformServer, run: Run, timeout: float
) -> None:
    platform.login_seconds = 1

    def impatient(event: Any) -> object:
        with ThreadPoolExecutor(1) as thread:
            patient = thread.submit(get, event)
            while not platform.logins:
                time.sleep(0.001)
            with pytest.raises(PlatformTimeout) as error:
                event.biot.get("/a", timeout=timeout)
            assert not error.value.sent
            return patient.result()

    run(impatient)
    assert run.result == {"method": "GET"}
    assert len(platform.logins) == 1


def test_the_key_may_be_in_a_secret_which_is_read_once_and_again_when_it_is_refused(
    platform: PlatformServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    arn = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:biot-demo-a1B2c3"
    keys, read = iter(["old", SECRET]), list[str]()

    class Everything(set[str]):
        def __contains__(self, _: object) -> bool:
            return True

    vault = PlatformServer()
    vault.good_tokens = Everything()

    def secret(exchange: Exchange) -> None:
        read.append(json.loads(exchange.received.content)["SecretId"])
        exchange.answer(200, {"SecretString": json.dumps({"secretKey": next(keys)})})

    monkeypatch.delenv("BIOT_SERVICE_USER_SECRET_KEY")
    for name, value in {
        "BIOT_SERVICE_USER_SECRET_ARN": arn,
        "AWS_ACCESS_KEY_ID": "a",
        "AWS_SECRET_ACCESS_KEY": "b",
        "AWS_ENDPOINT_URL_SECRETS_MANAGER": vault.base_url,
    }.items():
        monkeypatch.setenv(name, value)
    vault.behaviours = [secret]
    platform.login_behaviours = [error(403, "LOGIN_FAILED")]
    run = Run()
    run(patch)
    assert "LOGIN_FAILED" in str(run.result)
    for _ in range(2):
        assert run(patch)["statusCode"] == 200
    assert read == [arn, arn]
    assert [login.json["secretKey"] for login in platform.logins] == ["old", SECRET]
    run.plugin.platform.close()
    vault.close()
