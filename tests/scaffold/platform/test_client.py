"""Calls of the platform over a real connection."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import count
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from biot_plugin_cli.errors import UsageError
from biot_plugin_cli.platform import retries
from biot_plugin_cli.platform.client import PlatformClient
from biot_plugin_cli.platform.credentials import Credentials
from biot_plugin_cli.platform.errors import AnswerLost, EndlessSearch, NotThePlatform, OtherPlugin, Refusal, Unreachable
from biot_plugin_cli.platform.plugin_calls import CodePart, PluginCalls

Answer = tuple[int, bytes]
LOGIN = b'{"accessToken": "token"}'


class Server:
    """A server with configurable responses that records its requests."""

    def __init__(self) -> None:
        self.requests: list[tuple[str, str, str | None]] = []
        self.login = LOGIN
        self.logins: list[Answer | None] = []
        self.answers: Callable[[str, str], Answer | None] = lambda method, path: (200, b"{}")
        server = self

        class Handler(BaseHTTPRequestHandler):
            def respond(self) -> None:
                self.rfile.read(int(self.headers.get("content-length") or 0))
                server.requests.append((self.command, self.path, self.headers.get("authorization")))
                is_log_in = self.path.startswith("/ums/")
                if is_log_in:
                    response = server.logins.pop(0) if server.logins else (200, server.login)
                else:
                    response = server.answers(self.command, self.path)
                if response is None:
                    self.close_connection = True
                    return
                self.send_response(response[0])
                if response[0] in (301, 307):
                    self.send_header("location", "/elsewhere")
                self.send_header("content-length", str(len(response[1])))
                self.end_headers()
                self.wfile.write(response[1])

            do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = respond

            def log_message(self, format: str, *_: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,))
        self._thread.start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    @property
    def calls(self) -> list[str]:
        return [f"{method} {path}" for method, path, _ in self.requests if not path.startswith("/ums")]


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    monkeypatch.setattr(retries, "RETRY_PAUSES", (0.001, 0.001, 0.001))
    server = Server()
    yield server
    server.close()


@pytest.fixture
def client(server: Server) -> Iterator[PlatformClient]:
    client = PlatformClient(server.url, lambda: Credentials(True, "id", "key"))
    yield client
    client.close()


def test_the_first_call_logs_in_and_the_others_do_not(server: Server, client: PlatformClient) -> None:
    assert server.requests == []
    for _ in range(3):
        assert client.get("/x") == {}
    assert [path for _, path, _ in server.requests] == ["/ums/v2/services/accessToken", "/x", "/x", "/x"]
    assert {token for _, path, token in server.requests if path == "/x"} == {"Bearer token"}


@pytest.mark.parametrize("failure", [None, (503, b""), (500, b'{"code": "INTERNAL_SERVER_ERROR"}'), (429, b"")])
def test_what_changes_nothing_is_tried_again(server: Server, client: PlatformClient, failure: Answer | None) -> None:
    answers: list[Answer | None] = [failure, failure, (200, b'{"n": 1}')]
    server.answers = lambda method, path: answers.pop(0)
    assert client.get("/x") == {"n": 1}
    assert len(server.calls) == 3


def test_but_not_for_ever(server: Server, client: PlatformClient) -> None:
    server.answers = lambda method, path: None
    with pytest.raises(Unreachable, match="Lost the connection"):
        client.get("/x")
    assert len(server.calls) == 4


@pytest.mark.parametrize(
    ("response", "error"),
    [
        (None, AnswerLost),
        ((504, b'{"code": "GATEWAY_TIMEOUT"}'), AnswerLost),
        ((502, b"<html>"), AnswerLost),
        ((500, b'{"code": "INTERNAL_SERVER_ERROR"}'), Refusal),
        ((400, b"{}"), Refusal),
    ],
)
@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
def test_what_changes_something_is_tried_once(
    server: Server, client: PlatformClient, method: str, response: Answer | None, error: type[Exception]
) -> None:
    server.answers = lambda method, path: response
    with pytest.raises(error):
        client.change(method, "/x", {"config": "{}"})
    assert server.calls == [f"{method} /x"]


def test_a_token_that_is_not_taken_any_more_is_renewed_once(server: Server, client: PlatformClient) -> None:
    client.get("/x")
    refused = (401, b'{"code": "TOKEN_NOT_VALID"}')
    answers = [refused, (200, b'{"n": 1}')]
    server.answers = lambda method, path: answers.pop(0)
    assert client.change("POST", "/y") == {"n": 1}
    server.answers = lambda method, path: refused
    with pytest.raises(Refusal):
        client.change("POST", "/z")
    assert server.calls == ["GET /x", "POST /y", "POST /y", "POST /z", "POST /z"]


def test_nobody_is_asked_for_credentials_twice(server: Server) -> None:
    prompts: list[int] = []
    notified: list[Credentials] = []

    def credentials() -> Credentials:
        prompts.append(1)
        return Credentials(True, "id", "key", asked=True)

    client = PlatformClient(server.url, credentials, notified.append)
    server.logins = [None, (503, b""), (200, LOGIN)]
    assert client.get("/x") == {}
    answers = [(401, b'{"code": "TOKEN_NOT_VALID"}'), (200, b"{}")]
    server.answers = lambda method, path: answers.pop(0)
    assert client.get("/x") == {}
    assert (len(prompts), len(notified)) == (1, 1)
    client.close()


@pytest.mark.parametrize("status", [301, 307])
def test_a_token_goes_to_no_other_address(server: Server, client: PlatformClient, status: int) -> None:
    server.answers = lambda method, path: (status, b"")
    with pytest.raises(Refusal):
        client.get("/x")
    assert server.calls == ["GET /x"]


def test_what_is_no_json_is_not_the_platform(server: Server, client: PlatformClient) -> None:
    server.answers = lambda method, path: (200, b"<html>welcome</html>")
    with pytest.raises(Unreachable, match="base URL"):
        client.get("/x")
    assert server.calls == ["GET /x"]


NO_PLUGINS = (b"", b"null", b"[]", b"{}", b'{"name": "demo"}', b'{"name": 1, "version": 1, "lastModifiedTime": ""}')


@pytest.mark.parametrize("is_service", [True, False])
@pytest.mark.parametrize("response", [b"", b"[]", b"{}", b'{"accessToken": null}', b'{"accessJwt": "x"}', b"<html>"])
def test_a_log_in_that_gives_no_token_is_not_the_platform(server: Server, is_service: bool, response: bytes) -> None:
    server.login = response
    client = PlatformClient(server.url, lambda: Credentials(is_service, "id", "key"))
    calls: list[Callable[[], object]] = [lambda: client.get("/x"), lambda: client.change("DELETE", "/x")]
    for call in calls:
        with pytest.raises(Unreachable, match="not one of the BioT platform") as error:
            call()
        assert error.value.exit_code == 6
    assert len(server.requests) == 2
    client.close()


@pytest.mark.parametrize("response", NO_PLUGINS)
def test_a_plugin_of_another_shape_is_not_the_platforms(
    server: Server, client: PlatformClient, response: bytes
) -> None:
    server.answers = lambda method, path: (200, response)
    calls = PluginCalls(client)
    with pytest.raises(NotThePlatform, match="base URL"):
        calls.find("demo")
    with pytest.raises(NotThePlatform, match="base URL"):
        calls.all()
    # Somebody called it a success: whether it was done is to be looked at.
    with pytest.raises(AnswerLost, match="base URL"):
        calls.create({}, CodePart(("x.zip", b"")))
    with pytest.raises(AnswerLost, match="base URL"):
        calls.update("demo", {}, {}, None)


@pytest.mark.parametrize("responded", ["other", "Demo", "demo ", "Plugin-Plugin-demo", "demo/"])
def test_a_response_about_another_plugin_is_an_error(server: Server, client: PlatformClient, responded: str) -> None:
    plugin = {"name": responded, "version": 1, "lastModifiedTime": ""}
    server.answers = lambda method, path: (200, json.dumps(plugin).encode())
    calls = PluginCalls(client)
    with pytest.raises(OtherPlugin, match="responded with another plugin"):
        calls.find("demo")
    # Somebody called it a success: whether it was done is to be looked at.
    with pytest.raises(AnswerLost, match="responded with another plugin"):
        calls.create({"name": "demo"}, CodePart(("x.zip", b"")))
    by_patch_and_put: list[dict[str, object]] = [{"timeout": 1}, {"environmentVariables": {}}]
    for changed in by_patch_and_put:
        with pytest.raises(AnswerLost, match="responded with another plugin"):
            calls.update("demo", {}, changed, None)


@pytest.mark.parametrize(
    ("name", "path"), [("..", "Plugin-.."), ("a/b?c#d", "Plugin-a%2Fb%3Fc%23d"), ("é ", "Plugin-%C3%A9%20")]
)
def test_no_name_leads_to_another_path(server: Server, client: PlatformClient, name: str, path: str) -> None:
    server.answers = lambda method, _: (404, b'{"code": "PLUGIN_NOT_FOUND"}')
    calls = PluginCalls(client)
    assert calls.find(name) is None
    with pytest.raises(Refusal):
        calls.delete(name)
    assert [request[1] for request in server.requests if "/settings" in request[1]] == [
        f"/settings/v2/plugins/{path}"
    ] * 2


@pytest.mark.parametrize(
    ("value", "text", "shown"),
    [
        ("hunter2", "bad xhunter2x", "bad x(hidden)x"),
        ("7b", "ward 7b is closed, 7bc not", "ward (hidden) is closed, 7bc not"),
        ('a"b\n', 'got "a\\"b\\n"', 'got "(hidden)"'),
        ("(.*", "it is (.*", "it is (hidden)"),
    ],
)
def test_values_of_variables_that_an_error_quotes_are_hidden(
    server: Server, client: PlatformClient, value: str, text: str, shown: str
) -> None:
    server.answers = lambda method, path: (400, json.dumps({"code": "X", "message": text}).encode())
    with pytest.raises(Refusal) as refusal:
        PluginCalls(client).update("demo", {"environmentVariables": {"A": value}}, {"timeout": 1}, None)
    assert str(refusal.value) == f"The platform rejected the request: {shown}"


@pytest.mark.parametrize("page", [b"[]", b"{}", b'{"data": null}', b'{"data": [7]}', b'{"data": {"a": 1}}'])
def test_a_page_of_another_shape_is_not_the_platforms(server: Server, client: PlatformClient, page: bytes) -> None:
    server.answers = lambda method, path: (200, page)
    with pytest.raises(NotThePlatform, match="base URL"):
        client.search("/x", {})
    assert len(server.calls) == 1


@pytest.mark.parametrize("total", [None, 10**9, "many", -1, True])
def test_a_search_that_does_not_end_is_ended(server: Server, client: PlatformClient, total: object) -> None:
    pages = count()
    metadata = {"metadata": {"page": {"totalResults": total}}}

    def page(_: str, path: str) -> Answer:
        data = [{"n": next(pages)} for _ in range(100)] if total != -1 else [{"n": 1}] * 100
        return 200, json.dumps({"data": data, **metadata}).encode()

    server.answers = page
    if total == -1:
        assert len(client.search("/x", {})) == 100
        return
    with pytest.raises(
        EndlessSearch, match=r"^The results of /x do not end, as there are more than \d+ pages: "
    ) as error:
        client.search("/x", {})
    assert error.value.exit_code == 6


def test_a_search_that_repeats_a_page_is_ended(server: Server, client: PlatformClient) -> None:
    server.answers = lambda method, path: (200, json.dumps({"data": [{"n": 1}] * 100}).encode())
    with pytest.raises(EndlessSearch, match="a page is repeated"):
        client.search("/x", {})
    assert len(server.calls) == 2


@pytest.mark.parametrize(
    "token",
    [
        "secret\r\nx: y",
        "secret\n",
        "secr et",
        "sécret",
        "secret\u202e",
        "secret\ud800",
        "",
        "s" * 16385,
        7,
        True,
        None,
        ["s"],
    ],
)
@pytest.mark.parametrize("is_service", [True, False])
def test_a_token_that_no_header_can_have_is_not_the_platforms_and_is_not_quoted(
    server: Server, is_service: bool, token: object
) -> None:
    server.login = json.dumps({"accessToken": token} if is_service else {"accessJwt": {"token": token}}).encode()
    client = PlatformClient(server.url, lambda: Credentials(is_service, "id", "key"))
    with pytest.raises(NotThePlatform) as error:
        client.get("/x")
    assert "secret" not in str(error.value)
    assert len(server.requests) == 1
    client.close()


@pytest.mark.parametrize("status", [400, 403, 500])
@pytest.mark.parametrize("is_log_in", [True, False])
def test_neither_token_nor_secret_is_shown_where_the_platform_quotes_them(
    server: Server, status: int, is_log_in: bool
) -> None:
    secret, token = 'pass"wörd', "token-of-the-user"
    server.login = json.dumps({"accessToken": token}).encode()
    client = PlatformClient(server.url, lambda: Credentials(True, "id", secret))
    quoted = f"Bearer {token} and {secret} and {json.dumps(secret)}"
    body = {"code": quoted, "message": quoted, "traceId": quoted, "details": {"className": [quoted], "x": quoted}}
    answer = (status, json.dumps(body).encode())
    server.answers = lambda method, path: answer
    server.logins = [answer] * 10 if is_log_in else []
    calls: list[Callable[[], object]] = [lambda: client.get("/x"), lambda: client.change("PUT", "/x")]
    for call in calls:
        with pytest.raises(Refusal) as error:
            call()
        for shown in (str(error.value), error.value.code, str(error.value.details)):
            assert token not in shown
            assert "wörd" not in shown
            assert "w\\u00f6rd" not in shown
    client.close()


@pytest.mark.parametrize(
    ("most", "total", "pages"),
    [
        (100, 250, 3),
        (50, 250, 5),  # a platform that gives less than it is asked for
        (100, 200, 2),
        (100, 0, 1),
        (100, 300, 4),  # entities that went meanwhile
        (100, None, 3),
    ],
)
def test_a_search_goes_through_all_pages(
    server: Server, client: PlatformClient, most: int, total: int | None, pages: int
) -> None:
    entities = range(min(250 if total is None else total, 250))

    def page(_: str, path: str) -> Answer:
        request: dict[str, Any] = json.loads(parse_qs(urlsplit(path).query)["searchRequest"][0])
        assert request["limit"] == 100
        data = [{"n": n} for n in entities[request["page"] * most : (request["page"] + 1) * most]]
        metadata = {} if total is None else {"metadata": {"page": {"totalResults": total}}}
        return 200, json.dumps({"data": data, **metadata}).encode()

    server.answers = page
    assert [entity["n"] for entity in client.search("/x", {})] == list(entities)
    assert len(server.calls) == pages


def test_credentials_are_not_sent_in_the_open() -> None:
    with pytest.raises(UsageError, match="https"):
        PlatformClient("http://api.example.org", lambda: Credentials(True, "id", "key"))
    PlatformClient("https://api.example.org", lambda: Credentials(True, "id", "key")).close()
