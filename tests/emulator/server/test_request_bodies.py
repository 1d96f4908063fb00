"""Nothing is read of a body before its caller may send it, and then only as much, and for as long, as is allowed."""

from __future__ import annotations

import re
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psutil
import pytest
from starlette import formparsers

from biot_emulator.api.call import Call
from biot_emulator.api.response import ApiResponse
from biot_emulator.api.route import Route
from biot_emulator.client import Client
from biot_emulator.server import request_bodies
from biot_emulator.testing import Emulator, running
from tests.emulator.conftest import ADA, PATIENTS, code_zip, comparing_what_is_left
from tests.emulator.server.raw import Answer, ask, connect, head, read_all, read_answer

LOGIN = "/ums/v2/users/login"
PLUGINS = "/settings/v2/plugins"
FORM = "multipart/form-data; boundary=b"
HUGE = 400 * 1024 * 1024
MEGABYTE = 1024 * 1024


@pytest.fixture(scope="module", autouse=True)
def nothing_left_behind() -> Iterator[None]:
    """Look once for the module: the emulator that its tests share starts threads whenever it needs them."""
    yield from comparing_what_is_left()


@pytest.fixture(scope="module")
def emulator(nothing_left_behind: None) -> Iterator[Emulator]:
    with running() as emulator:
        yield emulator


def apis(emulator: Emulator) -> list[Route]:
    return [route for route in emulator.platform.router if not route.template.startswith("/tests/")]


def path_of(route: Route) -> str:
    return re.sub(r"\{[^}]*\}", "00000000-0000-0000-0000-000000000000", route.template)


def bearer(emulator: Emulator) -> str:
    return f"Bearer {emulator.token}"


def _refusal(route: Route) -> tuple[int, str]:
    """Return what a call without a token, and with a body that is too large, gets."""
    if route.not_modelled:
        return 404, "NOT_MODELLED"
    return (413, "PAYLOAD_TOO_LARGE") if route.public else (401, "TOKEN_NOT_VALID")


@pytest.mark.parametrize("content_type", ["application/json", FORM, "text/plain", ""])
def test_no_api_waits_for_a_body_that_it_will_not_take(emulator: Emulator, content_type: str) -> None:
    for route in apis(emulator):
        request = head(route.method, path_of(route), content_length=HUGE, content_type=content_type)
        assert ask(emulator, request).refusal == _refusal(route), route.api_id


def test_no_api_waits_for_a_body_of_unknown_length_without_a_token(emulator: Emulator) -> None:
    for route in apis(emulator):
        request = head(route.method, path_of(route), transfer_encoding="chunked") + b"5\r\n{    \r\n"
        if not route.public:
            assert ask(emulator, request).refusal == _refusal(route), route.api_id


def test_a_chunked_body_ends_where_the_limit_is(emulator: Emulator) -> None:
    chunk = b"ffff\r\n" + b" " * 0xFFFF + b"\r\n"
    for route in apis(emulator):
        if route.public:
            request = head(route.method, path_of(route), transfer_encoding="chunked") + chunk * 3
            assert ask(emulator, request).refusal == (413, "PAYLOAD_TOO_LARGE"), route.api_id
    request = head("POST", PATIENTS, transfer_encoding="chunked", authorization=bearer(emulator)) + chunk * 100
    assert ask(emulator, request).refusal == (413, "PAYLOAD_TOO_LARGE")


@pytest.mark.parametrize("token", ["", "Bearer nonsense", "Basic YTpi", "Bearer a.b.c"])
def test_a_token_that_is_none_opens_nothing(emulator: Emulator, token: str) -> None:
    request = head("POST", PLUGINS, content_length=HUGE, content_type=FORM, authorization=token)
    assert ask(emulator, request).refusal == (401, "TOKEN_NOT_VALID")


def test_a_caller_without_the_permission_sends_nothing_either(emulator: Emulator) -> None:
    token = emulator.platform.tokens.sign_for("interceptor")
    request = head("POST", PLUGINS, content_length=HUGE, content_type=FORM, authorization=f"Bearer {token}")
    assert ask(emulator, request).refusal == (403, "ACCESS_DENIED")


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [("POST", "/nobody/v1/knows", 404), ("PUT", LOGIN, 405), ("POST", "/", 404), ("TRACE", PATIENTS, 405)],
)
def test_what_is_no_api_takes_no_body(emulator: Emulator, method: str, path: str, status: int) -> None:
    for framing in ({"content_length": HUGE}, {"transfer_encoding": "chunked"}):
        assert ask(emulator, head(method, path, **framing)).status == status


@pytest.mark.parametrize(("path", "most"), [(LOGIN, 64 * 1024), (PATIENTS, 6 * MEGABYTE), (PLUGINS, 64 * MEGABYTE)])
def test_each_api_says_how_much_it_takes(emulator: Emulator, path: str, most: int) -> None:
    request = head("POST", path, content_length=most + 1, authorization=bearer(emulator))
    answer = ask(emulator, request)
    assert answer.refusal == (413, "PAYLOAD_TOO_LARGE")
    assert answer.body["details"] == {"maxBytes": most}
    assert str(most) in answer.body["message"]


