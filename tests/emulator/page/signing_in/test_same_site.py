from __future__ import annotations

import pytest

from biot_emulator.page.errors import Refused
from biot_emulator.page.requests import Request
from biot_emulator.page.signing_in.same_site import check_host, check_source, is_document_address


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "127.0.0.1:8787", "[::1]:8787", "192.168.1.5:80", "localhost:1", "LOCALHOST", "box:8787"]
)
def test_addresses_and_own_names_are_taken(host: str) -> None:
    check_host(Request("GET", "/_emulator/", {"host": host}), "Box")


@pytest.mark.parametrize(
    "host",
    [
        "",
        "evil.example",
        "localhost.evil.example",
        "127.0.0.1.evil.example:8787",
        "127.1",
        "2130706433",
        "0x7f.1",
        "127.0.0.1:8787:1",
        "127.0.0.1@evil.example",
        "evil.example#127.0.0.1",
        "[::1].evil.example",
        "[fe80::1%25eth0]",
        "١٢٧.0.0.1",
    ],
)
def test_names_of_others_are_refused(host: str) -> None:
    with pytest.raises(Refused):
        check_host(Request("GET", "/_emulator/", {"host": host}), "127.0.0.1")


def test_only_an_address_shows_the_page() -> None:
    assert is_document_address("127.0.0.1:8787")
    assert is_document_address("[::1]:8787")
    assert not is_document_address("localhost:8787")


@pytest.mark.parametrize(
    "origin",
    [
        "http://127.0.0.1",
        "https://127.0.0.1:8787",
        "http://127.0.0.1:87871",
        "http://localhost:8787",
        "null",
        "",
        "file://",
    ],
)
def test_a_change_from_anywhere_else_is_refused(origin: str) -> None:
    request = Request("POST", "/", {"host": "127.0.0.1:8787", "origin": origin, "sec-fetch-site": "same-origin"})
    with pytest.raises(Refused):
        check_source(request)


def test_a_change_from_the_page_is_taken() -> None:
    check_source(Request("POST", "/", {"host": "127.0.0.1:8787", "origin": "http://127.0.0.1:8787"}))
    check_source(Request("POST", "/", {"host": "127.0.0.1:8787", "sec-fetch-site": "same-origin"}))
