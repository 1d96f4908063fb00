"""Nobody makes a signed URL but the platform, and none is good for anything but what it was made for."""

from __future__ import annotations

import re
import socket
from collections.abc import Callable
from datetime import timedelta
from urllib.parse import urlsplit

import pytest
from hypothesis import given, settings, strategies as st

from biot_emulator.services.files.errors import UrlNotValid
from biot_emulator.services.files.signed_urls import SignedUrls
from biot_emulator.state.clock import Clock
from biot_emulator.state.public_address import PublicAddress
from biot_emulator.state.store import Store
from biot_emulator.testing import Emulator, running
from tests.emulator.server.raw import read_all
from tests.emulator.services.files.contents import CSV, FILES, PARTS, in_parts, send, stored, url_of

OTHER = "12345678-1234-4234-8234-123456789012"

TAMPERED: dict[str, Callable[[str], str]] = {
    "no query": lambda url: url.partition("?")[0],
    "no signature": lambda url: url.rpartition("&")[0],
    "an empty signature": lambda url: url.rpartition("=")[0] + "=",
    "half of the signature": lambda url: url[:-32],
    "a signature in capitals": lambda url: url[:-64] + url[-64:].upper(),
    "a signature that is not ASCII": lambda url: url[:-1] + "%C3%A9",
    "a signature of zeros": lambda url: url[:-64] + "0" * 64,
    "another file": lambda url: re.sub(r"/_file/[^?]*", f"/_file/{OTHER}", url),
    "a file elsewhere": lambda url: re.sub(r"/_file/[^?]*", "/_file/../keys", url),
    "another part": lambda url: re.sub(r"part=\d+", "part=7", url),
    "a part with zeros before it": lambda url: re.sub(r"part=(\d+)", r"part=0\1", url),
    "a part with a sign": lambda url: re.sub(r"part=(\d+)", r"part=%2B\1", url),
    "a part in other digits": lambda url: re.sub(r"part=\d+", "part=%D9%A0", url),
    "a later end": lambda url: re.sub(r"expires=\d+", "expires=9999999999", url),
    "no end": lambda url: re.sub(r"expires=\d+", "expires=", url),
    "more bytes": lambda url: re.sub(r"length=\d+", "length=99999999999", url),
    "another disposition": lambda url: re.sub(r"disposition=\w*", "disposition=attachment", url),
    "a disposition with a header": lambda url: re.sub(r"disposition=\w*", "disposition=a%0d%0ax:y", url),
    "one parameter more": lambda url: url + "&x=1",
    "a parameter twice": lambda url: url.replace("?part", "?part=9&part"),
    "a parameter again at the end": lambda url: url + "&" + url.partition("?")[2].partition("&")[0],
    "parameters in another order": lambda url: re.sub(r"\?(part=\d+)&(expires=\d+)", r"?\2&\1", url),
    "parameters moved into each other": lambda url: re.sub(r"&expires=(\d)(\d+)", r"\1&expires=\2", url),
    "a long query": lambda url: url + "0" * 5000,
}


@pytest.fixture
def uploading(emulator: Emulator) -> str:
    url: str = emulator.call("POST", f"{FILES}/upload", json=CSV).body["signedUrl"]
    return url


@pytest.mark.parametrize("change", TAMPERED.values(), ids=TAMPERED)
def test_a_url_that_was_changed_is_good_for_nothing(
    emulator: Emulator, uploading: str, change: Callable[[str], str]
) -> None:
    changed = change(uploading)
    assert changed != uploading
    refused = send("PUT", changed, b"x" * 100)
    assert (refused.status, refused.code) == (403, "ACCESS_DENIED")
    downloading = url_of(emulator, stored(emulator))
    refused = send("GET", change(downloading.replace("inline", "inlin")))
    assert (refused.status, refused.code) == (403, "ACCESS_DENIED")


def test_a_url_is_good_for_its_method_alone(emulator: Emulator, uploading: str) -> None:
    downloading = url_of(emulator, stored(emulator))
    for method, url in (("GET", uploading), ("PUT", downloading), ("POST", uploading), ("DELETE", downloading)):
        assert send(method, url, b"x").status == 403, method
    assert send("HEAD", downloading).status == 403
    assert send("GET", downloading).content == b"t,mV\n1,2\n", "nothing of it has changed"


def test_a_token_is_no_signature(emulator: Emulator, uploading: str) -> None:
    token = f"Bearer {emulator.token}"
    assert send("PUT", uploading.partition("?")[0], b"x", authorization=token).status == 403


