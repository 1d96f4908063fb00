"""The client against Debian's docker-registry, and against one that fails as a test chooses."""

from __future__ import annotations

import base64
import contextlib
import json
import logging
from pathlib import Path

import pytest

from biot_plugin_cli.errors import CliError
from biot_plugin_cli.registry.blobs import Blob
from biot_plugin_cli.registry.client import Registry
from biot_plugin_cli.registry.digests import digest_of
from biot_plugin_cli.registry.errors import (
    AnswerLost,
    DamagedContent,
    ImageNotFound,
    InvalidReference,
    LoginRefused,
    RegistryRefused,
    RegistryUnreachable,
    TooManyRequests,
    UntrustedCertificate,
)
from biot_plugin_cli.registry.login import Login
from biot_plugin_cli.registry.manifest import Manifest
from biot_plugin_cli.registry.media_types import ACCEPTED, OCI_LAYER, OCI_MANIFEST
from biot_plugin_cli.registry.push import push_image
from tests.faulty_registry import Fault, FaultyRegistry, respond, scripted_server
from tests.registries import PASSWORD, USER, Connect, DockerRegistry, make_image

IMAGE = make_image(b"first layer" * 1000, b"second layer")
LOGIN = Login(USER, PASSWORD)


def test_what_was_pushed_over_tls_comes_back(secure_registry: DockerRegistry, connect: Connect, tmp_path: Path) -> None:
    registry = connect(secure_registry.host, lambda: LOGIN, ca_file=secure_registry.ca_file)
    push_image(registry, "tls/plugins", "a-1", IMAGE)
    manifest = registry.fetch_manifest("tls/plugins", "a-1")
    assert manifest == IMAGE.manifest == registry.fetch_manifest("tls/plugins", manifest.digest)
    for layer, blob in zip(manifest.layers, IMAGE.layers, strict=True):
        registry.pull_blob("tls/plugins", layer, tmp_path / "layer")
        assert (tmp_path / "layer").read_bytes() == blob.open().read(10**6)


@pytest.mark.parametrize("docker", [False, True])
def test_both_families_of_manifests_come_back_as_they_were(
    plain_registry: DockerRegistry, connect: Connect, docker: bool
) -> None:
    image = make_image(b"x", docker=docker)
    registry = connect(plain_registry.host)
    push_image(registry, f"families/{docker}".lower(), "1", image)
    assert registry.fetch_manifest(f"families/{docker}".lower(), "1") == image.manifest


def test_a_certificate_that_is_not_trusted_ends_it(
    secure_registry: DockerRegistry, connect: Connect, waits: list[float]
) -> None:
    with pytest.raises(UntrustedCertificate, match="SSL_CERT_FILE"):
        connect(secure_registry.host, lambda: LOGIN).fetch_manifest("a", "1")
    assert waits == []


def test_certificates_may_come_from_the_environment(
    secure_registry: DockerRegistry, connect: Connect, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(secure_registry.ca_file))
    assert connect(secure_registry.host, lambda: LOGIN).find_manifest("not/there", "1") is None


def test_a_wrong_password_is_refused(secure_registry: DockerRegistry, connect: Connect) -> None:
    registry = connect(secure_registry.host, lambda: Login(USER, "wrong-one"), ca_file=secure_registry.ca_file)
    with pytest.raises(LoginRefused, match="renew them") as error:
        registry.fetch_manifest("a", "1")
    assert "wrong-one" not in str(error.value)


def test_whoever_names_certificates_means_https(
    plain_registry: DockerRegistry, secure_registry: DockerRegistry
) -> None:
    with (
        Registry(plain_registry.host, lambda: LOGIN, ca_file=secure_registry.ca_file) as registry,
        pytest.raises(RegistryUnreachable, match="does not speak TLS"),
    ):
        registry._sender.send("GET", "/v2/", subject="x", scopes=(), repeat=False)


def test_a_base_that_does_not_exist_is_named(plain_registry: DockerRegistry, connect: Connect) -> None:
    registry = connect(plain_registry.host)
    with pytest.raises(ImageNotFound, match=r"does not have the image .*/nobody/has:this"):
        registry.fetch_manifest("nobody/has", "this")
    push_image(registry, "nobody/else", "1", IMAGE)
    with pytest.raises(ImageNotFound, match=r"does not have the image .*/nobody/else:this"):
        registry.fetch_manifest("nobody/else", "this")
    assert registry.find_manifest("nobody/else", f"sha256:{'0' * 64}") is None
    with pytest.raises(ImageNotFound, match="the blob sha256:000"):
        registry.blob(
            "nobody/else", Blob.from_bytes(b"", "x").descriptor.__class__("x", f"sha256:{'0' * 64}", 1)
        ).open().read(1)


