"""Addresses are asked as a browser would, of a real server, and each bad one is named with file and line."""

from __future__ import annotations

import socket
import threading
import time
from collections import Counter
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from docs_tools.links.addresses import Link
from docs_tools.links.answers import Problem, find_problems, reason_against

PAGE = b"<h2 id=one>1</h2><a name='two'></a><p name=three></p><h2 id=user-content-four></h2><h2 id='f\xc3\xbcnf'></h2>"


class Site(ThreadingHTTPServer):
    """A server, and how often each method and path was asked for."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.asked: Counter[str] = Counter()
        self.ends = threading.Event()

    def at(self, path: str) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}{path}"


class _Handler(BaseHTTPRequestHandler):
    def do_HEAD(self) -> None:
        self._answer()

    def do_GET(self) -> None:
        self._answer()

    def _answer(self) -> None:
        site = self.server
        assert isinstance(site, Site)
        path = self.path.partition("?")[0].strip("/")
        site.asked[f"{self.command} {path}"] += 1
        count = site.asked[f"{self.command} {path}"]
        is_get = self.command == "GET"
        if path == "silent":
            site.ends.wait(30)
        elif path == "garbage":
            self.wfile.write(b"this is no HTTP\r\n\r\n")
        elif path.startswith("to/"):
            self._reply(301, **{"location": f"/{path.removeprefix('to/')}"})
        elif path == "get-only":
            self._reply(200 if is_get else 405)
        elif path == "slow-down":
            self._reply(429 if count < 2 else 200, **{"retry-after": "0"})
        elif path == "sometimes":
            self._reply(503 if count < 3 else 200)
        else:
            self._reply(int(path) if path.isdecimal() else 200)

    def _reply(self, status: int, **headers: str) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("content-length", str(len(PAGE)))
        self.end_headers()
        if self.command == "GET":
            self.wfile.write(PAGE)

    def log_message(self, format: str, *args: Any) -> None:
        pass


@pytest.fixture(scope="module")
def site() -> Iterator[Site]:
    with Site() as site:
        thread = threading.Thread(target=site.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        yield site
        site.ends.set()
        site.shutdown()
        thread.join()


@pytest.mark.parametrize(
    ("path", "reason"),
    [
        ("/page", None),
        ("/to/page", None),
        ("/to/to/page", None),
        ("/get-only", None),
        ("/page#one", None),
        ("/page#two", None),
        ("/page#four", None),
        ("/page#f%C3%BCnf", None),
        ("/to/page#one", None),
        ("/page#three", "has no #three on the page"),
        ("/page#nothing", "has no #nothing on the page"),
        ("/404", "answered 404"),
        ("/410#one", "answered 410"),
        ("/403", "answered 403"),
        ("/to/404", "answered 404"),
        ("/500", "answered 500"),
        ("/garbage", "did not answer ("),
    ],
)
def test_what_an_address_answers(site: Site, path: str, reason: str | None) -> None:
    found = reason_against(site.at(path), seconds=10, tries=2, pause=0)
    assert found == reason or (reason and found and reason.endswith("(") and found.startswith(reason))


def test_a_page_is_asked_for_its_headers_alone(site: Site) -> None:
    site.asked.clear()
    assert reason_against(site.at("/light")) is None
    assert site.asked == {"HEAD light": 1}


def test_what_cannot_be_found_is_not_asked_again_and_again(site: Site) -> None:
    site.asked.clear()
    reason_against(site.at("/404"), pause=0)
    assert site.asked == {"HEAD 404": 1, "GET 404": 1}


@pytest.mark.parametrize("path", ["/sometimes", "/slow-down"])
def test_who_cannot_answer_now_is_asked_again(site: Site, path: str) -> None:
    site.asked.clear()
    assert reason_against(site.at(path), tries=3, pause=0) is None
    assert sum(site.asked.values()) > 1


def test_who_never_answers_is_not_waited_for(site: Site) -> None:
    assert reason_against(site.at("/silent"), seconds=0.05, tries=2, pause=0) == "did not answer (timed out)"
    assert site.asked["HEAD silent"] == 2


def test_who_is_not_there_is_named_with_the_reason() -> None:
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        address = f"http://127.0.0.1:{server.getsockname()[1]}/"
    reason = reason_against(address, tries=1)
    assert reason
    assert reason.startswith("did not answer (")
    assert "refused" in reason.lower()


def test_each_place_is_named_and_each_address_asked_once(site: Site) -> None:
    site.asked.clear()
    bad, good = site.at("/404"), site.at("/page")
    links = [Link("b.md", 7, bad), Link("a.md", 3, good), Link("a.md", 9, bad), Link("a.md", 10, good)]
    problems = find_problems(links, pause=0)
    assert [str(problem) for problem in problems] == [
        f"a.md:9: {bad} answered 404",
        f"b.md:7: {bad} answered 404",
    ]
    assert problems[0] == Problem(links[2], "answered 404")
    assert site.asked == {"HEAD 404": 1, "GET 404": 1, "HEAD page": 1}


def test_a_server_that_asks_for_patience_is_given_it_within_bounds(monkeypatch: pytest.MonkeyPatch, site: Site) -> None:
    waited: list[float] = []
    monkeypatch.setattr(time, "sleep", waited.append)
    reason_against(site.at("/503"), tries=4, pause=2)
    assert waited == [0, 2, 4, 8]
