from __future__ import annotations

import base64
import hashlib
import hmac
import json
import time
from collections.abc import Callable

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from hypothesis import given, settings, strategies as st

from biot_plugin import Plugin
from biot_plugin.testing import Context, Signer, default_signer, events
from tests.framework.callers.conftest import MakeTarget
from tests.framework.callers.target import (
    JSON,
    Target,
    adapt,
    base64url,
    claims,
    direct,
    jwt,
    notification,
    post,
    pre,
)

Attack = Callable[[Signer, Signer], str]


def with_claim(signer: Signer, name: str, text: str) -> str:
    """A genuine token whose claim is this JSON, which `json` might not write."""
    body = json.dumps(claims(tokenType="USER") | {name: "HERE"}).replace('"HERE"', text)
    header = base64url(json.dumps({"alg": "RS512"}).encode())
    message = f"{header}.{base64url(body.encode())}"
    signature = signer.private_key.sign(message.encode(), padding.PKCS1v15(), hashes.SHA512())
    return f"{message}.{base64url(signature)}"


def tampered(token: str) -> str:
    header, body, signature = token.split(".")
    changed = json.loads(base64.urlsafe_b64decode(body + "==")) | {"scopes": ["PLUGIN_INTERCEPTOR"], "more": 1}
    return f"{header}.{base64url(json.dumps(changed).encode())}.{signature}"


def keyed_with_public_key_text(signer: Signer, text: bytes) -> str:
    return jwt({"alg": "HS256"}, claims(), lambda message: hmac.new(text, message, hashlib.sha256).digest())


def rsa_with(algorithm: str, digest: hashes.HashAlgorithm, signer: Signer) -> str:
    return jwt({"alg": algorithm}, claims(), lambda m: signer.private_key.sign(m, padding.PKCS1v15(), digest))


def pss(signer: Signer) -> str:
    scheme = padding.PSS(padding.MGF1(hashes.SHA512()), padding.PSS.DIGEST_LENGTH)
    return jwt({"alg": "RS512"}, claims(), lambda m: signer.private_key.sign(m, scheme, hashes.SHA512()))


def pem(signer: Signer) -> bytes:
    return signer.public_key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


def bare(signer: Signer) -> bytes:
    return base64.b64encode(signer.public_key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo))


