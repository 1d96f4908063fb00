"""Who may send what to the registry, and what becomes of requests that are cut off, too slow or too large."""

from __future__ import annotations

import base64
import logging
import socket
import threading
from datetime import timedelta
from typing import Any

import psutil
import pytest

from biot_emulator.registry import uploads
from biot_emulator.registry.blob_files import BlobFiles
from biot_emulator.server import request_bodies
from biot_emulator.testing import Emulator
from tests.emulator.scenarios.distribution import RegistryClient, digest_of
from tests.emulator.server.raw import ask, connect, head, read_answer

CONTENT = bytes(range(256)) * 4000
DIGEST = digest_of(CONTENT)
UPLOADS = "/v2/plugins/blobs/uploads/"
MEGABYTE = 1024 * 1024


@pytest.fixture
def client(emulator: Emulator) -> RegistryClient:
    login = emulator.registry_login()
    return RegistryClient(emulator.url, login.user, login.password)


def files(emulator: Emulator) -> list[str]:
    """Every file of the registry, by its path in it."""
    registry = emulator.platform.images.registry
    assert registry is not None
    return sorted(str(path.relative_to(registry.root)) for path in registry.root.rglob("*") if path.is_file())


def test_nobody_does_anything_without_a_password(emulator: Emulator) -> None:
    password = emulator.registry_login().password
    strangers = [
        RegistryClient(emulator.url, user, secret)
        for user, secret in (("", ""), ("AWS", "x"), ("AWS", ""), ("aws", password), ("AWS", password[:-4] + "AAA="))
    ]
    for header in ("", f"Bearer {emulator.token}", f"Bearer {password}", "Basic \u00e9", "Basic", f"Basic {password}"):
        strangers.append(RegistryClient(emulator.url))
        strangers[-1].login = header
    for method in ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"):
        for path in ("/v2", "/v2/", "/v2/_catalog", UPLOADS, "/v2/plugins/manifests/v1", "/v2/No"):
            for stranger in strangers:
                answer = stranger.call(method, path)
                assert answer.status == 401
                assert answer.headers["www-authenticate"].startswith("Basic ")
                assert method == "HEAD" or answer.refusal == (401, "UNAUTHORIZED")


def test_a_password_of_the_registry_opens_no_other_api_and_a_token_not_the_registry(emulator: Emulator) -> None:
    login = emulator.registry_login()
    basic = f"Basic {base64.b64encode(f'{login.user}:{login.password}'.encode()).decode()}"
    for header in (basic, f"Bearer {login.password}"):
        reply = emulator.call("GET", "/settings/v2/plugins", headers={"authorization": header})
        assert reply.status_code == 401


def test_a_password_ends_after_twelve_hours(emulator: Emulator, client: RegistryClient) -> None:
    clock = emulator.platform.clock
    start = clock.now()
    clock.set(start + timedelta(hours=11, minutes=59))
    assert client.call("GET", "/v2/").status == 200
    clock.set(start + timedelta(hours=12, seconds=1))
    assert client.call("GET", "/v2/").status == 401


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH"])
def test_nothing_is_read_of_a_body_without_a_password(emulator: Emulator, method: str) -> None:
    """The answer comes although the body never does, and nothing of what was sent has been stored."""
    path = f"{UPLOADS}?digest={DIGEST}" if method == "POST" else "/v2/plugins/manifests/v1"
    with connect(emulator) as connection:
        connection.sendall(head(method, path, content_length=10**10, expect="100-continue"))
        answer = read_answer(connection)
        assert (answer.status, answer.headers["connection"]) == (401, "close")
    assert files(emulator) == []


