"""Verifies a caller as the platform's samples do: python-jose, and the key fetched with requests in each event.

The text of this module is part of the plugin that is packaged that way.
"""

from __future__ import annotations

import os
from typing import Any

import requests
from jose import jwt


def public_key() -> str:
    """Fetch the platform's key."""
    response = requests.get(f"{os.environ['BIOT_BASE_URL']}/ums/v1/security/public-key", timeout=3)
    response.raise_for_status()
    return f"-----BEGIN PUBLIC KEY-----\n{response.json()['publicKey']}\n-----END PUBLIC KEY-----"


def claims_of(token: str) -> dict[str, Any]:
    """Verify a token; return its claims."""
    claims: dict[str, Any] = jwt.decode(token, public_key(), algorithms=["RS512"], options={"verify_aud": False})
    return claims
