"""Calls of the platform through a proxy: a real one, before a platform that speaks TLS."""

from __future__ import annotations

import base64
import contextlib
import socket
import ssl
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
import urllib3
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from biot_plugin_cli.errors import UsageError
from biot_plugin_cli.http.proxies import pool_for
from biot_plugin_cli.platform import retries
from biot_plugin_cli.platform.client import PlatformClient
from biot_plugin_cli.platform.credentials import Credentials
from biot_plugin_cli.platform.errors import Unreachable
from tests.scaffold.listener import Listener, read_head

HOST = "platform.example"
URL = f"https://{HOST}"


class Platform(BaseHTTPRequestHandler):
    """Lets everybody in, and knows nothing."""

    protocol_version = "HTTP/1.1"

    def answer(self) -> None:
        self.rfile.read(int(self.headers.get("content-length") or 0))
        body = b'{"accessToken": "token"}'
        self.send_response(200)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_GET = do_POST = answer

    def log_message(self, format: str, *_: object) -> None:
        pass


class Proxy(Listener):
    """Connects whoever asks to the one platform, unless it refuses, and remembers what it heard."""

    def __init__(self, platform: int) -> None:
        self.refusal = b""
        self.heads: list[str] = []
        self.passed = b""
        self._platform = platform
        super().__init__()

    def serve(self, caller: socket.socket) -> None:
        head, self.passed = read_head(caller)
        self.heads.append(head.decode())
        if self.refusal:
            caller.sendall(b"HTTP/1.1 " + self.refusal + b"\r\ncontent-length: 0\r\n\r\n")
            return
        with socket.create_connection(("127.0.0.1", self._platform)) as platform:
            caller.sendall(b"HTTP/1.1 200 Connected\r\n\r\n")
            self.start(_pump, platform, caller)
            while chunk := caller.recv(65536):
                self.passed += chunk
                platform.sendall(chunk)
            platform.shutdown(socket.SHUT_RDWR)