def test_a_part_is_stored_as_itself_alone(emulator: Emulator) -> None:
    made = emulator.call("POST", PARTS, json={**CSV, "parts": 2}).body
    first, second = (part["signedUrl"] for part in made["signedUrls"])
    mixed = first[:-64] + second[-64:]
    assert send("PUT", mixed, b"x").status == 403


def test_a_url_ends_by_the_clock_of_the_platform(emulator: Emulator, uploading: str) -> None:
    downloading, clock = url_of(emulator, stored(emulator)), emulator.platform.clock
    clock.set(clock.now() + timedelta(minutes=59))
    assert send("PUT", uploading, b"x").status == 200
    clock.set(clock.now() + timedelta(minutes=2))
    for method, url in (("PUT", uploading), ("GET", downloading)):
        ended = send(method, url, b"x" if method == "PUT" else None)
        assert (ended.status, ended.code) == (403, "ACCESS_DENIED")
        assert b"has expired: request a new one" in ended.content
    forged = send("PUT", uploading[:-1] + ("0" if uploading[-1] != "0" else "1"), b"x")
    assert b"expired" not in forged.content, "who forges one is not told whether it would be valid"


def test_another_platform_signs_with_another_key(emulator: Emulator, uploading: str) -> None:
    with running() as other:
        moved = uploading.replace(emulator.url, other.url)
        assert send("PUT", moved, b"x").status == 403


def test_nothing_is_read_before_the_signature_is_checked(emulator: Emulator, uploading: str) -> None:
    target = urlsplit(uploading[:-64] + "0" * 64)
    head = f"PUT {target.path}?{target.query} HTTP/1.1\r\nhost: x\r\ncontent-length: 400000000\r\n"
    with socket.create_connection((target.hostname, target.port or 0), timeout=20) as connection:
        connection.sendall(f"{head}expect: 100-continue\r\n\r\n".encode())
        assert read_all(connection).startswith(b"HTTP/1.1 403 ")


def test_the_key_is_nobodys_to_see(emulator: Emulator) -> None:
    [key] = emulator.platform.store.all("signed-url-key")
    for path in ("/_emulator/invocations", "/settings/v2/plugins"):
        assert key["key"] not in str(emulator.call("GET", path).body)


def test_a_url_outlives_a_restart_and_a_reset_keeps_the_key() -> None:
    store, clock, address = Store(), Clock(), PublicAddress()
    url, _ = SignedUrls(store, clock, address).for_upload(OTHER)
    path, _, query = url.partition("?")
    assert SignedUrls(store, clock, address).read("PUT", path, query).id == OTHER
    with pytest.raises(UrlNotValid):
        SignedUrls(Store(), clock, address).read("PUT", path, query)


URLS = SignedUrls(Store(), Clock(), PublicAddress())
SIGNED = URLS.for_upload(OTHER, 3)[0]


@settings(deadline=None, database=None, max_examples=200)
@given(st.integers(0, len(SIGNED) - 1), st.characters(max_codepoint=0x2FF) | st.just(""))
def test_no_character_of_a_url_can_change(position: int, character: str) -> None:
    changed = SIGNED[:position] + character + SIGNED[position + 1 :]
    if changed == SIGNED:
        return
    path, _, query = changed.partition("?")
    # What the platform takes for another path does not come here.
    if path.startswith("/_file/"):
        with pytest.raises(UrlNotValid):
            URLS.read("PUT", path, query)


@settings(deadline=None, database=None)
@given(st.text(max_size=40), st.text(max_size=200))
def test_any_text_is_refused(path: str, query: str) -> None:
    for method in ("PUT", "GET", path):
        with pytest.raises(UrlNotValid):
            URLS.read(method, f"/_file/{path}", query)


def test_a_complete_upload_takes_no_parts(emulator: Emulator) -> None:
    id, parts = in_parts(emulator, b"1")
    again = emulator.call("POST", f"{PARTS}/{id}", json={"fromPart": 1, "toPart": 1}).body["signedUrls"][0]["signedUrl"]
    assert emulator.call("POST", f"{PARTS}/{id}/complete", json={"parts": parts}).status_code == 200
    refused = send("PUT", again, b"2")
    assert (refused.status, refused.code) == (403, "FILE_IS_NOT_UNCOMPLETED_MULTIPLE_PART_UPLOAD")
    assert send("GET", url_of(emulator, id)).content == b"1"