def test_a_body_that_never_comes_ends(
    emulator: Emulator, client: RegistryClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(request_bodies, "_SECONDS", 0.2)
    location = client.begin("plugins")
    request = head("PATCH", location, content_length=10, authorization=client.login)
    with connect(emulator) as connection:
        connection.sendall(request + b"12345")
        assert read_answer(connection).status == 408
    # What has come counts.
    assert client.call("GET", location).headers["range"] == "0-4"


def test_an_upload_that_was_cut_off_goes_on_where_it_ended(emulator: Emulator, client: RegistryClient) -> None:
    location, part = client.begin("plugins"), 300_000
    with connect(emulator) as connection:
        connection.sendall(head("PATCH", location, content_length=len(CONTENT), authorization=client.login))
        connection.sendall(CONTENT[:part])
        connection.shutdown(socket.SHUT_WR)
        connection.settimeout(20)
        while connection.recv(65536):
            continue
    received = int(client.call("GET", location).headers["range"].partition("-")[2]) + 1
    assert received == part
    answer = client.chunk(location, received, CONTENT[received:])
    assert answer.status == 202
    assert client.finish(location, DIGEST).status == 201
    assert client.blob("plugins", DIGEST).content == CONTENT


def test_whoever_goes_on_elsewhere_takes_an_upload_over(emulator: Emulator, client: RegistryClient) -> None:
    location = client.begin("plugins")
    with connect(emulator) as stale:
        stale.sendall(head("PATCH", location, content_length=10, authorization=client.login))
        while client.chunk(location, 0, b"first ").status != 202:
            continue
        stale.sendall(b"0123456789")
        assert read_answer(stale).status in (202, 404)
    size = int(client.call("GET", location).headers["range"].partition("-")[2]) + 1
    assert size in (6, 16)


def test_a_large_blob_is_never_in_memory(emulator: Emulator, client: RegistryClient) -> None:
    pieces = 96
    size = pieces * MEGABYTE
    before, peak, done = psutil.Process().memory_info().rss, 0, threading.Event()

    def watch() -> None:
        nonlocal peak
        while not done.wait(0.01):
            peak = max(peak, psutil.Process().memory_info().rss)

    thread = threading.Thread(target=watch)
    thread.start()
    location = client.begin("plugins")
    assert client.call("PATCH", location, (bytes(MEGABYTE) for _ in range(pieces))).status == 202
    done.set()
    thread.join()
    assert client.call("GET", location).headers["range"] == f"0-{size - 1}"
    assert peak - before < 48 * MEGABYTE


def test_a_blob_larger_than_any_layer_is_refused(
    emulator: Emulator, client: RegistryClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(uploads, "MAX_BLOB_BYTES", 1000)
    location = client.begin("plugins")
    assert client.chunk(location, 0, bytes(1001)).refusal == (413, "SIZE_INVALID")
    assert client.chunk(location, 0, bytes(1000)).status == 202
    assert client.call("PATCH", location, iter([b"x"])).refusal == (413, "SIZE_INVALID")
    announced = head("PATCH", location, content_length=10**13, authorization=client.login, expect="100-continue")
    assert ask(emulator, announced).status == 413


def test_what_the_disk_has_no_room_for_is_refused(
    emulator: Emulator, client: RegistryClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    location = client.begin("plugins")
    registry: Any = emulator.platform.images.registry
    monkeypatch.setattr(registry._files, "_reserved", 2**62)
    assert client.chunk(location, 0, b"x").refusal == (507, "INSUFFICIENT_STORAGE")
    assert client.call("POST", f"{UPLOADS}?digest={DIGEST}", CONTENT).refusal == (507, "INSUFFICIENT_STORAGE")
    monkeypatch.undo()
    assert [path for path in files(emulator) if "partial" not in path] == []
    assert client.chunk(location, 0, CONTENT).status == 202
    assert client.finish(location, DIGEST).status == 201


def test_a_disk_that_is_full_in_the_middle_leaves_nothing_that_looks_whole(
    emulator: Emulator, client: RegistryClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    location = client.begin("plugins")
    assert client.chunk(location, 0, CONTENT).status == 202
    monkeypatch.setattr(
        BlobFiles, "flush", lambda self, partial: (_ for _ in ()).throw(self.failed(OSError(28, "full")))
    )
    assert client.finish(location, DIGEST).refusal == (507, "INSUFFICIENT_STORAGE")
    monkeypatch.undo()
    assert client.blob("plugins", DIGEST, "HEAD").status == 404
    assert files(emulator) == []


@pytest.mark.parametrize("ends", ["5-1", "x-y", "0", "9" * 30 + "-" + "9" * 31, "0-3"])
def test_a_range_that_cannot_be_is_refused(client: RegistryClient, ends: str) -> None:
    location = client.begin("plugins")
    assert client.call("PATCH", location, b"12345", content_range=ends).refusal == (400, "BLOB_UPLOAD_INVALID")


PATHS = [
    "/v2/../etc/passwd",
    "/v2/plugins/blobs/../../../etc/passwd",
    "/v2/%2e%2e/%2e%2e/blobs/sha256:%2e%2e",
    "/v2/a%2f..%2fb/blobs/uploads/",
    "/v2/plugins/blobs/sha256:..%2f..%2fetc%2fpasswd",
    "/v2/plugins/blobs/uploads/..%2f..%2fx",
    "/v2/plugins/manifests/..%2fx",
    "/v2/plugins/manifests/%00",
    "/v2/plugins/blobs/uploads/%00",
    f"/v2/{'a/' * 2000}b/tags/list",
]


def test_no_path_leads_out_of_the_registry(emulator: Emulator, client: RegistryClient) -> None:
    for method in ("GET", "PUT", "PATCH", "DELETE", "POST"):
        for path in PATHS:
            answer = ask(emulator, head(method, path, authorization=client.login, content_length=0))
            assert answer.status in (400, 404, 405), (method, path)
            assert answer.body["errors"][0]["message"]
    assert files(emulator) == []


@pytest.mark.parametrize("text", ["-1", "x", "1" * 30, ""])
def test_a_page_that_cannot_be_is_refused(client: RegistryClient, text: str) -> None:
    assert client.call("GET", f"/v2/_catalog?n={text}").refusal == (400, "PAGINATION_NUMBER_INVALID")


def test_what_the_api_has_not_is_refused(client: RegistryClient) -> None:
    assert client.call("PATCH", "/v2/plugins/tags/list").refusal == (405, "UNSUPPORTED")
    assert client.call("GET", "/v2/plugins/nothing/v1").refusal == (404, "NAME_UNKNOWN")
    assert client.call("GET", "/v2/plugins/manifests/sha256:1").refusal == (400, "DIGEST_INVALID")
    assert client.put_manifest("plugins", "-x", b"{}").refusal == (400, "TAG_INVALID")


def test_a_manifest_that_is_too_large_is_refused(client: RegistryClient) -> None:
    assert client.put_manifest("plugins", "v1", b" " * (4 * MEGABYTE + 1)).status == 413


def test_one_blob_is_pushed_by_many_at_once(client: RegistryClient) -> None:
    statuses: list[int] = []

    def push() -> None:
        statuses.append(client.finish(client.begin("plugins"), DIGEST, CONTENT).status)

    threads = [threading.Thread(target=push) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert statuses == [201] * 8
    assert client.blob("plugins", DIGEST).content == CONTENT


def test_a_reset_empties_the_registry_and_passwords_stay_valid(emulator: Emulator, client: RegistryClient) -> None:
    digest = emulator.push_image({"index.py": b"x"})
    location = client.begin("plugins")
    emulator.platform.reset()
    assert files(emulator) == []
    assert client.manifest("plugins", digest).status == 404
    assert client.chunk(location, 0, b"x").status == 404
    assert client.push_blob("plugins", b"x")


@pytest.mark.parametrize("is_right", [True, False])
def test_no_logger_and_no_stream_has_what_a_client_logs_in_with_or_sends(
    emulator: Emulator,
    client: RegistryClient,
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
    is_right: bool,
) -> None:
    """Whatever logs in this process, at its most talkative: the server, its HTTP library, and all others."""
    password = emulator.registry_login().password
    if not is_right:
        password = password[:-4] + "AAA="
    client = RegistryClient(emulator.url, "AWS", password)
    for name in list(logging.root.manager.loggerDict):
        caplog.set_level(logging.DEBUG, logger=name)
    content = b"a patient's secret " * 20
    with caplog.at_level(logging.DEBUG):
        client.call("GET", "/v2/")
        location = client.call("POST", UPLOADS, content_length="0").headers.get("location", UPLOADS)
        client.chunk(location, 0, content)
        client.finish(location, digest_of(b"other"))
        client.call("GET", f"/v2/plugins/blobs/{digest_of(content)}")
        client.put_manifest("plugins", "v1", content)
    printed = "".join(capfd.readouterr())
    for secret in (password, client.login.removeprefix("Basic "), "patient"):
        assert secret not in caplog.text
        assert secret not in printed
        assert not any(secret in repr(record.__dict__) for record in caplog.records)