def _pump(source: socket.socket, target: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while chunk := source.recv(65536):
            target.sendall(chunk)


@pytest.fixture
def certificate(tmp_path: Path) -> Path:
    """The platform's certificate and its key, in one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, HOST)])
    now = datetime.now(UTC)
    signed = (
        x509.CertificateBuilder(name, name, key.public_key(), 1, now - timedelta(days=1), now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(HOST)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, SHA256())
    )
    file = tmp_path / "platform.pem"
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    file.write_bytes(signed.public_bytes(Encoding.PEM) + private)
    return file


@pytest.fixture
def proxy(certificate: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Proxy]:
    """The proxy, before a platform whose certificate is trusted."""
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(certificate)
    server = ThreadingHTTPServer(("127.0.0.1", 0), Platform)
    server.handle_error = lambda request, client_address: None  # type: ignore[method-assign]
    server.socket = tls.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    proxy = Proxy(server.server_address[1])
    yield proxy
    proxy.close()
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture(autouse=True)
def no_proxies(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retries, "RETRY_PAUSES", ())
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)


@contextlib.contextmanager
def calling(url: str = URL) -> Iterator[PlatformClient]:
    client = PlatformClient(url, lambda: Credentials(True, "id", "key"))
    try:
        yield client
    finally:
        client.close()


@pytest.mark.parametrize("name", ["HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"])
@pytest.mark.parametrize("scheme", ["http://", ""])
def test_the_proxy_of_the_environment_connects_to_the_platform_and_reads_nothing(
    proxy: Proxy, monkeypatch: pytest.MonkeyPatch, name: str, scheme: str
) -> None:
    monkeypatch.setenv(name, f"{scheme}{proxy.address}")
    with calling() as client:
        assert client.get("/x") == {"accessToken": "token"}
    assert [head.split(" ")[:2] for head in proxy.heads] == [["CONNECT", f"{HOST}:443"]]
    assert "authorization" not in proxy.heads[0].lower()
    assert b"accessToken" not in proxy.passed
    assert b"Bearer" not in proxy.passed


def test_it_is_told_its_own_password(proxy: Proxy, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", f"http://ada:hu%40sh@{proxy.address}")
    with calling() as client:
        client.get("/x")
    assert f"proxy-authorization: Basic {base64.b64encode(b'ada:hu@sh').decode()}\r\n" in proxy.heads[0]


def test_a_proxy_that_is_not_there_is_named_without_its_password(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://ada:hush@127.0.0.1:1")
    with calling() as client, pytest.raises(Unreachable) as error:
        client.get("/x")
    message = str(error.value)
    assert error.value.exit_code == 6
    assert message.startswith(
        f"Cannot connect to {URL} through the proxy 127.0.0.1:1 (Connection refused): check HTTPS_PROXY"
    )
    assert "ada" not in message
    assert "hush" not in message


def test_so_is_one_that_refuses(proxy: Proxy, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", f"http://{proxy.address}")
    proxy.refusal = b"407 Proxy Authentication Required"
    with calling() as client, pytest.raises(Unreachable, match=f"{proxy.address} .*407 Proxy Authentication Required"):
        client.get("/x")
    with calling() as client, pytest.raises(Unreachable, match="407"):
        client.change("POST", "/x")


def test_for_a_certificate_that_is_not_trusted_the_proxy_is_not_blamed(
    proxy: Proxy, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SSL_CERT_FILE")
    monkeypatch.setenv("HTTPS_PROXY", f"http://{proxy.address}")
    with calling() as client, pytest.raises(Unreachable, match="certificate verify failed") as error:
        client.change("POST", "/x")
    assert str(error.value).startswith(f"Cannot verify the certificate of {URL}")


@pytest.mark.parametrize(
    ("url", "variables", "through"),
    [
        (URL, {"HTTPS_PROXY": "http://proxy.example:3128"}, True),
        (URL, {"HTTP_PROXY": "http://proxy.example:3128"}, False),
        (URL, {"HTTPS_PROXY": ""}, False),
        (URL, {"HTTPS_PROXY": "http://proxy.example:3128", "NO_PROXY": "other.example"}, True),
        (URL, {"HTTPS_PROXY": "http://proxy.example:3128", "NO_PROXY": "other.example, platform.example"}, False),
        (URL, {"HTTPS_PROXY": "http://proxy.example:3128", "no_proxy": ".example"}, False),
        (URL, {"HTTPS_PROXY": "http://proxy.example:3128", "NO_PROXY": "*"}, False),
        (f"{URL}:8443", {"HTTPS_PROXY": "http://proxy.example:3128", "NO_PROXY": "platform.example:8443"}, False),
        ("https://localhost:8443", {"HTTPS_PROXY": "http://proxy.example:3128"}, False),
        ("http://127.0.0.1:8787", {"HTTP_PROXY": "http://proxy.example:3128"}, False),
        ("http://[::1]:8787", {"ALL_PROXY": "http://proxy.example:3128"}, False),
    ],
)
def test_no_proxy_stands_before_this_machine_and_what_is_excepted(
    monkeypatch: pytest.MonkeyPatch, url: str, variables: dict[str, str], through: bool
) -> None:
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    pool = pool_for(url)
    assert isinstance(pool, urllib3.ProxyManager) == through
    pool.clear()


@pytest.mark.parametrize("proxy", ["socks5://ada:hush@proxy.example", "http://ada:hush@proxy.example:port", "http://["])
def test_a_proxy_that_cannot_be_used_is_said(monkeypatch: pytest.MonkeyPatch, proxy: str) -> None:
    monkeypatch.setenv("HTTPS_PROXY", proxy)
    with pytest.raises(UsageError, match=r"HTTPS_PROXY.*use the form http://HOST:PORT") as error:
        PlatformClient(URL, lambda: Credentials(True, "id", "key"))
    assert "hush" not in str(error.value)
    assert error.value.__suppress_context__