def test_a_body_of_the_largest_size_is_taken(emulator: Emulator) -> None:
    name = '{"_name": {"firstName": "Ada", "lastName": "L"}, "x": "'
    content = name + "x" * (6 * MEGABYTE - len(name) - 2) + '"}'
    request = head("POST", PATIENTS, content_length=len(content), authorization=bearer(emulator)) + content.encode()
    answer = ask(emulator, request)
    assert (answer.status, len(answer.body["x"])) == (201, 6 * MEGABYTE - len(name) - 2)


def test_whoever_asks_before_it_sends_is_told_not_to(emulator: Emulator) -> None:
    refused = head("POST", PLUGINS, content_length=HUGE, expect="100-continue")
    with connect(emulator) as connection:
        connection.sendall(refused)
        assert read_all(connection).startswith(b"HTTP/1.1 401 ")
    accepted = head("POST", LOGIN, content_length=2, expect="100-continue", connection="close")
    with connect(emulator) as connection:
        connection.sendall(accepted)
        assert connection.recv(65536).startswith(b"HTTP/1.1 100 ")
        connection.sendall(b"{}")
        assert read_all(connection).startswith(b"HTTP/1.1 400 ")


def test_a_connection_ends_with_a_body_that_was_not_read(emulator: Emulator) -> None:
    body = b'{"x": 1}'
    with connect(emulator) as connection:
        connection.sendall(head("POST", PATIENTS, content_length=len(body)) + body)
        answer = read_answer(connection)
        assert answer.refusal == (401, "TOKEN_NOT_VALID")
        assert answer.headers["connection"] == "close"
        assert connection.recv(1) == b""


def test_a_connection_goes_on_after_a_refusal_without_a_body(emulator: Emulator) -> None:
    with connect(emulator) as connection:
        for path, status in ((PATIENTS, 401), ("/nobody/v1/knows", 404), ("/ums/v1/security/public-key", 200)):
            connection.sendall(head("GET", path))
            assert read_answer(connection).status == status


def test_whoever_sends_everything_before_it_reads_gets_the_refusal(emulator: Emulator) -> None:
    """As the client of most languages does."""
    stranger = Client(emulator.url)
    assert stranger.call("POST", PATIENTS, json={"x": "x" * 5 * MEGABYTE}).status_code == 401
    assert emulator.call("POST", PATIENTS, json={"x": "x" * 7 * MEGABYTE}).status_code == 413


