from __future__ import annotations

import base64
import json

import pytest

from biot_emulator import TokenIssuer
from biot_emulator.security.token_scopes import TokenKind


@pytest.fixture(scope="module")
def tokens() -> TokenIssuer:
    return TokenIssuer()


def scopes_of(token: str) -> list[str]:
    payload = token.split(".")[1]
    scopes: list[str] = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))["scopes"]
    return scopes


@pytest.mark.parametrize(
    ("kind", "scopes"),
    [
        ("interceptor", ["PROTECTED_API", "PLUGIN_INTERCEPTOR"]),
        ("notification", ["PROTECTED_API", "ACTION_NOTIFICATION", "PERMISSIONS_SYNC_PERMISSIONS"]),
        ("user", ["PROTECTED_API"]),
    ],
)
def test_each_kind_of_token_has_its_scopes(tokens: TokenIssuer, kind: TokenKind, scopes: list[str]) -> None:
    assert scopes_of(tokens.sign_for(kind)) == scopes


def test_a_service_users_token_opens_what_is_for_everybody(tokens: TokenIssuer) -> None:
    assert scopes_of(tokens.log_in("some-id")["accessToken"]) == ["PROTECTED_API"]
