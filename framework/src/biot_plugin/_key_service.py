"""Fetches the platform's public keys (contract section 5.1)."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING

from biot_plugin import _json, _spki

if TYPE_CHECKING:
    from http.client import HTTPConnection

    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

_PATH = "/ums/v1/security/public-key"
_MAX_BYTES = 64 * 1024


class KeysUnavailable(Exception):
    """The platform's public keys could not be had."""


def fetch_keys(base_url: str, timeout: float) -> list[RSAPublicKey]:
    """Fetches the current key and, during a rotation, the previous one behind it.

    Args:
        base_url: The platform's API root, `BIOT_BASE_URL`.
        timeout: Seconds that connecting, and each wait for an answer, may take.

    Raises:
        KeysUnavailable: The platform cannot be reached, or did not answer with a key.
    """
    from http.client import HTTPException

    try:
        answer = _json.loads(_get(base_url, timeout))
        encoded = [answer["publicKey"], answer.get("previousPublicKey")]
        return [_spki.load(base64.b64decode(key)) for key in encoded if key]
    except (OSError, HTTPException, ValueError, TypeError, KeyError, AttributeError) as error:
        raise KeysUnavailable(f"{type(error).__name__}: {error}") from error


def _get(base_url: str, timeout: float) -> bytes:
    connection, prefix = _connect(base_url, timeout)
    try:
        connection.request("GET", prefix + _PATH, headers={"accept": "application/json", "user-agent": "biot-plugin"})
        response = connection.getresponse()
        body = response.read(_MAX_BYTES)
    finally:
        connection.close()
    if response.status != 200:
        raise ValueError(f"the platform answered {response.status}")
    return body


def _connect(base_url: str, timeout: float) -> tuple[HTTPConnection, str]:
    from http.client import HTTPConnection, HTTPSConnection
    from urllib.parse import urlsplit

    url = urlsplit(base_url)
    if url.scheme not in ("https", "http") or not url.hostname:
        raise ValueError("BIOT_BASE_URL is not an http(s) address")
    connect = HTTPSConnection if url.scheme == "https" else HTTPConnection
    return connect(url.hostname, url.port, timeout=timeout), url.path.rstrip("/")
