from __future__ import annotations

import base64
import json
import time
from collections.abc import Callable
from typing import Any

import pytest

from biot_plugin import Plugin
from biot_plugin.testing import Context, Signer, events
from tests.framework.conftest import KeyService

PATIENTS = "POST/organization/v1/users/patients"


JSON = dict[str, Any]


def base64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def jwt(header: JSON, claims: JSON, sign: Callable[[bytes], bytes]) -> str:
    message = f"{base64url(json.dumps(header).encode())}.{base64url(json.dumps(claims).encode())}"
    return f"{message}.{base64url(sign(message.encode()))}"


def claims(**changes: Any) -> JSON:
    good = {"scopes": ["PLUGIN_INTERCEPTOR", "ACTION_NOTIFICATION"], "exp": time.time() + 600}
    return {name: value for name, value in {**good, **changes}.items() if value is not ...}


class Target:
    """A plugin with every hook, behind real keys, that remembers which handlers were called."""

    def __init__(self, service: KeyService) -> None:
        self.service = service
        self.called: list[str] = []
        self.plugin = plugin = Plugin()
        plugin.pre_request(PATIENTS)(lambda event: self.called.append("pre"))
        plugin.post_request(PATIENTS)(lambda event: self.called.append("post"))
        plugin.adapt_entity("patient")(lambda event: self.called.append("adapt"))
        plugin.notification("patient", "_create")(lambda event: self.called.append("notification"))
        plugin.scheduled("0 0 * * ? *")(lambda event: self.called.append("scheduled"))
        plugin.endpoint()(lambda event: self.called.append("direct"))

    def send(self, event: JSON) -> tuple[int, str | None]:
        reply = self.plugin.handler(event, Context())
        return reply["statusCode"], json.loads(reply["body"])["code"] if reply["statusCode"] >= 400 else None


@pytest.fixture
def target(key_service: KeyService) -> Target:
    return Target(key_service)


def pre(token: str | None) -> JSON:
    return events.pre_request(PATIENTS, envelope={"headers": {"authorization": f"Bearer {token}"}})


def post(token: str) -> JSON:
    return events.post_request(PATIENTS, envelope={"headers": {"authorization": f"Bearer {token}"}})


def adapt(token: str) -> JSON:
    return events.adapt_entity("patient", envelope={"headers": {"authorization": f"Bearer {token}"}})


def notification(token: str) -> JSON:
    return events.notification("patient", "_create", fields={"jwt": token})


def direct(token: str) -> JSON:
    return events.direct(token=token)


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
    assert target.send(pre(third.token("PLUGIN_INTERCEPTOR"))) == (400, "JWT_ERROR")
    target.service.rotate(third)
    now += target.plugin.keys.REFETCH_FLOOR - 1
    assert target.send(pre(third.token("PLUGIN_INTERCEPTOR"))) == (400, "JWT_ERROR")
    now += 1
    assert target.send(pre(third.token("PLUGIN_INTERCEPTOR"))) == (200, None)
    assert target.service.requests == 3


def test_the_next_event_tries_again_after_a_failure(
    monkeypatch: pytest.MonkeyPatch, target: Target, signer: Signer
) -> None:
    now = time.monotonic()
    monkeypatch.setattr(target.plugin.keys, "_clock", lambda: now)
    target.service.answer = (500, b"")
    assert target.send(pre(signer.token("PLUGIN_INTERCEPTOR"))) == (400, "JWT_ERROR")
    target.service.answer = None
    now += target.plugin.keys.RETRY_FLOOR
    assert target.send(pre(signer.token("PLUGIN_INTERCEPTOR"))) == (200, None)


def test_keys_are_fetched_during_init_inside_lambda(
    monkeypatch: pytest.MonkeyPatch, key_service: KeyService, signer: Signer
) -> None:
    monkeypatch.setenv("AWS_LAMBDA_RUNTIME_API", "127.0.0.1:9001")
    target = Target(key_service)
    assert target.send(pre(signer.token("PLUGIN_INTERCEPTOR"))) == (200, None)
    assert key_service.requests == 1


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
