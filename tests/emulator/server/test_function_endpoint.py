"""One function at an address of its own."""

from __future__ import annotations

import http.client
import json
import socket
import ssl
import threading
import urllib.error
import urllib.request
from pathlib import Path

import pytest
import trustme

from biot_emulator.function_url.event_from_request import UrlRequest
from biot_emulator.http.response import Response
from biot_emulator.server.function_endpoint import FunctionEndpoint
from biot_emulator.server.listening import AddressUnavailable


def echo(request: UrlRequest) -> Response:
    seen = [request.method, request.path, request.query_string, request.headers.get("x-a"), len(request.content)]
    return Response(200, {"content-type": "application/json", "x-b": "1"}, json.dumps(seen).encode(), ("c=1",))


def call(url: str, content: bytes | None = b"body", context: ssl.SSLContext | None = None) -> tuple[int, bytes]:
    request = urllib.request.Request(url, content, {"x-a": "1"})
    try:
        with urllib.request.urlopen(request, context=context) as response:
            assert (response.headers["x-b"], response.headers["set-cookie"]) == ("1", "c=1")
            return response.status, response.read()
    except urllib.error.HTTPError as error:
        return error.code, error.read()


def test_a_request_is_passed_on_and_the_response_returned() -> None:
    before = threading.active_count()
    with FunctionEndpoint(echo) as endpoint:
        assert call(f"{endpoint.url}/a%20b/?c=d") == (200, b'["POST", "/a%20b/", "c=d", "1", 4]')
        assert call(endpoint.url, None) == (200, b'["GET", "/", "", "1", 0]')
    with pytest.raises(OSError):
        socket.create_connection(("127.0.0.1", endpoint.port)).close()
    assert threading.active_count() <= before + 1  # anyio's helper ends by itself


def test_a_body_in_chunks_is_one_body() -> None:
    with FunctionEndpoint(echo) as endpoint:
        connection = http.client.HTTPConnection("127.0.0.1", endpoint.port)
        connection.request(
            "POST", "/", iter([b"ab", b"cd"]), encode_chunked=True, headers={"transfer-encoding": "chunked"}
        )
        assert json.loads(connection.getresponse().read())[-1] == 4
        connection.close()


def test_the_address_of_a_caller_is_not_what_a_header_says() -> None:
    def respond(asked: UrlRequest) -> Response:
        return Response(200, {"x-b": "1"}, asked.source_ip.encode(), ("c=1",))

    with FunctionEndpoint(respond) as endpoint:
        asked = urllib.request.Request(endpoint.url, headers={"x-forwarded-for": "203.0.113.7"})
        with urllib.request.urlopen(asked) as response:
            assert response.read() == b"127.0.0.1"


def test_a_status_without_a_body_has_none() -> None:
    with FunctionEndpoint(lambda _: Response(204, {"x-b": "1"}, b"left out", ("c=1",))) as endpoint:
        assert call(endpoint.url) == (204, b"")


def test_what_is_too_large_for_an_event_is_refused() -> None:
    with FunctionEndpoint(echo) as endpoint:
        assert call(endpoint.url, b"x" * 6_300_000)[0] == 413
        assert call(f"{endpoint.url}/{'x' * 40_000}")[0] == 414
        assert call(endpoint.url)[0] == 200


def test_what_is_not_http_is_refused() -> None:
    with FunctionEndpoint(echo) as endpoint, socket.create_connection(("127.0.0.1", endpoint.port)) as connection:
        connection.sendall(b"nonsense\r\n\r\n")
        assert connection.recv(1000).startswith(b"HTTP/1.1 400 ")


def test_https_is_served_with_a_certificate(tmp_path: Path) -> None:
    authority = trustme.CA()
    issued = authority.issue_cert("127.0.0.1")
    certificate, key = tmp_path / "certificate.pem", tmp_path / "key.pem"
    issued.cert_chain_pems[0].write_to_path(str(certificate))
    issued.private_key_pem.write_to_path(str(key))
    context = ssl.create_default_context()
    authority.configure_trust(context)
    with FunctionEndpoint(echo, certificate=(certificate, key)) as endpoint:
        assert endpoint.url.startswith("https://127.0.0.1:")
        assert call(endpoint.url, context=context)[0] == 200
        with pytest.raises(urllib.error.URLError, match="certificate verify failed"):
            call(endpoint.url)


def test_a_port_that_is_taken_is_an_error() -> None:
    with FunctionEndpoint(echo) as endpoint, pytest.raises(AddressUnavailable, match="choose another --port"):
        FunctionEndpoint(echo, endpoint.port)


def test_calls_that_do_not_end_do_not_hold_up_the_end() -> None:
    over, entered = threading.Event(), threading.Event()

    def wait(_: UrlRequest) -> Response:
        entered.set()
        over.wait(20)
        return Response(200)

    endpoint = FunctionEndpoint(wait)
    with socket.create_connection(("127.0.0.1", endpoint.port)) as connection:
        connection.sendall(b"GET / HTTP/1.1\r\nhost: x\r\n\r\n")
        assert entered.wait(20)
        closing = threading.Thread(target=endpoint.close)
        closing.start()
        connection.settimeout(20)
        assert connection.recv(100) == b""
        over.set()
        closing.join()
