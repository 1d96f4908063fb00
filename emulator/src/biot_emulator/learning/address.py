"""Where a platform may be asked: with TLS, or on this machine."""

from __future__ import annotations

import ipaddress
from urllib.parse import urlsplit

from biot_emulator.learning.errors import AddressRefused

__all__ = ["check_address", "is_safe_address"]

_FORM = "write https://HOST, as of your environment's API"


def check_address(url: str) -> str:
    """Return the address of a platform without a slash at its end.

    Raises:
        AddressRefused: It is none, or a password would cross the network unencrypted.
    """
    try:
        parts = urlsplit(url)
        is_plain = url.isascii() and url.isprintable() and " " not in url
        is_address = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        is_plain = is_address = False
    if not is_plain or not is_address or parts.path.strip("/") or parts.query or parts.fragment or "@" in parts.netloc:
        raise AddressRefused(f"The base URL is no address of a platform: {_FORM}")
    if not is_safe_address(url):
        raise AddressRefused(f"A password is not sent without TLS: {_FORM}")
    return f"{parts.scheme}://{parts.netloc}"


def is_safe_address(url: str) -> bool:
    """Whether what is sent to an address is encrypted, or stays on this machine."""
    parts = urlsplit(url)
    return parts.scheme == "https" or (parts.scheme == "http" and _is_loopback(parts.hostname or ""))


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
