"""Fetches the platform's public keys from its key endpoint (contract section 5.1)."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Any

from biot_plugin.wire import strict_json

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

_PATH = "/ums/v1/security/public-key"
#: Seconds that one fetch may take.
_TIMEOUT = 2.0
#: Bytes that the response may have; two keys have less than a thousandth of it.
_MAX_BYTES = 1024 * 1024
#: Seconds after which the platform is asked again at the latest, whatever it says: without a key nobody is served.
_LONGEST_RETRY_AFTER = 30.0
_OK, _TOO_MANY_REQUESTS, _SERVER_ERROR = 200, 429, 500


class KeysUnavailable(Exception):
    """The platform's public keys could not be fetched.

    Attributes:
        retry_after: Seconds after which the platform asks to try again, and 0 where it is in trouble and names none;
            None where the same attempt would most likely fail again.
    """

    def __init__(self, reason: str, *, retry_after: float | None = None) -> None:
        super().__init__(reason)
        self.retry_after = retry_after


def fetch_keys(base_url: str | None) -> list[RSAPublicKey]:
    """Fetch the current key and, during a rotation, the previous one after it; at least one of them.

    Args:
        base_url: The platform's API root, `BIOT_BASE_URL`.

    Raises:
        KeysUnavailable: There is no base URL, the platform cannot be reached, or it did not respond with a key.
    """
    if base_url is None:
        raise KeysUnavailable("BIOT_BASE_URL is not set")
    from biot_plugin.platform_errors import PlatformError

    try:
        body = strict_json.loads(_get(base_url + _PATH))
        return _usable([body.get("publicKey"), body.get("previousPublicKey")])
    except (PlatformError, ValueError, AttributeError) as error:
        raise KeysUnavailable(f"{type(error).__name__}: {error}") from error


def _usable(encoded: list[Any]) -> list[RSAPublicKey]:
    """Parse each key for itself: one that cannot be used does not take the other with it.

    Raises:
        ValueError: None can be used; the message says why.
    """
    from biot_plugin.callers import public_key_parser

    keys: list[RSAPublicKey] = []
    problems = ["the response has no key"]
    for text in encoded:
        if text is not None and text != "":
            try:
                keys.append(public_key_parser.load(base64.b64decode(text)))
            except (ValueError, TypeError) as error:
                problems.append(str(error))
    if not keys:
        raise ValueError(problems[-1])
    return keys


def _get(url: str) -> bytes:
    from biot_plugin.http.exchange import fetch
    from biot_plugin.http.messages import USER_AGENT, Request
    from biot_plugin.http.time_limit import TimeLimit

    headers = {"accept": "application/json", "user-agent": USER_AGENT}
    response = fetch(Request("GET", url, headers, max_bytes=_MAX_BYTES), TimeLimit(_TIMEOUT))
    if response.status != _OK:
        is_in_trouble = response.status == _TOO_MANY_REQUESTS or response.status >= _SERVER_ERROR
        retry_after = min(response.retry_after, _LONGEST_RETRY_AFTER) if is_in_trouble else None
        raise KeysUnavailable(f"the platform answered {response.status}", retry_after=retry_after)
    return response.content