ATTACKS: dict[str, Attack] = {
    "empty": lambda good, bad: "",
    "garbage": lambda good, bad: "garbage",
    "three parts of garbage": lambda good, bad: "a.b.c",
    "no json in it": lambda good, bad: f"{base64url(b'{')}.{base64url(b'{')}.{base64url(b'x')}",
    "a list for a header": lambda good, bad: good.sign([], claims()),  # type: ignore[arg-type]
    "a list for claims": lambda good, bad: good.sign({"alg": "RS512"}, []),  # type: ignore[arg-type]
    "alg none": lambda good, bad: jwt({"alg": "none"}, claims(), lambda m: b""),
    "alg none with a signature": lambda good, bad: good.sign({"alg": "none"}, claims()),
    "no alg": lambda good, bad: good.sign({}, claims()),
    "alg rs512": lambda good, bad: good.sign({"alg": "rs512"}, claims()),
    "hs256 keyed with the public key's pem": lambda good, bad: keyed_with_public_key_text(good, pem(good)),
    "hs256 keyed with the public key's base64": lambda good, bad: keyed_with_public_key_text(good, bare(good)),
    "rs256": lambda good, bad: rsa_with("RS256", hashes.SHA256(), good),
    "rs256 that says rs512": lambda good, bad: rsa_with("RS512", hashes.SHA256(), good),
    "ps512 that says rs512": lambda good, bad: pss(good),
    "wrong key": lambda good, bad: bad.sign({"alg": "RS512"}, claims()),
    "no signature": lambda good, bad: good.sign({"alg": "RS512"}, claims()).rpartition(".")[0] + ".",
    "signature of another token": lambda good, bad: tampered(good.sign({"alg": "RS512"}, claims())),
    "expired": lambda good, bad: good.sign({"alg": "RS512"}, claims(exp=time.time() - 1)),
    "exp missing": lambda good, bad: good.sign({"alg": "RS512"}, claims(exp=...)),
    "exp null": lambda good, bad: good.sign({"alg": "RS512"}, claims(exp=None)),
    "exp text": lambda good, bad: good.sign({"alg": "RS512"}, claims(exp="9999999999")),
    "exp true": lambda good, bad: good.sign({"alg": "RS512"}, claims(exp=True)),
    "exp beyond all numbers": lambda good, bad: with_claim(good, "exp", "1e999"),
    "exp that is no number": lambda good, bad: with_claim(good, "exp", "NaN"),
    "exp infinite": lambda good, bad: with_claim(good, "exp", "Infinity"),
    "exp of too many digits": lambda good, bad: with_claim(good, "exp", "9" * 5000),
    "exp of a remote age": lambda good, bad: with_claim(good, "exp", "1e300"),
    "exp in milliseconds": lambda good, bad: good.sign({"alg": "RS512"}, claims(exp=time.time() * 1000 + 600_000)),
    "exp negative": lambda good, bad: good.sign({"alg": "RS512"}, claims(exp=-1)),
    "exp a list": lambda good, bad: good.sign({"alg": "RS512"}, claims(exp=[9999999999])),
    "nbf null": lambda good, bad: good.sign({"alg": "RS512"}, claims(nbf=None)),
    "nbf true": lambda good, bad: good.sign({"alg": "RS512"}, claims(nbf=True)),
    "nbf text": lambda good, bad: good.sign({"alg": "RS512"}, claims(nbf="0")),
    "nbf below all numbers": lambda good, bad: with_claim(good, "nbf", "-1e999"),
    "nbf that is no number": lambda good, bad: with_claim(good, "nbf", "NaN"),
    "iat text": lambda good, bad: good.sign({"alg": "RS512"}, claims(iat="now")),
    "iat true": lambda good, bad: good.sign({"alg": "RS512"}, claims(iat=True)),
    "iat beyond all numbers": lambda good, bad: with_claim(good, "iat", "1e999"),
    "not valid yet": lambda good, bad: good.sign({"alg": "RS512"}, claims(nbf=time.time() + 60)),
    "crit": lambda good, bad: good.sign({"alg": "RS512", "crit": ["x"]}, claims()),
    "too long": lambda good, bad: good.sign({"alg": "RS512"}, claims(more="x" * 20_000)),
}


SCOPE_ATTACKS: dict[str, Attack] = {
    "no scopes": lambda good, bad: good.sign({"alg": "RS512"}, claims(scopes=...)),
    "no scope at all": lambda good, bad: good.sign({"alg": "RS512"}, claims(scopes=[])),
    "another scope": lambda good, bad: good.sign({"alg": "RS512"}, claims(scopes=["PROTECTED_API"])),
    "scopes as text": lambda good, bad: good.sign({"alg": "RS512"}, claims(scopes="PLUGIN_INTERCEPTOR")),
    "scope in lower case": lambda good, bad: good.sign({"alg": "RS512"}, claims(scopes=["plugin_interceptor"])),
}


HOOKS = {"pre": pre, "post": post, "adapt": adapt, "notification": notification}


@pytest.mark.parametrize("attack", [*ATTACKS, *SCOPE_ATTACKS])
@pytest.mark.parametrize("hook", HOOKS)
def test_a_hook_refuses_every_token_but_a_good_one(
    target: Target, signer: Signer, other_signer: Signer, hook: str, attack: str
) -> None:
    token = (ATTACKS | SCOPE_ATTACKS)[attack](signer, other_signer)
    assert target.send(HOOKS[hook](token)) == (400, "JWT_ERROR")
    assert target.called == []


