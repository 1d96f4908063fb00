"""Addresses that requests may be sent to: encrypted, but on this machine, and never those of a cloud's metadata."""

from __future__ import annotations

import ipaddress
import socket
from urllib.parse import SplitResult, urlsplit

from biot_plugin_cli.http.proxies import LOOPBACK
from biot_plugin_cli.registry.errors import RegistryRefused

__all__ = ["api_host", "hostname_of", "is_loopback", "origin_of", "require_safe"]

_PORTS = {"http": 80, "https": 443}
# Where Docker Hub answers, which is not where its name leads.
_API_HOSTS = {"docker.io": "registry-1.docker.io"}
_MAX_LENGTH = 8192


def api_host(host: str) -> str:
    """Return the host whose API serves a registry."""
    return _API_HOSTS.get(host, host)


def hostname_of(host: str) -> str:
    """Return a host without its port."""
    return urlsplit(f"//{host}").hostname or ""


def is_loopback(hostname: str | None) -> bool:
    """Tell whether a host is this machine."""
    if hostname in LOOPBACK:
        return True
    address = _literal(hostname or "")
    return address is not None and address.is_loopback


def origin_of(url: str) -> tuple[str, str, int]:
    """Return scheme, host and port of a URL that `require_safe` has accepted, or that was made here."""
    parts = urlsplit(url)
    return parts.scheme, parts.hostname or "", parts.port or _PORTS[parts.scheme]


def require_safe(url: str, purpose: str, registry: str) -> str:
    """Return a URL that a registry has sent, if a request may be sent there.

    Args:
        url: The URL.
        purpose: What the registry wants to be done there, for messages.
        registry: The host name of the registry.

    Raises:
        RegistryRefused: No request may be sent there.
    """
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError:
        raise _refused(purpose, registry, "that is not valid") from None
    if len(url) > _MAX_LENGTH or not url.isascii() or not url.isprintable() or " " in url or not parts.hostname:
        raise _refused(purpose, registry, "that is not valid")
    if parts.username is not None or parts.password is not None:
        raise _refused(purpose, registry, "with credentials in it")
    if parts.scheme != "https" and not (parts.scheme == "http" and _both_loopback(parts, registry)):
        raise _refused(purpose, registry, "that is not https")
    if _is_link_local(parts.hostname):
        raise _refused(purpose, registry, "of this machine's own network link")
    return url


def _both_loopback(parts: SplitResult, registry: str) -> bool:
    return is_loopback(parts.hostname) and is_loopback(registry)


def _is_link_local(hostname: str) -> bool:
    """Tell whether a host is, by its name or what the name stands for, where clouds give away credentials."""
    address = _literal(hostname)
    if address is not None:
        return _is_metadata(address)
    try:
        resolved = socket.getaddrinfo(hostname, None, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):  # a proxy may know it
        return False
    return any(_is_metadata(ipaddress.ip_address(str(entry[4][0]).partition("%")[0])) for entry in resolved)


def _is_metadata(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> bool:
    mapped = getattr(address, "ipv4_mapped", None)
    return address.is_link_local or (mapped is not None and mapped.is_link_local)


def _literal(hostname: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(hostname.partition("%")[0])
    except ValueError:
        return None


def _refused(purpose: str, registry: str, what: str) -> RegistryRefused:
    return RegistryRefused(f"{registry} leads to an address {what} {purpose}: check the address of the registry")
