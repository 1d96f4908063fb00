"""An emulator with its page, shared by a module, and what a browser would send to it."""

from __future__ import annotations

import http.client
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from urllib.parse import urlencode, urlsplit

import pytest

from biot_emulator.build import build_platform
from biot_emulator.client import Client
from biot_emulator.page.application import Page
from biot_emulator.server.background_thread import Server
from biot_emulator.state.store import Store
from biot_emulator.testing import Emulator
from tests.emulator.conftest import comparing_what_is_left

ADMIN = ("admin@localhost", "correct horse")
_TOKEN = re.compile(r'name="form-token" value="([^"]+)"')


@dataclass(frozen=True)
class Answer:
    status: int
    headers: Mapping[str, str]
    text: str


@dataclass
class Browser:
    """Sends what a browser sends: cookies, where a form is from, and what it loads for."""

    server: Server
    host: str = ""
    cookie: str = ""
    headers: dict[str, str] = field(default_factory=dict)

    def get(self, path: str, **headers: str) -> Answer:
        navigation = {"sec-fetch-site": "none", "sec-fetch-mode": "navigate", "sec-fetch-dest": "document"}
        return self._send("GET", path, "", {**navigation, **headers})

    def post(self, path: str, form: Mapping[str, str], **headers: str) -> Answer:
        own = {
            "origin": f"http://{self._host}",
            "sec-fetch-site": "same-origin",
            "content-type": "application/x-www-form-urlencoded",
        }
        return self._send("POST", path, urlencode(form), {**own, **headers})

    def submit(self, path: str, form: Mapping[str, str]) -> Answer:
        """Post a form that the page has made."""
        return self.post(path, {"form-token": self.form_token(), **form})

    def form_token(self) -> str:
        match = _TOKEN.search(self.get("/_emulator/page/control").text)
        assert match
        return match[1]

    def log_in(self) -> Browser:
        answer = self.post("/_emulator/page/log-in", {"username": ADMIN[0], "password": ADMIN[1]})
        assert answer.status == 200
        assert self.cookie
        return self

    @property
    def _host(self) -> str:
        return self.host or urlsplit(self.server.url).netloc

    def _send(self, method: str, path: str, content: str, headers: Mapping[str, str]) -> Answer:
        connection = http.client.HTTPConnection(urlsplit(self.server.url).netloc, timeout=20)
        cookie = {"cookie": self.cookie} if self.cookie else {}
        sent = {"user-agent": "Mozilla/5.0", "host": self._host, **cookie, **self.headers, **headers}
        present = {name.replace("_", "-"): value for name, value in sent.items() if value}
        connection.request(method, path, content or None, present)
        response = connection.getresponse()
        text = response.read().decode()
        connection.close()
        received = {name.lower(): value for name, value in response.getheaders()}
        if "set-cookie" in received:
            self.cookie = received["set-cookie"].partition(";")[0]
        return Answer(response.status, received, text)


@pytest.fixture(autouse=True)
def nothing_left_behind() -> None:
    """Look once, after the module: its server is shared."""


@pytest.fixture(scope="module", autouse=True)
def nothing_left_after_the_module() -> Iterator[None]:
    yield from comparing_what_is_left()


@pytest.fixture(scope="module")
def server(nothing_left_after_the_module: None) -> Iterator[Server]:
    with Server(build_platform(Store(), admin=ADMIN)) as server:
        yield server


@pytest.fixture(scope="module")
def page(server: Server) -> Page:
    return server.page


@pytest.fixture(scope="module")
def emulator(server: Server) -> Emulator:
    return Emulator(server.url, Client(server.url).log_in(*ADMIN).token, server.platform, ADMIN)


@pytest.fixture
def stranger(server: Server) -> Browser:
    """A browser in which nobody has logged in."""
    return Browser(server)


@pytest.fixture(scope="module")
def browser(server: Server) -> Browser:
    """A browser in which the administrator has logged in."""
    return Browser(server).log_in()
