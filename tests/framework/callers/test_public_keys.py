from __future__ import annotations

import threading
import time
from collections.abc import Sequence

import pytest
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

from biot_plugin.callers import signature
from biot_plugin.callers.key_service import KeysUnavailable
from biot_plugin.callers.public_keys import PublicKeys
from biot_plugin.testing import Context, Signer
from tests.framework.callers.target import (
    Target,
    base64url,
    pre,
)
from tests.framework.conftest import KeyService


def test_the_previous_key_is_good_during_a_rotation(target: Target, signer: Signer, other_signer: Signer) -> None:
    target.service.rotate(other_signer)
    assert target.send(pre(other_signer.token("PLUGIN_INTERCEPTOR"))) == (200, None)
    assert target.send(pre(signer.token("PLUGIN_INTERCEPTOR"))) == (200, None)
    assert target.service.requests == 1


def test_a_rotation_in_mid_life_costs_one_fetch(target: Target, signer: Signer, other_signer: Signer) -> None:
    assert target.send(pre(signer.token("PLUGIN_INTERCEPTOR"))) == (200, None)
    target.service.rotate(other_signer)
    for _ in range(5):
        assert target.send(pre(other_signer.token("PLUGIN_INTERCEPTOR"))) == (200, None)
        assert target.send(pre(signer.token("PLUGIN_INTERCEPTOR"))) == (200, None)
    assert target.service.requests == 2


def test_a_flood_of_forged_tokens_does_not_reach_the_platform(
    target: Target, signer: Signer, other_signer: Signer
) -> None:
    for _ in range(100):
        assert target.send(pre(other_signer.token("PLUGIN_INTERCEPTOR"))) == (400, "JWT_ERROR")
    assert target.service.requests == 2
    assert target.send(pre(signer.token("PLUGIN_INTERCEPTOR"))) == (200, None)


def test_a_fetch_that_fails_leaves_the_keys_that_there_are(
    target: Target, signer: Signer, other_signer: Signer
) -> None:
    assert target.send(pre(signer.token("PLUGIN_INTERCEPTOR"))) == (200, None)
    target.service.answer = (500, b"")
    assert target.send(pre(other_signer.token("PLUGIN_INTERCEPTOR"))) == (400, "JWT_ERROR")
    assert target.send(pre(signer.token("PLUGIN_INTERCEPTOR"))) == (200, None)
    assert target.service.requests == 2


def test_the_floor_between_fetches_ends(
    monkeypatch: pytest.MonkeyPatch, target: Target, signer: Signer, other_signer: Signer
) -> None:
    third = Signer()
    now = time.monotonic()
    monkeypatch.setattr(target.plugin.keys, "_clock", lambda: now)
    for _ in range(3):
        assert target.send(pre(other_signer.token("PLUGIN_INTERCEPTOR"))) == (400, "JWT_ERROR")
    assert target.service.requests == 2
    target.service.rotate(third)
    now += target.plugin.keys.REFETCH_FLOOR - 1
    assert target.send(pre(third.token("PLUGIN_INTERCEPTOR"))) == (400, "JWT_ERROR")
    now += 1
    assert target.send(pre(third.token("PLUGIN_INTERCEPTOR"))) == (200, None)
    assert target.service.requests == 3


@pytest.mark.parametrize("is_warm", [False, True])
def test_a_new_key_is_not_held_up_by_a_forged_token(
    target: Target, signer: Signer, other_signer: Signer, is_warm: bool
) -> None:
    third = Signer()
    if is_warm:
        assert target.send(pre(signer.token("PLUGIN_INTERCEPTOR"))) == (200, None)
    assert target.send(pre(other_signer.token("PLUGIN_INTERCEPTOR"))) == (400, "JWT_ERROR")
    target.service.rotate(third)
    assert target.send(pre(third.token("PLUGIN_INTERCEPTOR"))) == (200, None)


def test_each_rotation_is_seen_between_the_forged_tokens_of_a_live_container(
    target: Target, signer: Signer, other_signer: Signer
) -> None:
    assert target.send(pre(signer.token("PLUGIN_INTERCEPTOR"))) == (200, None)
    for _ in range(3):
        genuine = Signer()
        assert target.send(pre(other_signer.token("PLUGIN_INTERCEPTOR"))) == (400, "JWT_ERROR")
        target.service.rotate(genuine)
        assert target.send(pre(genuine.token("PLUGIN_INTERCEPTOR"))) == (200, None)
        assert target.send(pre(genuine.token("PLUGIN_INTERCEPTOR"))) == (200, None)
    assert target.service.requests == 1 + 2 * 3


