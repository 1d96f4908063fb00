from __future__ import annotations

from collections.abc import Callable

import pytest

from biot_plugin.testing import Signer, events, signed
from tests.framework.callers.conftest import MakeTarget
from tests.framework.callers.target import (
    JSON,
    PATIENTS,
    Target,
    direct,
    notification,
    pre,
)
from tests.framework.conftest import KeyService


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
    monkeypatch: pytest.MonkeyPatch, make_target: MakeTarget, signer: Signer
) -> None:
    monkeypatch.setenv("BIOT_JWT_PERMISSION_INTERCEPTION", "OWN_INTERCEPTOR")
    monkeypatch.setenv("BIOT_JWT_PERMISSION_NOTIFICATION", "OWN_NOTIFICATION")
    target = make_target()
    assert target.send(pre(signer.token("OWN_INTERCEPTOR"))) == (200, None)
    assert target.send(pre(signer.token("PLUGIN_INTERCEPTOR"))) == (400, "JWT_ERROR")
    assert target.send(notification(signer.token("OWN_NOTIFICATION"))) == (200, None)
    assert target.send(notification(signer.token("ACTION_NOTIFICATION"))) == (400, "JWT_ERROR")


@pytest.mark.parametrize("value", ["false", "False"])
def test_the_one_off_switch_is_loud(
    monkeypatch: pytest.MonkeyPatch,
    make_target: MakeTarget,
    key_service: KeyService,
    log: Callable[[], list[JSON]],
    value: str,
) -> None:
    monkeypatch.setenv("BIOT_SHOULD_VALIDATE_JWT", value)
    target = make_target()
    record, *_ = log()
    assert record["level"] == "WARN"
    assert record["message"].startswith("CALLERS ARE NOT VERIFIED")
    assert target.send(pre("garbage")) == (200, None)
    assert target.send(direct("garbage")) == (204, None)
    assert key_service.requests == 0


@pytest.mark.parametrize("value", ["", "0", "no", "true", "off", "fals"])
def test_nothing_else_switches_it_off(monkeypatch: pytest.MonkeyPatch, make_target: MakeTarget, value: str) -> None:
    monkeypatch.setenv("BIOT_SHOULD_VALIDATE_JWT", value)
    assert make_target().send(pre("garbage")) == (400, "JWT_ERROR")