@pytest.mark.parametrize("framing", [{"content_length": 100}, {"transfer_encoding": "chunked"}])
@pytest.mark.parametrize("content_type", ["application/json", FORM])
def test_a_body_that_does_not_arrive_is_not_waited_for(
    emulator: Emulator, framing: dict[str, object], content_type: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(request_bodies, "_SECONDS", 0.2)
    request = head("POST", PATIENTS, **framing, content_type=content_type, authorization=bearer(emulator))
    with connect(emulator) as connection:
        connection.sendall(request)
        assert read_answer(connection).refusal == (408, "REQUEST_TIMEOUT")
        assert connection.recv(1) == b""


def test_a_dripping_body_earns_no_time(emulator: Emulator, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(request_bodies, "_SECONDS", 0.2)
    answered, drops = threading.Event(), 0
    with connect(emulator) as connection:
        connection.sendall(head("POST", LOGIN, content_length=60_000))

        def drip() -> None:
            nonlocal drops
            while drops < 500 and not answered.wait(0.02):
                connection.sendall(b" ")
                drops += 1

        thread = threading.Thread(target=drip)
        thread.start()
        assert read_answer(connection).refusal == (408, "REQUEST_TIMEOUT")
        answered.set()
        thread.join()
    assert drops < 500


def test_a_large_body_earns_the_time_that_it_needs(emulator: Emulator, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(request_bodies, "_SECONDS", 0.5)
    monkeypatch.setattr(request_bodies, "_BYTES_PER_SECOND", 10)
    content = b'{"x": "' + b"x" * 1000
    with connect(emulator) as connection:
        connection.sendall(
            head("POST", PATIENTS, content_length=len(content) + 2, authorization=bearer(emulator)) + content
        )
        threading.Event().wait(0.8)
        connection.sendall(b'"}')
        assert read_answer(connection).status == 400


def function_url(emulator: Emulator) -> str:
    name = f"demo{len(list(emulator.platform.plugins))}"
    url: str = emulator.deploy(code_zip("def handler(event, context): return 1"), name)["endpointUrl"]
    return urlsplit(url).path


def test_a_public_address_takes_what_lambda_takes(emulator: Emulator, monkeypatch: pytest.MonkeyPatch) -> None:
    path = function_url(emulator)
    chunk = b"ffff\r\n" + b" " * 0xFFFF + b"\r\n"
    for request in (
        head("POST", path, content_length=HUGE),
        head("PUT", path, content_length=6 * MEGABYTE + 1, content_type=FORM),
        head("OPTIONS", path, content_length=HUGE, origin="x", access_control_request_method="GET"),
        head("POST", path, transfer_encoding="chunked") + chunk * 100,
    ):
        answer = ask(emulator, request)
        assert (answer.status, answer.body) == (413, {"message": "Request Entity Too Large"})
    monkeypatch.setattr(request_bodies, "_SECONDS", 0.2)
    assert ask(emulator, head("POST", path, content_length=100)).status == 408
    assert emulator.invocations() == []


def test_an_address_that_nobody_has_takes_no_body(emulator: Emulator) -> None:
    for request in (
        head("POST", f"/_functions/{'a' * 32}/", content_length=HUGE),
        head("POST", "/_functions/", transfer_encoding="chunked"),
    ):
        assert ask(emulator, request).status == 404


def test_a_form_is_put_nowhere_before_its_sender_is_known(emulator: Emulator, monkeypatch: pytest.MonkeyPatch) -> None:
    def spool(*_: Any, **__: Any) -> None:
        raise AssertionError

    monkeypatch.setattr(formparsers, "SpooledTemporaryFile", spool)
    part = b'--b\r\ncontent-disposition: form-data; name="code"; filename="c"\r\n\r\n' + b"x" * 2 * MEGABYTE
    request = head("POST", PLUGINS, content_length=len(part) + 9, content_type=FORM) + part
    assert ask(emulator, request).refusal == (401, "TOKEN_NOT_VALID")


def _parts(call: Call) -> ApiResponse:
    return ApiResponse(200, {name: len(part.content) for name, part in call.form.items()})


def test_a_form_has_few_parts_and_leaves_no_file_open() -> None:
    with running() as emulator:
        check_forms(emulator)


def check_forms(emulator: Emulator) -> None:
    emulator.platform.router.add([Route("POST", "/tests/v1/parts", _parts)])
    part = b'--b\r\ncontent-disposition: form-data; name="p%d"%s\r\n\r\n%s\r\n'
    large = b"x" * (MEGABYTE * 3 // 2)

    def send(form: bytes, length: int | None = None) -> Answer:
        length = length or len(form)
        token = bearer(emulator)
        request = head("POST", "/tests/v1/parts", content_length=length, content_type=FORM, authorization=token)
        return ask(emulator, request + form)

    files = psutil.Process().num_fds()
    for filename in (b"", b'; filename="f"'):
        many = b"".join(part % (number, filename, b"x") for number in range(17)) + b"--b--\r\n"
        assert send(many).refusal == (400, "BAD_REQUEST")
        two = b"".join(part % (number, filename, large) for number in range(2)) + b"--b--\r\n"
        assert send(two).body == {"p0": len(large), "p1": len(large)}
    with connect(emulator) as connection:
        token = bearer(emulator)
        request = head("POST", "/tests/v1/parts", content_length=HUGE // 80, content_type=FORM, authorization=token)
        connection.sendall(request + part % (0, b'; filename="f"', large))
    assert emulator.call("GET", PATIENTS).status_code == 200
    assert psutil.Process().num_fds() <= files + 4


@pytest.mark.slow
def test_large_bodies_of_strangers_take_no_memory(tmp_path: Path) -> None:
    command = [sys.executable, "-c", "from biot_emulator.program.main import main; main()", "serve", "--port", "0"]
    with subprocess.Popen([*command, "--admin", "a@b.c:p"], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        url = process.stdout.readline().split()[-1]
        emulator = Client(url)
        assert emulator.call("POST", LOGIN, json={"username": "a@b.c", "password": "p"}).status_code == 200
        before = psutil.Process(process.pid).memory_info().rss
        connections = [_flood(url, path) for path in (PLUGINS, LOGIN, PATIENTS, "/nobody", "/_functions/x/") * 2]
        assert emulator.call("GET", "/ums/v1/security/public-key").status_code == 200
        after = psutil.Process(process.pid).memory_info().rss
        for connection in connections:
            connection.close()
        process.terminate()
    assert after - before < 100 * MEGABYTE


def _flood(url: str, path: str) -> Any:
    import socket

    address = urlsplit(url)
    connection = socket.create_connection((address.hostname or "", address.port or 0), timeout=20)
    connection.sendall(head("POST", path, content_length=HUGE, content_type="application/json"))
    try:
        for _ in range(20):
            connection.sendall(b"x" * MEGABYTE)
    except OSError:
        pass  # refused, and read no further
    return connection


def test_what_a_caller_may_send_arrives(emulator: Emulator) -> None:
    assert emulator.call("POST", PATIENTS, json=ADA).status_code == 201