def test_garbage_of_the_same_kind_again_and_again_costs_one_fetch(
    target: Target, signer: Signer, other_signer: Signer
) -> None:
    for _ in range(3):
        assert target.send(pre(signer.token("PLUGIN_INTERCEPTOR"))) == (200, None)
    token = other_signer.token("PLUGIN_INTERCEPTOR")
    for _ in range(20):
        assert target.send(pre(token)) == (400, "JWT_ERROR")
        assert target.send(pre(f"{token.rpartition('.')[0]}.c2hvcnQ")) == (400, "JWT_ERROR")
    assert target.service.requests == 2
    third = Signer()
    target.service.rotate(third)
    assert target.send(pre(third.token("PLUGIN_INTERCEPTOR"))) == (200, None)


def test_a_flood_on_a_live_container_is_bounded(
    monkeypatch: pytest.MonkeyPatch, target: Target, signer: Signer, other_signer: Signer
) -> None:
    now = time.monotonic()
    monkeypatch.setattr(target.plugin.keys, "_clock", lambda: now)
    for _ in range(20):
        assert target.send(pre(signer.token("PLUGIN_INTERCEPTOR"))) == (200, None)
    for _ in range(100):
        assert target.send(pre(other_signer.token("PLUGIN_INTERCEPTOR"))) == (400, "JWT_ERROR")
    assert target.service.requests == 1 + target.plugin.keys.MAX_STOCK
    for _ in range(100):
        now += target.plugin.keys.REFETCH_FLOOR / 10
        assert target.send(pre(other_signer.token("PLUGIN_INTERCEPTOR"))) == (400, "JWT_ERROR")
    assert target.service.requests <= 1 + target.plugin.keys.MAX_STOCK + 11


def test_of_many_refused_tokens_the_last_are_remembered(
    monkeypatch: pytest.MonkeyPatch, target: Target, signer: Signer, other_signer: Signer
) -> None:
    now = time.monotonic()
    monkeypatch.setattr(target.plugin.keys, "_clock", lambda: now)
    genuine = signer.token("PLUGIN_INTERCEPTOR")
    message = other_signer.token("PLUGIN_INTERCEPTOR").rpartition(".")[0]
    forged = [f"{message}.{base64url(number.to_bytes(256, 'big'))}" for number in range(101)]

    def requests_for(token: str) -> int:
        before = target.service.requests
        assert target.send(pre(genuine)) == (200, None)
        assert target.send(pre(token)) == (400, "JWT_ERROR")
        return target.service.requests - before

    assert requests_for(forged[0]) == 2, "the first call fetches the keys as well"
    assert requests_for(forged[0]) == 0
    assert [requests_for(token) for token in forged[1:]] == [1] * 100
    assert requests_for(forged[-1]) == 0
    assert requests_for(forged[0]) == 1, "a container's memory does not grow with each of them"


def test_the_next_event_tries_again_after_a_failure(
    monkeypatch: pytest.MonkeyPatch, target: Target, signer: Signer
) -> None:
    now = time.monotonic()
    monkeypatch.setattr(target.plugin.keys, "_clock", lambda: now)
    target.service.answer = (500, b"")
    assert target.send(pre(signer.token("PLUGIN_INTERCEPTOR"))) == (400, "JWT_ERROR")
    target.service.answer = None
    now += target.plugin.keys._first_fetch.RETRY_FLOOR
    assert target.send(pre(signer.token("PLUGIN_INTERCEPTOR"))) == (200, None)


def test_a_platform_that_stays_away_is_asked_less_and_less_often_and_never_given_up(
    monkeypatch: pytest.MonkeyPatch, target: Target, signer: Signer
) -> None:
    now = time.monotonic()
    monkeypatch.setattr(target.plugin.keys, "_clock", lambda: now)
    target.service.answer = (503, b"")
    for _ in range(600):
        target.send(pre(signer.token("PLUGIN_INTERCEPTOR")))
        now += 0.1
    assert 60 / target.plugin.keys._first_fetch.RETRY_CEILING < target.service.requests < 45
    target.service.answer = None
    now += target.plugin.keys._first_fetch.RETRY_CEILING
    assert target.send(pre(signer.token("PLUGIN_INTERCEPTOR"))) == (200, None)


