"""Calls of plugins that run elsewhere are recorded like those of the platform's own."""

from __future__ import annotations

import json
import socket
import ssl
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import trustme

from biot_emulator.hooks import outside_endpoints
from biot_emulator.testing import Emulator, running
from tests.emulator.conftest import ADA, PATIENTS
from tests.emulator.hooks.test_outside_endpoints import Answer, misbehaving, own_account, subscribe
from tests.http_servers import JoiningServer


def wait(_: socket.socket, over: threading.Event) -> None:
    over.wait(20)


def changed(body: dict[str, Any]) -> tuple[int, bytes]:
    body["request"]["body"]["mrn"] = "7"
    return 200, json.dumps({"request": body["request"]}).encode()


def test_a_call_is_recorded_with_what_it_changed(emulator: Emulator) -> None:
    with own_account(changed) as (address, _):
        subscribe(emulator, address)
        assert emulator.call("POST", PATIENTS, json={**ADA, "mrn": " 7 "}).status_code == 201
    [record] = emulator.invocations()
    assert (record["plugin"], record["kind"], record["hook"]) == (address, "PRE_REQUEST", f"POST{PATIENTS}")
    assert record["input"]["body"]["request"]["body"]["mrn"] == " 7 "
    assert record["reply"]["request"]["body"]["mrn"] == "7"
    assert record["difference"] == [{"path": "/body/mrn", "before": " 7 ", "after": "7"}]
    assert (record["statusCode"], record["error"], record["logs"]) == (200, None, [])
    assert record["durationMs"] > 0
    assert (record["initMs"], record["cold"], record["maxMemoryMb"]) == (None, None, None)
    assert "eyJ" not in json.dumps(record)
    path = f"/_emulator/invocations?plugin={address}"
    assert emulator.call("GET", path).body["data"] == [record]
    assert emulator.call("GET", f"/_emulator/invocations/{record['id']}").body == record


def test_so_are_a_refusal_and_a_notification(emulator: Emulator) -> None:
    refusal = json.dumps({"code": "NO", "message": "no"}).encode()
    with own_account(lambda _: (418, refusal)) as (address, _):
        subscribe(emulator, address)
        assert emulator.call("POST", PATIENTS, json=ADA).status_code == 418
        emulator.call(
            "POST",
            "/dispatcher/v1/hooks/interceptions/unsubscribe",
            json={"type": "PRE_REQUEST", "apiId": f"POST{PATIENTS}", "endpoint": address},
        )
        body = {"entityTypeName": "patient", "actionName": "_create", "endpoint": address}
        emulator.call("POST", "/dispatcher/v1/hooks/notifications/subscribe", json=body)
        assert emulator.call("POST", PATIENTS, json=ADA).status_code == 201
        assert emulator.wait_for_notifications()
    refused, notified = emulator.invocations()
    assert (refused["statusCode"], refused["reply"]["code"], refused["error"]) == (418, "NO", None)
    assert (notified["kind"], notified["statusCode"]) == ("NOTIFICATION", 418)
    assert notified["input"]["body"]["jwt"] == "<hidden>"


def test_an_address_that_does_not_respond_is_recorded_with_the_reason(
    emulator: Emulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    subscribe(emulator, "http://127.0.0.1:1")
    assert emulator.call("POST", PATIENTS, json=ADA).status_code == 502
    monkeypatch.setattr(outside_endpoints, "SECONDS", 0.2)
    with misbehaving(wait) as address:
        emulator.call("POST", "/_emulator/reset")
        subscribe(emulator, address)
        assert emulator.call("POST", PATIENTS, json=ADA).status_code == 502
    [record] = emulator.invocations()
    assert (record["statusCode"], record["error"]["type"]) == (502, "Endpoint.Timedout")
    assert "did not respond within 0.2 seconds" in record["error"]["message"]


def test_a_secret_in_an_address_is_not_recorded(emulator: Emulator) -> None:
    with own_account(changed) as (address, requests):
        subscribe(emulator, f"{address}/?token=abcdef")
        assert emulator.call("POST", PATIENTS, json=ADA).status_code == 201
    assert requests[0]["path"] == "/?token=abcdef"
    assert "abcdef" not in json.dumps(emulator.invocations())


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture
def ca_file(authority: trustme.CA, tmp_path: Path) -> Path:
    authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    return tmp_path / "ca.pem"


@pytest.fixture
def https(authority: trustme.CA, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Have the plugins of `own_account` served over HTTPS, with a certificate for localhost alone."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert("localhost").configure_cert(context)
    plain = JoiningServer.get_request

    def get_request(self: Any) -> Any:
        connection, address = plain(self)
        return context.wrap_socket(connection, server_side=True, do_handshake_on_connect=False), address

    monkeypatch.setattr(JoiningServer, "get_request", get_request)
    yield


def create(emulator: Emulator, answer: Answer, host: str) -> int:
    with own_account(answer) as (address, _):
        subscribe(emulator, address.replace("http://127.0.0.1", f"https://{host}"))
        return emulator.call("POST", PATIENTS, json=ADA).status_code


@pytest.mark.usefixtures("https")
def test_certificates_of_ones_own_authority_are_trusted_by_option(ca_file: Path) -> None:
    with running(ca_file=ca_file) as emulator:
        assert create(emulator, changed, "localhost") == 201
    with running(ca_file=ca_file) as emulator:
        assert create(emulator, changed, "127.0.0.1") == 502
        assert "certificate" in emulator.invocations()[0]["error"]["message"]


@pytest.mark.usefixtures("https")
def test_without_it_they_are_not(emulator: Emulator) -> None:
    assert create(emulator, changed, "localhost") == 502
    [record] = emulator.invocations()
    assert record["error"]["type"] == "Endpoint.Unreachable"
    assert "certificate" in record["error"]["message"]
    assert threading.active_count() < 50
