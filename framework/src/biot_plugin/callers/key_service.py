"""Fetches the platform's public keys (contract section 5.1)."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING

from biot_plugin.callers import public_key_parser
from biot_plugin.wire import strict_json

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

_PATH = "/ums/v1/security/public-key"


class KeysUnavailable(Exception):
    """The platform's public keys could not be had."""


def fetch_keys(base_url: str, timeout: float) -> list[RSAPublicKey]:
    """Fetches the current key and, during a rotation, the previous one behind it.

    Args:
        base_url: The platform's API root, `BIOT_BASE_URL`.
        timeout: Seconds that it may take.

    Raises:
        KeysUnavailable: The platform cannot be reached, or did not answer with a key.
    """
    from biot_plugin.platform_errors import PlatformError

    try:
        answer = strict_json.loads(_get(base_url, timeout))
        encoded = [answer["publicKey"], answer.get("previousPublicKey")]
        return [public_key_parser.load(base64.b64decode(key)) for key in encoded if key]
    except (PlatformError, ValueError, TypeError, KeyError, AttributeError) as error:
        raise KeysUnavailable(f"{type(error).__name__}: {error}") from error


def _get(base_url: str, timeout: float) -> bytes:
    from biot_plugin.http.exchange import Request, fetch
    from biot_plugin.http.time_limit import TimeLimit

    headers = {"accept": "application/json", "user-agent": "biot-plugin"}
    answer = fetch(Request("GET", base_url + _PATH, headers), TimeLimit(timeout))
    if answer.status != 200:
        raise ValueError(f"the platform answered {answer.status}")
    return answer.content
