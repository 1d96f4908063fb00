from __future__ import annotations

import socket

import pytest

from biot_plugin_cli.registry.errors import RegistryRefused
from biot_plugin_cli.registry.requests.addresses import api_host, hostname_of, is_loopback, origin_of, require_safe


@pytest.mark.parametrize(
    ("url", "registry"),
    [
        ("https://203.0.113.1/token", "h.example"),
        ("https://203.0.113.1:8443/t?a=b", "h.example"),
        ("http://127.0.0.1:5000/x", "127.0.0.1"),
        ("http://localhost:1/x", "127.0.0.1"),
        ("https://127.0.0.1/x", "h.example"),
    ],
)
def test_a_safe_url_passes(url: str, registry: str) -> None:
    assert require_safe(url, "to log in", registry) == url


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("http://203.0.113.1/", "not https"),
        ("http://127.0.0.1/", "not https"),
        ("ftp://203.0.113.1/", "not https"),
        ("file:///etc/passwd", "not valid"),
        ("/relative", "not valid"),
        ("", "not valid"),
        ("https://", "not valid"),
        ("https://h.example:x/", "not valid"),
        ("https://h.example:99999/", "not valid"),
        ("https://[::1/", "not valid"),
        ("https://203.0.113.1/a b", "not valid"),
        ("https://203.0.113.1/\r\nx: y", "not valid"),
        ("https://203.0.113.1/é", "not valid"),
        ("https://203.0.113.1/" + "a" * 10_000, "not valid"),
        ("https://user@203.0.113.1/", "credentials"),
        ("https://user:secret@203.0.113.1/", "credentials"),
        ("https://169.254.169.254/latest", "network link"),
        ("https://[fe80::1]/", "network link"),
        ("https://[fe80::1%25eth0]/", "network link"),
        ("https://[::ffff:169.254.169.254]/", "network link"),
    ],
)
def test_no_request_goes_to_an_unsafe_url(url: str, reason: str) -> None:
    with pytest.raises(RegistryRefused, match=reason) as error:
        require_safe(url, "to log in", "h.example")
    assert "secret" not in str(error.value)


def test_a_name_that_stands_for_a_link_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    def resolve(*_: object, **__: object) -> list[object]:
        return [(2, 1, 6, "", ("169.254.169.254", 0))]

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    with pytest.raises(RegistryRefused, match="network link"):
        require_safe("https://metadata.example/", "to log in", "h.example")


@pytest.mark.parametrize("url", ["https://0xa9fea9fe/", "https://2852039166/"])
def test_numbers_that_stand_for_a_link_are_refused(url: str) -> None:
    with pytest.raises(RegistryRefused, match="network link"):
        require_safe(url, "to log in", "h.example")


def test_hosts() -> None:
    assert (api_host("docker.io"), api_host("h:1")) == ("registry-1.docker.io", "h:1")
    assert [hostname_of(host) for host in ("h", "h:1", "[::1]:5000")] == ["h", "h", "::1"]
    assert [is_loopback(host) for host in ("localhost", "127.0.0.9", "::1", "h.example", "", None)] == [True] * 3 + [
        False
    ] * 3
    assert origin_of("https://h/x") == origin_of("https://h:443/y") == ("https", "h", 443)
    assert origin_of("http://h/x") != origin_of("https://h/x")