def test_a_manifest_can_be_deleted(plain_registry: DockerRegistry, connect: Connect) -> None:
    registry = connect(plain_registry.host)
    push_image(registry, "deleted", "1", IMAGE)
    assert registry.delete_manifest("deleted", IMAGE.manifest.digest)
    assert registry.find_manifest("deleted", "1") is None
    assert not registry.delete_manifest("deleted", IMAGE.manifest.digest)


@pytest.mark.parametrize("name", ["../x", "a/../b", "A", "a?b", "a#b", "a b", ""])
def test_no_name_leads_to_another_path(faulty: FaultyRegistry, connect: Connect, name: str) -> None:
    registry, blob = connect(faulty.host), Blob.from_bytes(b"x", OCI_LAYER)
    for call in (
        lambda: registry.fetch_manifest(name, "1"),
        lambda: registry.fetch_manifest("a", name or "/"),
        lambda: registry.delete_manifest(name, "1"),
        lambda: registry.push_manifest(name, "1", IMAGE.manifest),
        lambda: registry.push_blob(name, blob),
        lambda: registry.push_blob("a", blob, mount_from=name),
        lambda: registry.has_blob(name, blob.descriptor.digest),
        lambda: registry.blob(name, blob.descriptor),
    ):
        if name == "A" and "reference" in str(call):
            continue
        with pytest.raises((InvalidReference, ImageNotFound)):
            call()
    assert all(".." not in request.path and "?b" not in request.path for request in faulty.requests)


@pytest.mark.parametrize("digest", ["sha256:../../../etc/passwd", "x", ""])
def test_no_digest_leads_to_another_path(faulty: FaultyRegistry, connect: Connect, digest: str) -> None:
    with pytest.raises(DamagedContent, match="no digest"):
        connect(faulty.host).has_blob("a", digest)
    assert faulty.requests == []


@pytest.mark.parametrize("host", ["http://h", "h/x", "user@h", ""])
def test_a_registry_needs_a_host(host: str) -> None:
    with pytest.raises(InvalidReference):
        Registry(host)


def test_all_kinds_of_manifests_are_asked_for(faulty: FaultyRegistry, connect: Connect) -> None:
    connect(faulty.host).find_manifest("a", "1")
    assert faulty.requests[-1].headers["accept"] == ACCEPTED
    assert faulty.requests[-1].headers["accept-encoding"] == "identity"


@pytest.mark.parametrize(
    ("response", "reason"),
    [
        (respond(200, IMAGE.manifest.content), "unknown type|and came as"),
        (respond(200, IMAGE.manifest.content, content_type="text/html"), "and came as 'text/html'"),
        (respond(200, b"<html>", content_type="text/html"), "not JSON"),
        (
            respond(200, IMAGE.manifest.content, content_type=OCI_MANIFEST, docker_content_digest=f"sha256:{'0' * 64}"),
            "does not have the digest sha256:000",
        ),
        (respond(200, b" " * (5 * 1024**2), content_type=OCI_MANIFEST), "too large"),
    ],
)
def test_a_damaged_manifest_is_refused(connect: Connect, response: bytes, reason: str) -> None:
    with scripted_server(lambda request: response) as server:
        registry = connect(server.host)
        if b"content-type" in response:
            with pytest.raises(DamagedContent, match=reason):
                registry.fetch_manifest("a", "1")
        else:
            assert registry.fetch_manifest("a", "1") == IMAGE.manifest, "its own mediaType says what it is"


def test_a_manifest_that_does_not_have_its_digest_is_refused(connect: Connect) -> None:
    response = respond(200, IMAGE.manifest.content, content_type=OCI_MANIFEST)
    with scripted_server(lambda request: response) as server:
        registry = connect(server.host)
        assert registry.fetch_manifest("a", IMAGE.manifest.digest) == IMAGE.manifest
        with pytest.raises(DamagedContent, match="does not have the digest"):
            registry.fetch_manifest("a", f"sha256:{'1' * 64}")


def test_a_registry_that_stores_another_manifest_is_noticed(connect: Connect) -> None:
    with scripted_server(lambda request: respond(201, docker_content_digest=f"sha256:{'0' * 64}")) as server:
        with pytest.raises(DamagedContent, match="does not have the digest"):
            connect(server.host).push_manifest("a", "1", IMAGE.manifest)
        assert server.requests[-1].body == IMAGE.manifest.content
        assert server.requests[-1].headers["content-type"] == OCI_MANIFEST


