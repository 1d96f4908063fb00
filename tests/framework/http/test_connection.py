from __future__ import annotations

import ipaddress
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from biot_plugin import PlatformTimeout, PlatformUnreachable, Plugin
from biot_plugin.http import connection
from biot_plugin.testing import Context, Signer, events
from tests.framework.platform_server import SECRET, SERVICE_ID, PlatformServer

Do = Callable[[Any], object]
Run = Callable[..., Any]


@pytest.fixture
def certificate(tmp_path: Path, signer: Signer) -> Path:
    """A certificate for 127.0.0.1, and its key, in one file."""
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "platform")])
    now = datetime.now(timezone.utc)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(signer.public_key)
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(signer.private_key, SHA256())
    )
    key = signer.private_key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    file = tmp_path / "platform.pem"
    file.write_bytes(made.public_bytes(Encoding.PEM) + key)
    return file


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch) -> Iterator[Run]:
    """Runs a piece of a handler against a platform at an address; gives what it returns or raises."""
    monkeypatch.setenv("BIOT_SERVICE_USER_ID", SERVICE_ID)
    monkeypatch.setenv("BIOT_SERVICE_USER_SECRET_KEY", SECRET)
    connection._tls_context.cache_clear()
    plugins: list[Plugin] = []

    def run(base_url: str, do: Do, timeout: float = 2) -> Any:
        monkeypatch.setenv("BIOT_BASE_URL", base_url)
        plugin = Plugin()
        plugins.append(plugin)
        results: list[Any] = []

        @plugin.scheduled("0 0 * * ? *")
        def handle(event: Any) -> None:
            try:
                results.append(do(event.biot))
            except Exception as error:
                results.append(error)

        plugin.handler(events.scheduled(), Context(timeout=timeout))
        return results[0]

    yield run
    for plugin in plugins:
        plugin.platform.close()
    connection._tls_context.cache_clear()


@pytest.fixture
def platform(certificate: Path) -> Iterator[PlatformServer]:
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(certificate)
    server = PlatformServer(tls=tls)
    yield server
    server.close()


def test_calls_go_over_one_trusted_connection(
    platform: PlatformServer, certificate: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    many = run(platform.base_url, lambda biot: [biot.get("/a") for _ in range(5)], 20)
    assert many == [{"method": "GET"}] * 5
    assert platform.connections == 1


@pytest.mark.slow
def test_nobody_is_told_the_secret_who_is_not_trusted(platform: PlatformServer, run: Run) -> None:
    refused = run(platform.base_url, lambda biot: biot.get("/a"))
    assert isinstance(refused, PlatformUnreachable)
    assert not refused.sent
    assert platform.logins == []


@pytest.mark.slow
def test_who_never_shakes_hands_is_not_waited_for(run: Run) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        late = run(f"https://127.0.0.1:{silent.getsockname()[1]}", lambda biot: biot.get("/a"))
    assert type(late) is PlatformTimeout


@pytest.mark.slow
def test_a_resolver_that_does_not_answer_is_not_waited_for(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    over = threading.Event()
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: over.wait(20) and [])
    assert type(run("http://platform.example.com", lambda biot: biot.get("/a"))) is PlatformTimeout
    over.set()
    monkeypatch.undo()


def test_a_host_without_an_address_is_unreachable(run: Run) -> None:
    unknown = run("http://platform.invalid", lambda biot: biot.get("/a", timeout=0.2))
    assert isinstance(unknown, PlatformUnreachable)


def test_the_next_address_is_tried_where_the_kernel_lacks_the_family_of_the_first(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    look_up = socket.getaddrinfo

    def unknown_first(*args: Any, **kwargs: Any) -> list[Any]:
        found = look_up(*args, **kwargs)
        return [(255, *found[0][1:]), *found]

    monkeypatch.setattr(socket, "getaddrinfo", unknown_first)
    platform = PlatformServer()
    try:
        assert run(platform.base_url, lambda biot: biot.get("/a"), 20) == {"method": "GET"}
    finally:
        platform.close()


def test_a_name_that_no_host_can_have_is_unreachable(run: Run) -> None:
    unknown = run("http://api..example.com", lambda biot: biot.get("/a", timeout=0.2))
    # If the thread that looks the name up ended with a traceback, that would be a warning, which is an error here.
    assert isinstance(unknown, PlatformUnreachable)
    assert not unknown.sent
