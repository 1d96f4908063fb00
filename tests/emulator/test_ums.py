from __future__ import annotations

import base64
import datetime
import http.client
import json
import uuid
from collections.abc import Iterator
from typing import Any

import pytest

from biot_emulator import Ums
from tests.emulator.conftest import SHARED
from tests.emulator.test_tokens import claims_of, verify

TRACEPARENT = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-00"
LOGIN = "/ums/v2/services/accessToken"
KEY = "/ums/v1/security/public-key"


class Caller:
    def __init__(self, ums: Ums) -> None:
        self.connection = http.client.HTTPConnection(ums.url.removeprefix("http://"), timeout=10)

    def __call__(self, method: str, path: str, body: object = None) -> tuple[int, Any]:
        content = body if isinstance(body, bytes) else json.dumps(body) if body is not None else None
        self.connection.request(method, path, content, {"traceparent": TRACEPARENT})
        response = self.connection.getresponse()
        assert response.headers["content-type"] == "application/json"
        return response.status, json.loads(response.read())


@pytest.fixture
def ums() -> Iterator[Ums]:
    with Ums() as ums:
        yield ums


@pytest.fixture
def call(ums: Ums) -> Iterator[Caller]:
    caller = Caller(ums)
    yield caller
    caller.connection.close()


def test_the_key_is_published_without_armour(ums: Ums, call: Caller) -> None:
    status, found = call("GET", KEY)
    assert (status, set(found)) == (200, {"publicKey"})
    assert base64.b64decode(found["publicKey"], validate=True)[:2] == b"\x30\x82"
    verify(ums.tokens.sign_for("notification"), found["publicKey"])
    ums.tokens.rotate()
    assert call("GET", f"{KEY}?cache=no")[1]["previousPublicKey"] == found["publicKey"]


def test_a_service_user_logs_in(ums: Ums, call: Caller) -> None:
    status, found = call("POST", LOGIN, {"id": ums.service_id, "secretKey": ums.secret_key})
    assert (status, set(found)) == (200, {"accessToken", "accessTokenExpiration"})
    verify(found["accessToken"], ums.tokens.public_keys()["publicKey"])
    claims = claims_of(found["accessToken"])
    assert (claims["serviceUserId"], claims["tokenType"]) == (ums.service_id, "SERVICE_EXTERNAL")
    until = datetime.datetime.strptime(found["accessTokenExpiration"], "%Y-%m-%dT%H:%M:%S.%fZ")
    assert until.replace(tzinfo=datetime.UTC).timestamp() == claims["exp"]


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({"id": str(uuid.uuid4()), "secretKey": "right"}, 403, "LOGIN_FAILED"),
        ({"id": "00000000-0000-4000-8000-000000000000", "secretKey": "wrong"}, 403, "LOGIN_FAILED"),
        ({"id": "00000000-0000-4000-8000-000000000000", "secretKey": "é\ud800"}, 403, "LOGIN_FAILED"),
        ({"id": "00000000-0000-4000-8000-000000000000"}, 400, "BAD_REQUEST"),
        ({"id": 1, "secretKey": "right"}, 400, "BAD_REQUEST"),
        ([], 400, "BAD_REQUEST"),
        (b"{broken", 400, "BAD_REQUEST"),
        (b"\xff", 400, "BAD_REQUEST"),
        (b"", 400, "BAD_REQUEST"),
    ],
)
def test_refused_logins(body: object, status: int, code: str) -> None:
    with Ums(service_id="00000000-0000-4000-8000-000000000000", secret_key="right") as ums:
        caller = Caller(ums)
        found = caller("POST", LOGIN, body)
        caller.connection.close()
    assert (found[0], found[1]["code"]) == (status, code)
    assert_error_body(found[1])


def test_what_is_not_there_is_not_found(call: Caller) -> None:
    for method, path in (("GET", "/ums/v1/else"), ("POST", KEY), ("GET", LOGIN), ("DELETE", "/")):
        status, found = call(method, path)
        assert (status, found["code"]) == (404, "NOT_FOUND")
        assert_error_body(found)


def test_a_plugins_environment(ums: Ums) -> None:
    assert ums.plugin_environment == {
        "BIOT_BASE_URL": ums.url,
        "BIOT_SERVICE_ENVIRONMENT": "local",
        "BIOT_SERVICE_USER_ID": ums.service_id,
        "BIOT_SERVICE_USER_SECRET_KEY": ums.secret_key,
    }


def test_closing_cuts_idle_connections(ums: Ums, call: Caller) -> None:
    call("GET", KEY)
    ums.close()
    with pytest.raises((ConnectionError, http.client.HTTPException)):
        call("GET", KEY)


def test_the_published_description_agrees(ums: Ums, call: Caller) -> None:
    file = SHARED / "platform-api" / "ums-2.4.2.json"
    if not file.exists():
        pytest.skip(f"the platform's published description is not at {file}")
    document = json.loads(file.read_text(encoding="utf-8"))
    answers = [
        ("get", KEY, call("GET", KEY)),
        ("post", LOGIN, call("POST", LOGIN, {"id": ums.service_id, "secretKey": ums.secret_key})),
        ("post", LOGIN, call("POST", LOGIN, {"id": ums.service_id, "secretKey": "wrong"})),
        ("post", LOGIN, call("POST", LOGIN, {})),
    ]
    for method, path, (status, body) in answers:
        described = document["paths"][path.removeprefix("/ums")][method]["responses"][str(status)]
        name = described["content"]["application/json"]["schema"]["$ref"].rpartition("/")[2]
        schema = document["components"]["schemas"][name]
        assert set(body) <= set(schema["properties"])
        assert set(schema.get("required", ())) <= set(body)
        for key, value in body.items():
            assert isinstance(value, {"string": str, "object": dict}[schema["properties"][key]["type"]])
        if status >= 400:
            assert body["code"] in described["description"] or status == 400


def assert_error_body(body: dict[str, Any]) -> None:
    assert set(body) == {"code", "message", "serviceName", "traceId", "environment", "details"}
    assert body["traceId"] == TRACEPARENT.split("-")[1]
    assert body["environment"] == "local"
