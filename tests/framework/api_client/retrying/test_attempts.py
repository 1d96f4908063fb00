"""A platform in trouble: what is tried again, and until when."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from typing import Any

import pytest

from biot_plugin import (
    AccessDenied,
    NotFound,
    PlatformFailed,
    PlatformTimeout,
    PlatformUnreachable,
    TooManyRequests,
    UnexpectedAnswer,
)
from tests.framework.api_client.handlers import PATIENTS, Do, Run, get, patch
from tests.framework.platform_server import (
    Behaviour,
    Exchange,
    PlatformServer,
    drip,
    error,
    half,
    html,
    late,
    ok,
)


def slow(platform: PlatformServer) -> Behaviour:
    return late(10, platform)


FAULTS: list[Any] = [
    # what the platform does, the call, what the handler sees, how often it was asked, the reply
    pytest.param(slow, get, PlatformTimeout, 1, (504, "GATEWAY_TIMEOUT"), id="slow by 10 s, read"),
    pytest.param(slow, patch, PlatformTimeout, 1, (504, "GATEWAY_TIMEOUT"), id="slow by 10 s, change"),
    pytest.param(lambda _: drip, get, PlatformTimeout, 1, (504, "GATEWAY_TIMEOUT"), id="a byte now and then"),
    pytest.param(lambda _: error(429, "TOO_MANY"), patch, TooManyRequests, 4, (429, "TOO_MANY"), id="429"),
    pytest.param(
        lambda _: error(429, "TOO_MANY", headers={"retry_after": "60"}),
        get, TooManyRequests, 1, (429, "TOO_MANY"), id="429 for longer than there is",
    ),
    pytest.param(lambda _: error(500, "ISE"), get, PlatformFailed, 4, (500, "ISE"), id="500, read"),
    pytest.param(lambda _: error(500, "ISE"), patch, PlatformFailed, 1, (500, "ISE"), id="500, change"),
    pytest.param(lambda _: html(200), get, UnexpectedAnswer, 1, (500, "CALL_TO_API_FAILED"), id="HTML"),
    pytest.param(lambda _: html(403), get, AccessDenied, 1, (500, "CALL_TO_API_FAILED"), id="HTML of a firewall"),
    pytest.param(lambda _: html(502), get, PlatformFailed, 4, (500, "CALL_TO_API_FAILED"), id="HTML of a gateway"),
    pytest.param(lambda _: half, get, PlatformUnreachable, 4, (500, "CALL_TO_API_FAILED"), id="half a body, read"),
    pytest.param(lambda _: half, patch, PlatformUnreachable, 1, (500, "CALL_TO_API_FAILED"), id="half a body, change"),
    pytest.param(
        lambda _: lambda exchange: exchange.answer(302, location="https://elsewhere.example.com"),
        get, UnexpectedAnswer, 1, (500, "CALL_TO_API_FAILED"), id="redirect",
    ),
]  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize(("fault", "do", "kind", "times", "answered"), FAULTS)
def test_what_a_handler_sees_of_a_platform_in_trouble(
    platform: PlatformServer,
    run: Run,
    fault: Callable[[PlatformServer], Behaviour],
    do: Do,
    kind: type[Exception],
    times: int,
    answered: tuple[int, str],
) -> None:
    platform.behaves(fault(platform))
    reply = run(do, timeout=3)
    assert type(run.result) is kind
    assert len(platform.received) == times
    assert run.left > 0, "the call outlived the invocation"
    assert (reply["statusCode"], json.loads(reply["body"])["code"]) == answered


@pytest.mark.slow
def test_what_fails_for_a_moment_is_tried_again_where_it_is_safe(platform: PlatformServer, run: Run) -> None:
    for fault in (error(503, "BUSY"), half, error(429, "TOO_MANY", headers={"retry_after": "1"})):
        platform.behaves(fault, ok)
        run(get)
        assert run.result == {"method": "GET"}


class Deletes:
    """Deletes, but does not get round to say so the first time."""

    def __init__(self, said: Behaviour) -> None:
        self._said = said
        self._is_there = True

    def __call__(self, exchange: Exchange) -> None:
        if not self._is_there:
            return error(404, "USER_NOT_FOUND")(exchange)
        self._is_there = False
        return self._said(exchange)


def delete(event: Any) -> object:
    return event.biot.delete(f"{PATIENTS}/7")


def breaks_off(exchange: Exchange) -> None:
    exchange.break_off()


@pytest.mark.parametrize("said", [breaks_off, half, error(500, "ISE"), html(502)])
def test_what_an_earlier_attempt_has_deleted_is_deleted(platform: PlatformServer, run: Run, said: Behaviour) -> None:
    platform.behaves(Deletes(said))
    reply = run(delete)
    assert (reply["statusCode"], run.result, len(platform.received)) == (200, None, 2)
    assert run(delete)["statusCode"] == 404, "another call is told that there is nothing"


@pytest.mark.parametrize(
    ("do", "first"),
    [(delete, error(429, "TOO_MANY")), (get, breaks_off), (lambda event: event.biot.put("/a", json={}), breaks_off)],
)
def test_what_was_not_deleted_is_not_found(platform: PlatformServer, run: Run, do: Do, first: Behaviour) -> None:
    platform.behaves(first, error(404, "USER_NOT_FOUND"))
    run(do)
    assert type(run.result) is NotFound
    assert len(platform.received) == 2


@pytest.mark.slow
def test_a_call_that_may_have_been_carried_out_says_so_also_where_trying_again_reaches_nobody(
    platform: PlatformServer, run: Run
) -> None:
    platform.behaves(lambda exchange: platform.close())
    run(lambda event: event.biot.put("/a", json={}, timeout=1))
    assert isinstance(run.result, PlatformUnreachable)
    assert len(platform.received) == 1
    assert run.result.sent


@pytest.mark.slow
@pytest.mark.parametrize("do", [get, patch])
def test_a_platform_that_is_away_for_5_s_is_waited_for(
    platform: PlatformServer, run: Run, monkeypatch: pytest.MonkeyPatch, do: Do
) -> None:
    port = int(platform.base_url.rpartition(":")[2])
    run(get)
    platform.close()
    back: list[PlatformServer] = []

    def return_() -> None:
        back.append(PlatformServer(port))
        back[0].good_tokens.add("token-1")

    timer = threading.Timer(5, return_)
    timer.start()
    try:
        # On a slow machine the time may run out in the middle of the last attempt.
        assert run(do, timeout=3)["statusCode"] in (500, 504)
        assert isinstance(run.result, PlatformUnreachable)
        assert not run.result.sent
        assert run.left > 0
        assert run(do, timeout=20)["statusCode"] == 200
    finally:
        timer.join()
        for server in back:
            server.close()


def test_no_call_is_begun_when_no_time_is_left(platform: PlatformServer, run: Run) -> None:
    run(get)
    reply = run(get, timeout=0.4)
    assert type(run.result) is PlatformTimeout
    assert reply["statusCode"] == 504
    assert len(platform.received) == 1


def test_a_call_may_have_less_time_than_the_invocation(platform: PlatformServer, run: Run) -> None:
    platform.behaves(slow(platform))
    run(lambda event: event.biot.get("/a", timeout=0.3), timeout=60)
    assert type(run.result) is PlatformTimeout
    assert run.left > 50_000
