from __future__ import annotations

import base64
import json
import time
import uuid
from typing import Any

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.serialization import load_der_public_key

from biot_emulator import TokenIssuer
from biot_emulator.security.token_scopes import TokenKind


@pytest.fixture(scope="module")
def tokens() -> TokenIssuer:
    return TokenIssuer()


def decoded(part: str) -> bytes:
    return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))


def claims_of(token: str) -> dict[str, Any]:
    claims: dict[str, Any] = json.loads(decoded(token.split(".")[1]))
    return claims


def verify(token: str, public_key: str) -> None:
    message, _, signature = token.rpartition(".")
    key = load_der_public_key(base64.b64decode(public_key))
    assert isinstance(key, rsa.RSAPublicKey)
    key.verify(decoded(signature), message.encode(), padding.PKCS1v15(), hashes.SHA512())


@pytest.mark.parametrize(
    ("kind", "scope"), [("interceptor", "PLUGIN_INTERCEPTOR"), ("notification", "ACTION_NOTIFICATION")]
)
def test_the_platforms_own_tokens(tokens: TokenIssuer, kind: TokenKind, scope: str) -> None:
    token = tokens.sign_for(kind)
    verify(token, tokens.public_keys()["publicKey"])
    assert decoded(token.split(".")[0]) == b'{"alg":"RS512"}'
    claims = claims_of(token)
    assert set(claims) == {"serviceUserId", "scopes", "tokenType", "jti", "exp"}
    assert scope in claims["scopes"]
    assert claims["tokenType"] == "SERVICE_INTERNAL"
    assert all(str(uuid.UUID(claims[name])) == claims[name] for name in ("serviceUserId", "jti"))
    assert 0 < claims["exp"] - time.time() <= 1800


def test_a_persons_token(tokens: TokenIssuer) -> None:
    claims = claims_of(tokens.sign_for("user"))
    assert set(claims) == {"refreshTokenId", "tenantId", "scopes", "tokenType", "jti", "sub", "exp"}
    assert claims["tokenType"] == "USER"
    assert not {"PLUGIN_INTERCEPTOR", "ACTION_NOTIFICATION"} & set(claims["scopes"])


def test_any_claims_can_be_signed(tokens: TokenIssuer) -> None:
    token = tokens.sign({"exp": 1, "scopes": ["ODD"]})
    assert claims_of(token)["exp"] == 1
    assert token in tokens.issued


def test_a_rotation_keeps_the_previous_key_and_no_more() -> None:
    tokens = TokenIssuer()
    first = tokens.sign_for("interceptor")
    old = tokens.public_keys()
    assert set(old) == {"publicKey"}
    tokens.rotate()
    second, new = tokens.sign_for("interceptor"), tokens.public_keys()
    assert new["previousPublicKey"] == old["publicKey"]
    verify(first, new["previousPublicKey"])
    verify(second, new["publicKey"])
    with pytest.raises(InvalidSignature):
        verify(first, new["publicKey"])
    tokens.rotate()
    assert tokens.public_keys()["previousPublicKey"] == new["publicKey"]
    assert old["publicKey"] not in tokens.public_keys().values()
