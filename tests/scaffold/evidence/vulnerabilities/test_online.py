"""OSV's API over HTTP, as a local server answers it."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from biot_plugin_cli.errors import PlatformUnreachable
from biot_plugin_cli.evidence.vulnerabilities.online import ask
from tests.scaffold.evidence.inputs import OSV

RECORDS = {record["id"]: record for record in json.loads(OSV)}


@dataclass
class Service:
    """A database of vulnerabilities that says what it was asked."""

    url: str = ""
    asked: list[str] = field(default_factory=list)
    answers: dict[str, tuple[int, bytes]] = field(default_factory=dict)

    def answer(self, path: str, body: bytes) -> tuple[int, bytes]:
        if path in self.answers:
            return self.answers[path]
        if path == "/v1/querybatch":
            return 200, json.dumps({"results": [self._find(query) for query in json.loads(body)["queries"]]}).encode()
        record = RECORDS.get(path.removeprefix("/v1/vulns/"))
        return (200, json.dumps(record).encode()) if record else (404, b"{}")

    def _find(self, query: dict[str, Any]) -> dict[str, Any]:
        self.asked.append(query["package"]["purl"])
        if "carrier" not in query["package"]["purl"]:
            return {}
        # The second page comes on its own.
        if query.get("page_token"):
            return {"vulns": [{"id": "PYSEC-1", "modified": "x"}]}
        return {"vulns": [{"id": "GHSA-1"}, {"id": "GHSA-4"}], "next_page_token": "more"}


@pytest.fixture
def service() -> Iterator[Service]:
    service = Service()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            length = int(self.headers.get("content-length") or 0)
            status, content = service.answer(self.path, self.rfile.read(length))
            self.send_response(status)
            self.send_header("content-length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        do_GET = do_POST

        def log_message(self, format: str, *args: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    service.url = f"http://127.0.0.1:{server.server_address[1]}"
    yield service
    server.shutdown()
    thread.join()
    server.server_close()


def test_names_and_versions_are_asked_and_all_pages_read(service: Service) -> None:
    snapshot = ask(f"{service.url}/", ["pkg:pypi/needed@2.0", "pkg:pypi/carrier@1.0", "pkg:pypi/carrier@1.0"])
    assert service.asked == ["pkg:pypi/carrier@1.0", "pkg:pypi/needed@2.0", "pkg:pypi/carrier@1.0"]
    assert set(snapshot.matching) == {"GHSA-1", "PYSEC-1"}
    assert (snapshot.withdrawn, snapshot.sha256, snapshot.name) == (1, None, f"{service.url}/")


@pytest.mark.parametrize(
    ("path", "answer", "problem"),
    [
        ("/v1/querybatch", (500, b""), "it answered POST /v1/querybatch with 500"),
        ("/v1/querybatch", (302, b""), "it answered POST /v1/querybatch with 302"),
        ("/v1/querybatch", (200, b"<html>"), "cannot be asked"),
        ("/v1/querybatch", (200, b'{"results": [{"vulns": [{"id": 1}]}]}'), "cannot be asked"),
        ("/v1/querybatch", (200, b'{"results": []}'), "it answered 1 questions with 0 answers"),
        ("/v1/querybatch", (200, b'{"results": [{"next_page_token": "x"}]}'), "its list does not end"),
        ("/v1/vulns/GHSA-1", (200, b'{"id": "GHSA-9"}'), "it answered with another record than GHSA-1"),
        ("/v1/vulns/GHSA-1", (404, b"{}"), "it answered GET /v1/vulns/GHSA-1 with 404"),
    ],
)
def test_an_answer_of_another_form_is_refused(
    service: Service, path: str, answer: tuple[int, bytes], problem: str
) -> None:
    service.answers[path] = answer
    with pytest.raises(PlatformUnreachable, match=problem):
        ask(service.url, ["pkg:pypi/carrier@1.0"])


def test_a_service_that_is_not_there_cannot_be_asked() -> None:
    with pytest.raises(PlatformUnreachable, match="pass --vulnerabilities FILE with a database"):
        ask("http://127.0.0.1:9", ["pkg:pypi/carrier@1.0"])