def test_containers_that_failed_together_do_not_try_again_together() -> None:
    def fail() -> Sequence[RSAPublicKey]:
        raise KeysUnavailable("away")

    containers = [PublicKeys(fail, clock=lambda: 0.0) for _ in range(100)]
    for keys in containers:
        with pytest.raises(KeysUnavailable, match="away"):
            keys.verify(b"", b"")
    assert len({round(keys._first_fetch._usual, 2) for keys in containers}) > 10


def test_keys_are_fetched_during_init_inside_lambda(
    monkeypatch: pytest.MonkeyPatch, key_service: KeyService, signer: Signer
) -> None:
    monkeypatch.setenv("AWS_LAMBDA_RUNTIME_API", "127.0.0.1:9001")
    target = Target(key_service)
    assert target.send(pre(signer.token("PLUGIN_INTERCEPTOR"))) == (200, None)
    assert key_service.requests == 1


def test_the_first_signature_is_checked_during_init(
    monkeypatch: pytest.MonkeyPatch, key_service: KeyService, signer: Signer
) -> None:
    checked = []
    real = signature._matches

    def matches(key: RSAPublicKey, message: bytes, signed: bytes) -> bool:
        checked.append((len(signed), real(key, message, signed)))
        return checked[-1][1]

    monkeypatch.setattr(signature, "_matches", matches)
    monkeypatch.setenv("AWS_LAMBDA_RUNTIME_API", "127.0.0.1:9001")
    target = Target(key_service)
    assert callable(target.plugin.handler)
    assert checked == [(signer.public_key.key_size // 8, False)], "OpenSSL prepares itself with the first one"


def test_a_fetch_that_fails_during_init_is_not_fatal(
    monkeypatch: pytest.MonkeyPatch, key_service: KeyService, signer: Signer
) -> None:
    monkeypatch.setenv("AWS_LAMBDA_RUNTIME_API", "127.0.0.1:9001")
    key_service.answer = (500, b"")
    target = Target(key_service)
    while key_service.requests == 0:
        time.sleep(0.005)
    key_service.answer = None
    assert target.send(pre(signer.token("PLUGIN_INTERCEPTOR"))) == (200, None)


def test_a_fetch_for_a_forged_token_does_not_hold_up_a_genuine_one(
    target: Target, signer: Signer, other_signer: Signer
) -> None:
    assert target.send(pre(signer.token("PLUGIN_INTERCEPTOR"))) == (200, None)
    keys, fetching, go_on = target.plugin.keys, threading.Event(), threading.Event()
    fetch = keys._fetch

    def slow() -> Sequence[RSAPublicKey]:
        fetching.set()
        assert go_on.wait(30)
        return fetch()

    keys._fetch = slow
    forged = pre(other_signer.token("PLUGIN_INTERCEPTOR"))
    thread = threading.Thread(target=target.plugin.handler, args=(forged, Context()))
    thread.start()
    assert fetching.wait(30)
    assert target.send(pre(signer.token("PLUGIN_INTERCEPTOR"))) == (200, None)
    go_on.set()
    thread.join()


def test_events_that_arrive_at_once_before_the_keys_share_one_fetch(target: Target, signer: Signer) -> None:
    keys, fetching, go_on = target.plugin.keys, threading.Event(), threading.Event()
    fetch, event = keys._fetch, pre(signer.token("PLUGIN_INTERCEPTOR"))
    looked = threading.Semaphore(0)

    def slow() -> Sequence[RSAPublicKey]:
        fetching.set()
        assert go_on.wait(30)
        return fetch()

    class Lock:
        """The lock of the keys, which says when somebody waits for it."""

        def __init__(self, lock: threading.Lock) -> None:
            self._lock = lock

        def __enter__(self) -> None:
            looked.release()
            self._lock.acquire()

        def __exit__(self, *_: object) -> None:
            self._lock.release()

    keys._fetch = slow
    keys._lock = Lock(keys._lock)  # type: ignore[assignment]
    statuses: list[int] = []
    threads = [
        threading.Thread(target=lambda: statuses.append(target.plugin.handler(event, Context())["statusCode"]))
        for _ in range(2)
    ]
    threads[0].start()
    assert fetching.wait(30)
    threads[1].start()
    assert looked.acquire(timeout=30)
    assert looked.acquire(timeout=30)
    go_on.set()
    for thread in threads:
        thread.join()
    assert statuses == [200, 200]
    assert target.service.requests == 1