def test_a_manifest_is_not_pushed_to_another_digest(connect: Connect) -> None:
    with scripted_server(lambda request: respond(201)) as server:
        with pytest.raises(DamagedContent, match="does not have the digest"):
            connect(server.host).push_manifest("a", f"sha256:{'0' * 64}", IMAGE.manifest)
        assert server.requests == []


@pytest.mark.parametrize(
    ("response", "kind", "pauses"),
    [
        (respond(429, retry_after="7"), TooManyRequests, [7.0, 7.0, 7.0, 10.0]),
        (respond(429, retry_after="3600"), TooManyRequests, []),
        (respond(503), RegistryUnreachable, [0.5, 1.5, 4.0, 10.0]),
        (respond(200, b"{}")[:-1], AnswerLost, [0.5, 1.5, 4.0, 10.0]),
        (b"nonsense\r\n\r\n", AnswerLost, [0.5, 1.5, 4.0, 10.0]),
        (respond(400), RegistryRefused, []),
    ],
)
def test_a_request_is_repeated_while_that_may_help(
    faulty: FaultyRegistry,
    connect: Connect,
    waits: list[float],
    response: bytes,
    kind: type[CliError],
    pauses: list[float],
) -> None:
    faulty.faults = [Fault("GET", "/manifests/", times=99, response=response)]
    registry = connect(faulty.host)
    with pytest.raises(kind):
        registry.fetch_manifest("a", "1")
    assert waits == pauses
    faulty.faults[0].times = 2
    waits.clear()
    if pauses:
        assert registry.find_manifest("a", "1") is None
        assert len(waits) == 2


def test_a_registry_that_is_not_there_is_named(connect: Connect, waits: list[float]) -> None:
    with scripted_server(lambda request: None) as server:
        host = server.host
    with pytest.raises(RegistryUnreachable, match=f"Cannot connect to {host} .*check the address"):
        connect(host).fetch_manifest("a", "1")
    assert len(waits) == 4


def test_a_registry_elsewhere_is_never_asked_by_http(connect: Connect, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTPS_PROXY", "HTTP_PROXY", "ALL_PROXY", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)
    with scripted_server(lambda request: respond(502)) as server:
        monkeypatch.setenv("HTTP_PROXY", f"http://{server.host}")
        monkeypatch.setenv("HTTPS_PROXY", f"http://{server.host}")
        with pytest.raises(RegistryUnreachable, match="through the proxy"):
            connect("registry.example", lambda: LOGIN).fetch_manifest("a", "1")
        assert {request.method for request in server.requests} == {"CONNECT"}


def test_head_that_is_refused_says_nothing(connect: Connect) -> None:
    for status in (401, 403, 405):
        with scripted_server(lambda request, status=status: respond(status)) as server:  # type: ignore[misc]
            assert connect(server.host).has_blob("a", digest_of(b"")) is None


def test_a_manifest_of_json_is_never_written_anew(plain_registry: DockerRegistry, connect: Connect) -> None:
    registry = connect(plain_registry.host)
    push_image(registry, "bytes", "1", IMAGE)
    strange = b" " + json.dumps(json.loads(IMAGE.manifest.content), indent=7).encode() + b"\n\n"
    registry.push_manifest("bytes", "2", Manifest.parse(strange))
    assert registry.fetch_manifest("bytes", "2").content == strange


@pytest.mark.parametrize("password", [PASSWORD, "wrong-and-secret"])
def test_no_logger_has_what_is_logged_in_with(
    secure_registry: DockerRegistry,
    connect: Connect,
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
    tmp_path: Path,
    password: str,
) -> None:
    caplog.set_level(logging.DEBUG)
    registry = connect(secure_registry.host, lambda: Login(USER, password), ca_file=secure_registry.ca_file)
    with contextlib.suppress(LoginRefused):
        push_image(registry, "logs/plugins", "1", IMAGE)
        registry.pull_blob("logs/plugins", IMAGE.layers[0].descriptor, tmp_path / "layer")
    printed = "".join(capfd.readouterr())
    assert "urllib3.connectionpool" in {record.name for record in caplog.records}, "what is logged is seen"
    for secret in (password, base64.b64encode(f"{USER}:{password}".encode()).decode()):
        assert secret not in caplog.text + printed
        assert not any(secret in repr(vars(record)) for record in caplog.records)