@pytest.mark.parametrize("attack", ATTACKS)
def test_a_direct_call_refuses_every_token_but_a_good_one(
    target: Target, signer: Signer, other_signer: Signer, attack: str
) -> None:
    assert target.send(direct(ATTACKS[attack](signer, other_signer))) == (401, "JWT_ERROR")
    assert target.called == []


@pytest.mark.parametrize("changes", [{"exp": 253402300799}, {"nbf": 0, "iat": 0}, {"iat": time.time() - 60.5}])
def test_times_of_rfc_7519_are_accepted(target: Target, signer: Signer, changes: JSON) -> None:
    assert target.send(pre(signer.sign({"alg": "RS512"}, claims(**changes)))) == (200, None)


@given(number=st.from_regex(r"-?(0|[1-9][0-9]{0,20})(\.[0-9]{1,3})?([eE][+-]?[0-9]{1,3})?", fullmatch=True))
@settings(max_examples=100, deadline=None)
def test_a_token_is_accepted_only_until_a_time_that_will_come(number: str) -> None:
    signer = default_signer()
    plugin = Plugin()
    plugin.endpoint()(lambda event: None)
    plugin.keys.use(signer.public_keys)
    reply = plugin.handler(direct(with_claim(signer, "exp", number)), Context())
    assert (reply["statusCode"] == 204) == (time.time() < float(number) < 253402300800)


REFRESH: dict[str, JSON] = {
    "refresh token": {"tokenType": "USER_REFRESH"},
    "another case": {"tokenType": "user"},
    "no type": {"tokenType": None},
    "a list": {"tokenType": ["USER"]},
    "a number": {"tokenType": 1},
    "empty": {"tokenType": ""},
}


@pytest.mark.parametrize("kind", REFRESH)
def test_an_endpoint_takes_access_tokens_alone(target: Target, signer: Signer, kind: str) -> None:
    assert target.send(direct(signer.token("PROTECTED_API", **REFRESH[kind]))) == (401, "JWT_ERROR")
    claims_without_type = claims(scopes=["PROTECTED_API"])
    assert target.send(direct(signer.sign({"alg": "RS512"}, claims_without_type))) == (401, "JWT_ERROR")
    assert target.called == []


@pytest.mark.parametrize("kind", ["USER", "SERVICE_INTERNAL", "SERVICE_EXTERNAL", "DEVICE"])
def test_an_endpoint_takes_every_known_kind_of_access_token(target: Target, signer: Signer, kind: str) -> None:
    assert target.send(direct(signer.token(tokenType=kind))) == (204, None)


def test_a_setting_names_the_kinds(monkeypatch: pytest.MonkeyPatch, make_target: MakeTarget, signer: Signer) -> None:
    monkeypatch.setenv("JWT_TOKEN_TYPES", "USER, KIOSK")
    target = make_target()
    assert target.send(direct(signer.token(tokenType="KIOSK"))) == (204, None)
    assert target.send(direct(signer.user_token())) == (204, None)
    assert target.send(direct(signer.token(tokenType="DEVICE"))) == (401, "JWT_ERROR")
    monkeypatch.setenv("JWT_TOKEN_TYPES", " , ")
    assert make_target().send(direct(signer.token(tokenType="DEVICE"))) == (204, None)


def test_good_tokens_are_accepted(target: Target, signer: Signer) -> None:
    for make in (pre, post, adapt):
        assert target.send(make(signer.token("PROTECTED_API", "PLUGIN_INTERCEPTOR"))) == (200, None)
    assert target.send(notification(signer.token("ACTION_NOTIFICATION"))) == (200, None)
    assert target.send(direct(signer.user_token())) == (204, None)
    assert target.send(events.scheduled()) == (200, None)
    assert target.called == ["pre", "post", "adapt", "notification", "direct", "scheduled"]
    assert target.service.requests == 1
    assert target.service.paths == ["/ums/v1/security/public-key"]
