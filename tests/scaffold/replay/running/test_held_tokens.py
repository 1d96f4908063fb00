from __future__ import annotations

import base64
import json
from typing import Any

from biot_plugin_cli.replay.running.held_tokens import HeldTokens

RECORDED = {"sub": "maria", "scopes": ["A_B"], "tokenType": "USER", "jti": "j", "exp": 17, "iat": 16, "nbf": 15}


def claims_of(token: str) -> dict[str, Any]:
    claims: dict[str, Any] = json.loads(base64.urlsafe_b64decode(f"{token.split('.')[1]}=="))
    return claims


def test_a_caller_has_the_claims_that_were_recorded_and_a_token_that_is_valid() -> None:
    tokens = HeldTokens()
    tokens.hold(1000, 1, RECORDED)
    claims = claims_of(tokens.sign_for("user"))
    assert claims.items() >= {"sub": "maria", "scopes": ["A_B"], "jti": "j", "exp": 2800}.items()
    assert not claims.keys() & {"iat", "nbf"}


def test_other_tokens_do_not_have_them() -> None:
    tokens = HeldTokens()
    tokens.hold(1000, 1, RECORDED)
    tokens.sign_for("user")
    assert claims_of(tokens.log_in("service")["accessToken"])["scopes"] != ["A_B"]
    tokens.hold(1000, 1)
    assert claims_of(tokens.sign_for("user"))["sub"] != "maria"
