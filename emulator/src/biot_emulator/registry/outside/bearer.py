"""Tokens that a registry wants in place of a password, from the service that it names (Docker's token protocol)."""

from __future__ import annotations

import ipaddress
import re
import socket
from collections.abc import Mapping
from typing import Any
from urllib.parse import SplitResult, urlencode, urlsplit

from biot_emulator.registry.outside.address import RegistryAddress, is_loopback, text_is_plain
from biot_emulator.wire_json import decode

__all__ = ["MAX_TOKEN_BYTES", "may_have_login", "read_token", "token_url"]

MAX_TOKEN_BYTES = 256 * 1024
"""The largest response of a token service that is read."""

_MAX_CHALLENGE = 8192
_PARAMETER = re.compile(r'[\s,]*([A-Za-z_]+)[ \t]*=[ \t]*(?:"([^"\\]*)"|([^\s,"]+))')
_TOKEN = re.compile(r"[\x21-\x7e]{1,65536}")
_PORTS = {"http": 80, "https": 443}
# Token services of registries that are at another host, and run by the same owner.
_TOKEN_HOSTS = {"registry-1.docker.io": "auth.docker.io", "registry.gitlab.com": "gitlab.com"}


def token_url(challenge: str, address: RegistryAddress) -> str | None:
    """Return where a token is to be had; None where a registry demands none.

    Args:
        challenge: The header `WWW-Authenticate` of a registry's refusal.
        address: The registry.

    Raises:
        ValueError: No request may be sent there; the message says why.
    """
    scheme, _, rest = challenge[:_MAX_CHALLENGE].strip().partition(" ")
    if scheme.lower() != "bearer":
        return None
    parameters = _parameters(rest)
    parts = _safe(parameters.get("realm", ""), address)
    query = [("service", parameters["service"])] if "service" in parameters else []
    query.append(("scope", f"repository:{address.repository}:pull"))
    joined = "&".join(filter(None, [parts.query, urlencode(query)]))
    return parts._replace(query=joined, fragment="").geturl()


def may_have_login(url: str, address: RegistryAddress) -> bool:
    """Whether a token service may get the user and the password of a registry: if it is the same host, or its owner's.

    Args:
        url: The address of the service.
        address: The registry.
    """
    parts = urlsplit(url)
    port = parts.port or _PORTS[parts.scheme]
    if (parts.scheme, parts.hostname, port) == (address.scheme, address.host.lower(), address.port):
        return True
    return parts.scheme == "https" and port == _PORTS["https"] and _TOKEN_HOSTS.get(address.host) == parts.hostname


def read_token(content: bytes) -> str:
    """Return the token in a response. Raises ValueError if there is none."""
    try:
        document: Any = decode(content)
    except ValueError:
        document = None
    fields = document if isinstance(document, dict) else {}
    token = fields.get("token") or fields.get("access_token")
    if not isinstance(token, str) or not _TOKEN.fullmatch(token):
        raise ValueError("its token service gave no token")
    return token


def _parameters(text: str) -> Mapping[str, str]:
    parameters: dict[str, str] = {}
    position = 0
    while match := _PARAMETER.match(text, position):
        position = match.end()
        parameters.setdefault(match[1].lower(), match[2] if match[2] is not None else match[3])
    return parameters


def _safe(realm: str, address: RegistryAddress) -> SplitResult:
    try:
        parts = urlsplit(realm)
        _ = parts.port
    except ValueError:
        raise ValueError("its token service has no valid address") from None
    if not text_is_plain(realm) or not parts.hostname or parts.username is not None or parts.password is not None:
        raise ValueError("its token service has no valid address")
    is_local = parts.scheme == "http" and address.scheme == "http" and is_loopback(parts.hostname)
    if parts.scheme != "https" and not is_local:
        raise ValueError("its token service is at an address without TLS")
    if _is_link_local(parts.hostname):
        raise ValueError("its token service is at an address of this machine's own network link")
    return parts


def _is_link_local(host: str) -> bool:
    """Whether a host is, by its name or what the name stands for, where clouds give away credentials."""
    try:
        found = [host] if _is_address(host) else [str(entry[4][0]) for entry in socket.getaddrinfo(host, None)]
    except (OSError, UnicodeError):
        # Whoever connects says that it is unknown.
        return False
    addresses = [ipaddress.ip_address(text.partition("%")[0]) for text in found]
    return any((getattr(each, "ipv4_mapped", None) or each).is_link_local for each in addresses)


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        return False
    return True
