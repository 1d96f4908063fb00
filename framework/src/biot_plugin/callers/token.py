"""Verifies the platform's tokens (contract section 5): every check must pass."""

from __future__ import annotations

import base64
import re
import time
from collections.abc import Callable, Mapping, Set as AbstractSet
from typing import Any

from biot_plugin.callers.key_service import KeysUnavailable
from biot_plugin.callers.public_keys import PublicKeys
from biot_plugin.errors import UnverifiedCaller
from biot_plugin.wire import strict_json

_COMPACT_JWS = re.compile(r"([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]+)")
_MAX_LENGTH = 16 * 1024
#: The end of the year 9999. A later time is no time: it may be in milliseconds, and would never come.
_LAST_SECOND = 253402300799

Claims = Mapping[str, Any]


def verify(
    token: str | None,
    keys: PublicKeys,
    *,
    scope: str | None = None,
    types: AbstractSet[str] | None = None,
    clock: Callable[[], float] = time.time,
) -> Claims:
    """Verify a token of the platform: signed with RS512, not expired, with the scope or of one of the types.

    The cheap checks come first, so that only plausible tokens cost a signature check.

    Args:
        token: A JWT in compact form.
        keys: The platform's keys.
        scope: The scope that the claim `scopes` must contain; None accepts any.
        types: The values that the claim `tokenType` may have; None accepts any.
        clock: Seconds since the epoch.

    Returns:
        The token's claims.

    Raises:
        UnverifiedCaller: The token is missing, malformed, forged or expired, lacks the scope, or is of another type.
    """
    match = _COMPACT_JWS.fullmatch(token) if token and len(token) <= _MAX_LENGTH else None
    if match is None:
        raise UnverifiedCaller("it has no token" if not token else "the token is not a JWT")
    _check_header(_decode(match[1]))
    claims = _decode(match[2])
    _check_times(claims, clock())
    _check_scope(claims, scope)
    _check_type(claims, types)
    _check_signature(keys, f"{match[1]}.{match[2]}".encode(), match[3])
    return claims


def _check_header(header: Claims) -> None:
    if header.get("alg") != "RS512":
        raise UnverifiedCaller("the token is not signed with RS512")
    if "crit" in header:
        raise UnverifiedCaller("the token requires extensions that are not supported")


def _check_times(claims: Claims, now: float) -> None:
    expires, starts = _seconds(claims.get("exp")), _seconds(claims.get("nbf", 0))
    if expires is None:
        raise UnverifiedCaller("the token has no valid expiration time")
    if starts is None or _seconds(claims.get("iat", 0)) is None:
        raise UnverifiedCaller("the token has a time that is not valid")
    if now >= expires:
        raise UnverifiedCaller("the token has expired")
    if now < starts:
        raise UnverifiedCaller("the token is not valid yet")


def _check_scope(claims: Claims, scope: str | None) -> None:
    scopes = claims.get("scopes")
    if scope is not None and not (isinstance(scopes, list) and scope in scopes):
        raise UnverifiedCaller(f"the token lacks the scope {scope}")


def _check_type(claims: Claims, types: AbstractSet[str] | None) -> None:
    kind = claims.get("tokenType")
    if types is not None and not (isinstance(kind, str) and kind in types):
        raise UnverifiedCaller("the token is not an access token")


def _check_signature(keys: PublicKeys, message: bytes, signature: str) -> None:
    try:
        is_genuine = keys.verify(message, _base64url_decode(signature))
    except KeysUnavailable as error:
        raise UnverifiedCaller("the platform's public key is not available") from error
    if not is_genuine:
        raise UnverifiedCaller("the token's signature is not the platform's")


def _decode(part: str) -> Claims:
    try:
        value = strict_json.loads(_base64url_decode(part))
    except ValueError:
        value = None
    if not isinstance(value, dict):
        raise UnverifiedCaller("the token is not a JWT")
    return value


def _base64url_decode(part: str) -> bytes:
    try:
        return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))
    except ValueError:
        raise UnverifiedCaller("the token is not a JWT") from None


def _seconds(value: object) -> float | None:
    """A NumericDate of RFC 7519; None for anything else."""
    if not isinstance(value, (int, float)) or isinstance(value, bool):
        return None
    return value if 0 <= value <= _LAST_SECOND else None
