"""What tests of files share: plain HTTP to signed URLs, and the published description of the service."""

from __future__ import annotations

import http.client
import json
from collections.abc import Mapping
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import jsonschema_rs

from biot_emulator.client import Client
from tests.emulator.conftest import SHARED

FILES = "/file/v1/files"
PARTS = f"{FILES}/upload/parts"
CSV = {"name": "ecg.csv", "mimeType": "text/csv"}
MEBIBYTE = 1024 * 1024
DESCRIPTION = SHARED / "platform-api" / "wider" / "file-2.4.2.json"


class Answer(NamedTuple):
    status: int
    headers: Mapping[str, str]
    content: bytes

    @property
    def code(self) -> str:
        return str(json.loads(self.content)["code"])


def send(method: str, url: str, content: bytes | None = None, **headers: str) -> Answer:
    """One request without a token."""
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=60)
    try:
        target = f"{parts.path}?{parts.query}"
        connection.request(method, target, content, {name.replace("_", "-"): text for name, text in headers.items()})
        response = connection.getresponse()
        found = {name.lower(): text for name, text in response.getheaders()}
        return Answer(response.status, found, response.read())
    finally:
        connection.close()


def stored(client: Client, content: bytes = b"t,mV\n1,2\n", **named: str) -> str:
    """The id of a file that was just stored."""
    made = client.call("POST", f"{FILES}/upload", json={**CSV, **named})
    assert made.status_code == 200, made.body
    assert send("PUT", made.body["signedUrl"], content).status == 200
    id: str = made.body["id"]
    return id


def url_of(client: Client, id: str, query: str = "") -> str:
    """A signed URL to fetch a file from."""
    url: str = client.call("GET", f"{FILES}/{id}/download{query}").body["signedUrl"]
    return url


def in_parts(client: Client, *contents: bytes) -> tuple[str, list[dict[str, Any]]]:
    """An upload in parts that is not complete, and the ETags of its parts."""
    made = client.call("POST", PARTS, json={**CSV, "parts": len(contents)}).body
    parts = [
        {"partNumber": part["partNumber"], "etag": send("PUT", part["signedUrl"], content).headers["etag"]}
        for part, content in zip(made["signedUrls"], contents, strict=True)
    ]
    return made["id"], parts


def check_answer(method: str, path: str, status: int, body: Any) -> None:
    """Check an answer against its published schema."""
    document = json.loads(DESCRIPTION.read_text(encoding="utf-8"))
    response = document["paths"][path][method.lower()]["responses"][str(status)]
    if "content" not in response:
        assert body is None
        return
    schema = next(iter(response["content"].values()))["schema"]
    whole = {**schema, "components": document["components"]}
    jsonschema_rs.validator_for(whole, validate_formats=True).validate(body)
