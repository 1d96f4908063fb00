from __future__ import annotations

import pytest

from biot_emulator.page.errors import Refused
from biot_emulator.page.requests import Request
from biot_emulator.page.signing_in.same_site import check_host, check_source, is_page_host


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


def test_the_page_is_at_addresses_and_at_the_name_of_its_owner() -> None:
    for host, own in (
        ("127.0.0.1:8787", "127.0.0.1"),
        ("[::1]:8787", "::1"),
        ("10.0.0.1", "0.0.0.0"),
        ("box:1", "Box"),
    ):
        assert is_page_host(host, own)
    for host, own in (("localhost:8787", "localhost"), ("localhost", "127.0.0.1"), ("evil.example", "box"), ("", "")):
        assert not is_page_host(host, own)


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
