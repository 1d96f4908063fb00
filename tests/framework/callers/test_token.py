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

from biot_plugin.testing import Signer, events
from tests.framework.callers.target import (
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


def test_good_tokens_are_accepted(target: Target, signer: Signer) -> None:
    for make in (pre, post, adapt):
        assert target.send(make(signer.token("PROTECTED_API", "PLUGIN_INTERCEPTOR"))) == (200, None)
    assert target.send(notification(signer.token("ACTION_NOTIFICATION"))) == (200, None)
    assert target.send(direct(signer.user_token())) == (204, None)
    assert target.send(events.scheduled()) == (200, None)
    assert target.called == ["pre", "post", "adapt", "notification", "direct", "scheduled"]
    assert target.service.requests == 1
    assert target.service.paths == ["/ums/v1/security/public-key"]
