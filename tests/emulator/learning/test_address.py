from __future__ import annotations

import pytest

from biot_emulator.learning.address import check_address
from biot_emulator.learning.errors import AddressRefused


@pytest.mark.parametrize(
    ("url", "address"),
    [
        ("https://api.example.org", "https://api.example.org"),
        ("https://api.example.org/", "https://api.example.org"),
        ("https://api.example.org:8443", "https://api.example.org:8443"),
        ("http://127.0.0.1:8787", "http://127.0.0.1:8787"),
        ("http://localhost:8787/", "http://localhost:8787"),
        ("http://[::1]:8787", "http://[::1]:8787"),
    ],
)
def test_a_password_is_sent_with_tls_or_stays_on_this_machine(url: str, address: str) -> None:
    assert check_address(url) == address


@pytest.mark.parametrize("url", ["http://api.example.org", "http://10.0.0.1", "http://127.0.0.1.example.org"])
def test_a_password_is_never_sent_unencrypted(url: str) -> None:
    with pytest.raises(AddressRefused, match="not sent without TLS: write https://HOST"):
        check_address(url)


@pytest.mark.parametrize(
    "url",
    ["", "api.example.org", "ftp://a", "https://", "https://a:b@c", "https://a/path", "https://a?x", "https://a b",
     "https://a:0", "https://a:99999", "https://[", "https://a\n", "https://ä", "https://a#b"],
)  # fmt: skip
def test_what_is_no_address_is_refused_without_quoting_it(url: str) -> None:
    with pytest.raises(AddressRefused, match=r"^The base URL is no address of a platform: write https://HOST"):
        check_address(url)
