"""Where a platform may be asked: with TLS, or on this machine."""

from __future__ import annotations

import ipaddress
from urllib.parse import SplitResult, urlsplit

from biot_emulator.learning.errors import AddressRefused

__all__ = ["check_address"]

_FORM = "write https://HOST, as of your environment's API"
_NO_ADDRESS = f"The base URL is no address of a platform: {_FORM}"


def check_address(url: str) -> str:
    """Return the address of a platform without a slash at its end.

    Raises:
        AddressRefused: It is none, or a password would cross the network unencrypted.
    """
    try:
        parts = urlsplit(url)
        is_address = _is_plain(url) and _is_bare(parts) and parts.port != 0
    except ValueError:
        raise AddressRefused(_NO_ADDRESS) from None
    if not is_address:
        raise AddressRefused(_NO_ADDRESS)
    if parts.scheme != "https" and not _is_loopback(parts.hostname or ""):
        raise AddressRefused(f"A password is not sent without TLS: {_FORM}")
    return f"{parts.scheme}://{parts.netloc}"


def _is_plain(url: str) -> bool:
    return url.isascii() and url.isprintable() and " " not in url


def _is_bare(parts: SplitResult) -> bool:
    """Whether there is nothing but scheme, host and port."""
    more = parts.path.strip("/") or parts.query or parts.fragment or "@" in parts.netloc
    return parts.scheme in ("http", "https") and bool(parts.hostname) and not more


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
