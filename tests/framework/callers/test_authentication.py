from __future__ import annotations

import base64
import json
import time
from collections.abc import Callable
from typing import Any

import pytest

from biot_plugin import Plugin
from biot_plugin.testing import Context, Signer, events, signed
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


def test_a_token_in_the_wrong_place_is_no_token(target: Target, signer: Signer) -> None:
    interceptor = signer.token("PLUGIN_INTERCEPTOR", "ACTION_NOTIFICATION")
    in_body = events.pre_request(
        PATIENTS, fields={"jwt": interceptor}, envelope={"headers": {"authorization": "Bearer "}}
    )
    in_header = events.notification(
        "patient", "_create", fields={"jwt": None}, envelope={"headers": {"authorization": f"Bearer {interceptor}"}}
    )
    basic = events.pre_request(PATIENTS, envelope={"headers": {"authorization": f"Basic {interceptor}"}})
    raw = events.pre_request(PATIENTS, envelope={"headers": {"authorization": interceptor}})
    in_query = events.direct(token=None, query={"authorization": interceptor})
    for event in (in_body, in_header, basic, raw):
        assert target.send(event) == (400, "JWT_ERROR")
    assert target.send(in_query) == (401, "JWT_ERROR")
    assert target.called == []


def test_a_hooks_token_opens_no_other_hook(target: Target, signer: Signer) -> None:
    assert target.send(notification(signer.token("PLUGIN_INTERCEPTOR"))) == (400, "JWT_ERROR")
    assert target.send(pre(signer.token("ACTION_NOTIFICATION"))) == (400, "JWT_ERROR")
    assert target.send(pre(signer.user_token())) == (400, "JWT_ERROR")
    assert target.called == []


def test_a_schedule_cannot_be_imitated_from_outside(target: Target) -> None:
    schedule = events.scheduled()
    in_body = events.direct("POST", token=None, body=schedule)
    beside_the_body = events.direct("POST", token=None, envelope=schedule)
    in_header = events.direct("POST", token=None, headers={"hooktype": "SCHEDULED"})
    for event in (in_body, beside_the_body, in_header):
        assert target.send(event) == (401, "JWT_ERROR")
    assert target.called == []


def test_headers_are_found_whatever_their_case(target: Target, signer: Signer) -> None:
    event = signed(events.pre_request(PATIENTS), signer)
    event["headers"] = {name.upper(): value for name, value in event["headers"].items()}
    assert target.send(event) == (200, None)
    assert target.called == ["pre"]


def test_the_platforms_variables_override_the_scopes(
    monkeypatch: pytest.MonkeyPatch, key_service: KeyService, signer: Signer
) -> None:
    monkeypatch.setenv("BIOT_JWT_PERMISSION_INTERCEPTION", "OWN_INTERCEPTOR")
    monkeypatch.setenv("BIOT_JWT_PERMISSION_NOTIFICATION", "OWN_NOTIFICATION")
    target = Target(key_service)
    assert target.send(pre(signer.token("OWN_INTERCEPTOR"))) == (200, None)
    assert target.send(pre(signer.token("PLUGIN_INTERCEPTOR"))) == (400, "JWT_ERROR")
    assert target.send(notification(signer.token("OWN_NOTIFICATION"))) == (200, None)
    assert target.send(notification(signer.token("ACTION_NOTIFICATION"))) == (400, "JWT_ERROR")


@pytest.mark.parametrize("value", ["false", "False"])
def test_the_one_off_switch_is_loud(
    monkeypatch: pytest.MonkeyPatch, key_service: KeyService, log: Callable[[], list[JSON]], value: str
) -> None:
    monkeypatch.setenv("BIOT_SHOULD_VALIDATE_JWT", value)
    target = Target(key_service)
    (record,) = log()
    assert record["level"] == "WARN"
    assert record["message"].startswith("CALLERS ARE NOT VERIFIED")
    assert target.send(pre("garbage")) == (200, None)
    assert target.send(direct("garbage")) == (204, None)
    assert key_service.requests == 0


@pytest.mark.parametrize("value", ["", "0", "no", "true", "off", "fals"])
def test_nothing_else_switches_it_off(monkeypatch: pytest.MonkeyPatch, key_service: KeyService, value: str) -> None:
    monkeypatch.setenv("BIOT_SHOULD_VALIDATE_JWT", value)
    assert Target(key_service).send(pre("garbage")) == (400, "JWT_ERROR")
