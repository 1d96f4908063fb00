"""The plugins of the pages for newcomers from elsewhere answer as those that they are compared with."""

from __future__ import annotations

import base64
import json
import subprocess
import sys
import threading
from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from biot_plugin.testing import Signer, default_signer, events, signed
from docs_tools.blocks import ROOT, read_blocks

PATIENTS = "POST/organization/v1/users/patients"
RUN = """
import json, sys
import index
replies = [index.handler(event, None) for event in json.load(open(sys.argv[1]))]
json.dump(replies, open(sys.argv[2], "w"))
"""


class FakePlatform:
    """Hands out a key and a token, and notes the calls of plugins."""

    def __init__(self, signer: Signer) -> None:
        key = signer.public_key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        self.key = base64.b64encode(key).decode()
        self.calls: list[tuple[str, str, Any]] = []
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self.thread = threading.Thread(target=self.server.serve_forever, args=(0.01,))
        self.thread.start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server.server_address[1]}"

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()

    def answer(self, method: str, path: str, body: Any) -> Any:
        if path == "/ums/v1/security/public-key":
            return {"publicKey": self.key}
        if path == "/ums/v2/services/accessToken":
            expiration = datetime.now(timezone.utc) + timedelta(minutes=30)
            return {"accessToken": "token", "accessTokenExpiration": expiration.strftime("%Y-%m-%dT%H:%M:%SZ")}
        self.calls.append((method, path, body))
        return {"_id": path.rpartition("/")[2]}

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        platform = self

        class Handler(BaseHTTPRequestHandler):
            def _do(self) -> None:
                length = int(self.headers.get("content-length", 0))
                body = json.loads(self.rfile.read(length)) if length else None
                content = json.dumps(platform.answer(self.command, self.path, body)).encode()
                self.send_response(200)
                self.send_header("content-length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            do_GET = do_POST = do_PATCH = _do

            def log_message(self, format: str, *args: object) -> None: ...

        return Handler


@pytest.fixture
def platform() -> Iterator[FakePlatform]:
    platform = FakePlatform(default_signer())
    yield platform
    platform.close()


def session(state: str, before: str = "ACTIVE") -> dict[str, Any]:
    entity = {"_id": "s-1", "_state": state, "_endTime": "2026-01-02T03:00:00.000Z", "_patient": {"id": "p-1"}}
    return events.notification("usage-session", "_update", entity=entity, old_entity={**entity, "_state": before})


EVENTS = {
    "tidied": events.pre_request(PATIENTS, body={"mrn": "  K-117 ", "_dateOfBirth": "1985-12-10", "ward": None}),
    "as it came": events.pre_request(PATIENTS, body={"_name": {"firstName": "Gräce"}, "weight": 61.20}),
    "refused": events.pre_request(PATIENTS, body={"_dateOfBirth": "2015-12-10"}),
    "done": session("DONE"),
    "done before": session("DONE", before="DONE"),
    "paused": session("PAUSED"),
}
FORGED = {**EVENTS["tidied"], "headers": {**EVENTS["tidied"]["headers"], "authorization": "Bearer e30.e30.e30"}}


@pytest.mark.slow
def test_the_official_samples_form_and_the_framework_answer_equally(
    tmp_path: Path, environment: dict[str, str], platform: FakePlatform
) -> None:
    sent = [*(signed(event, default_signer()) for event in EVENTS.values()), FORGED]
    calls, replies = {}, {}
    for version in ("before", "after"):
        platform.calls.clear()
        replies[version] = run(version, tmp_path, environment, platform.url, sent)
        calls[version] = list(platform.calls)

    assert replies["before"] == replies["after"]
    assert calls["before"] == calls["after"]
    assert calls["after"] == [
        ("PATCH", "/organization/v1/users/patients/p-1", {"lastSessionEnd": "2026-01-02T03:00:00.000Z"})
    ]
    assert [reply["status"] for reply in replies["after"]] == [200, 200, 403, 200, 200, 200, 400]
    assert replies["after"][0]["body"]["request"]["body"]["mrn"] == "K-117"


@pytest.mark.slow
def test_a_mounted_router_answers_as_it_did_but_for_strangers(
    tmp_path: Path, environment: dict[str, str], platform: FakePlatform
) -> None:
    call = events.direct(method="GET", path="/wards/7b", query={"day": "monday"})
    stranger = {**call, "headers": {name: value for name, value in call["headers"].items() if name != "authorization"}}
    sent = [signed(call, default_signer()), stranger]

    replies = {
        version: run(version, tmp_path, environment, platform.url, sent, page="powertools.md")
        for version in ("before", "after")
    }

    assert replies["before"][0]["body"] == replies["after"][0]["body"] == {"ward": "7b", "day": "monday"}
    assert [reply["status"] for reply in replies["before"]] == [200, 200]
    assert [reply["status"] for reply in replies["after"]] == [200, 401]


def run(
    version: str,
    folder: Path,
    environment: dict[str, str],
    url: str,
    sent: list[Any],
    page: str = "official-sample.md",
) -> list[Any]:
    """The replies of a version, without what is not of the contract."""
    write(page, version, folder)
    folder.joinpath("events.json").write_text(json.dumps(sent), encoding="utf-8")
    variables = {"BIOT_BASE_URL": url, "BIOT_SERVICE_USER_ID": "1a2b3c4d-0000-4000-8000-000000000000"}
    subprocess.run(
        [sys.executable, "-c", RUN, folder / "events.json", folder / f"{version}.json"],
        cwd=folder / version,
        env={**environment, **variables, "BIOT_SERVICE_USER_SECRET_KEY": "secret"},
        capture_output=True,
        check=True,
    )
    return [comparable(reply) for reply in json.loads(folder.joinpath(f"{version}.json").read_text(encoding="utf-8"))]


def write(page: str, version: str, folder: Path) -> None:
    [block] = [
        block for block in read_blocks(ROOT / "docs" / "coming-from" / page) if block.title == f"{version}/index.py"
    ]
    folder.joinpath(version).mkdir()
    folder.joinpath(version, "index.py").write_text(block.text, encoding="utf-8")


def comparable(reply: dict[str, Any]) -> dict[str, Any]:
    body = reply.get("body")
    body = json.loads(body) if isinstance(body, str) and body else body
    if isinstance(body, dict) and "code" in body:
        body = {name: body[name] for name in ("code", "traceId")} | (
            {"message": body["message"]} if body["code"] != "JWT_ERROR" else {}
        )
    return {"status": reply["statusCode"], "trace": reply.get("headers", {}).get("traceparent"), "body": body or None}
