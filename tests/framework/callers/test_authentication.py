from __future__ import annotations

import base64
import hashlib
import hmac
import json
import time
from collections.abc import Callable
from typing import Any

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from biot_plugin import Plugin
from biot_plugin.testing import Context, Signer, events, signed
from tests.framework.conftest import KeyService

PATIENTS = "POST/organization/v1/users/patients"
JSON = dict[str, Any]
Attack = Callable[[Signer, Signer], str]


def base64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def jwt(header: JSON, claims: JSON, sign: Callable[[bytes], bytes]) -> str:
    message = f"{base64url(json.dumps(header).encode())}.{base64url(json.dumps(claims).encode())}"
    return f"{message}.{base64url(sign(message.encode()))}"


def claims(**changes: Any) -> JSON:
    good = {"scopes": ["PLUGIN_INTERCEPTOR", "ACTION_NOTIFICATION"], "exp": time.time() + 600}
    return {name: value for name, value in {**good, **changes}.items() if value is not ...}


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


class Target:
    """A plugin with every hook, behind real keys, that remembers which handlers were called."""

    def __init__(self, service: KeyService) -> None:
        self.service = service
        self.called: list[str] = []
        self.plugin = plugin = Plugin()
        plugin.pre_request(PATIENTS)(lambda event: self.called.append("pre"))
        plugin.post_request(PATIENTS)(lambda event: self.called.append("post"))
        plugin.adapt_entity("patient")(lambda event: self.called.append("adapt"))
        plugin.notification("patient", "_create")(lambda event: self.called.append("notification"))
        plugin.scheduled("0 0 * * ? *")(lambda event: self.called.append("scheduled"))
        plugin.endpoint()(lambda event: self.called.append("direct"))

    def send(self, event: JSON) -> tuple[int, str | None]:
        reply = self.plugin.handler(event, Context())
        return reply["statusCode"], json.loads(reply["body"])["code"] if reply["statusCode"] >= 400 else None


@pytest.fixture
def target(key_service: KeyService) -> Target:
    return Target(key_service)


def pre(token: str | None) -> JSON:
    return events.pre_request(PATIENTS, envelope={"headers": {"authorization": f"Bearer {token}"}})


def post(token: str) -> JSON:
    return events.post_request(PATIENTS, envelope={"headers": {"authorization": f"Bearer {token}"}})


def adapt(token: str) -> JSON:
    return events.adapt_entity("patient", envelope={"headers": {"authorization": f"Bearer {token}"}})


def notification(token: str) -> JSON:
    return events.notification("patient", "_create", fields={"jwt": token})


def direct(token: str) -> JSON:
    return events.direct(token=token)


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


def test_a_token_in_the_wrong_place_is_no_token(target: Target, signer: Signer) -> None:
    interceptor = signer.token("PLUGIN_INTERCEPTOR", "ACTION_NOTIFICATION")
    in_body = events.pre_request(
        PATIENTS, fields={"jwt": interceptor}, envelope={"headers": {"authorization": "Bearer "}}
    )
    in_header = events.notification(
        "patient", "_create", fields={"jwt": None}, envelope={"headers": {"authorization": f"Bearer {interceptor}"}}
    )
    basic = events.pre_request(PATIENTS, envelope={"headers": {"authorization": f"Basic {interceptor}"}})
    raw = events.pre_request(PATIENTS, envelope={"headers": {"authorization": interceptor}})
    in_query = events.direct(token=None, query={"authorization": interceptor})
    for event in (in_body, in_header, basic, raw):
        assert target.send(event) == (400, "JWT_ERROR")
    assert target.send(in_query) == (401, "JWT_ERROR")
    assert target.called == []


def test_a_hooks_token_opens_no_other_hook(target: Target, signer: Signer) -> None:
    assert target.send(notification(signer.token("PLUGIN_INTERCEPTOR"))) == (400, "JWT_ERROR")
    assert target.send(pre(signer.token("ACTION_NOTIFICATION"))) == (400, "JWT_ERROR")
    assert target.send(pre(signer.user_token())) == (400, "JWT_ERROR")
    assert target.called == []


def test_a_schedule_cannot_be_imitated_from_outside(target: Target) -> None:
    schedule = events.scheduled()
    in_body = events.direct("POST", token=None, body=schedule)
    beside_the_body = events.direct("POST", token=None, envelope=schedule)
    in_header = events.direct("POST", token=None, headers={"hooktype": "SCHEDULED"})
    for event in (in_body, beside_the_body, in_header):
        assert target.send(event) == (401, "JWT_ERROR")
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


def test_headers_are_found_whatever_their_case(target: Target, signer: Signer) -> None:
    event = signed(events.pre_request(PATIENTS), signer)
    event["headers"] = {name.upper(): value for name, value in event["headers"].items()}
    assert target.send(event) == (200, None)
    assert target.called == ["pre"]


def test_the_previous_key_is_good_during_a_rotation(target: Target, signer: Signer, other_signer: Signer) -> None:
    target.service.rotate(other_signer)
    assert target.send(pre(other_signer.token("PLUGIN_INTERCEPTOR"))) == (200, None)
    assert target.send(pre(signer.token("PLUGIN_INTERCEPTOR"))) == (200, None)
    assert target.service.requests == 1


def test_a_rotation_in_mid_life_costs_one_fetch(target: Target, signer: Signer, other_signer: Signer) -> None:
    assert target.send(pre(signer.token("PLUGIN_INTERCEPTOR"))) == (200, None)
    target.service.rotate(other_signer)
    for _ in range(5):
        assert target.send(pre(other_signer.token("PLUGIN_INTERCEPTOR"))) == (200, None)
        assert target.send(pre(signer.token("PLUGIN_INTERCEPTOR"))) == (200, None)
    assert target.service.requests == 2


def test_a_flood_of_forged_tokens_does_not_reach_the_platform(
    target: Target, signer: Signer, other_signer: Signer
) -> None:
    for _ in range(100):
        assert target.send(pre(other_signer.token("PLUGIN_INTERCEPTOR"))) == (400, "JWT_ERROR")
    assert target.service.requests == 2
    assert target.send(pre(signer.token("PLUGIN_INTERCEPTOR"))) == (200, None)


def test_a_fetch_that_fails_leaves_the_keys_that_there_are(
    target: Target, signer: Signer, other_signer: Signer
) -> None:
    assert target.send(pre(signer.token("PLUGIN_INTERCEPTOR"))) == (200, None)
    target.service.answer = (500, b"")
    assert target.send(pre(other_signer.token("PLUGIN_INTERCEPTOR"))) == (400, "JWT_ERROR")
    assert target.send(pre(signer.token("PLUGIN_INTERCEPTOR"))) == (200, None)
    assert target.service.requests == 2


def test_the_floor_between_fetches_ends(
    monkeypatch: pytest.MonkeyPatch, target: Target, signer: Signer, other_signer: Signer
) -> None:
    third = Signer()
    now = time.monotonic()
    monkeypatch.setattr(target.plugin.keys, "_clock", lambda: now)
    assert target.send(pre(third.token("PLUGIN_INTERCEPTOR"))) == (400, "JWT_ERROR")
    target.service.rotate(third)
    now += target.plugin.keys.REFETCH_FLOOR - 1
    assert target.send(pre(third.token("PLUGIN_INTERCEPTOR"))) == (400, "JWT_ERROR")
    now += 1
    assert target.send(pre(third.token("PLUGIN_INTERCEPTOR"))) == (200, None)
    assert target.service.requests == 3


@pytest.mark.parametrize(
    "answer",
    [
        (500, b"{}"),
        (200, b"<html>"),
        (200, b"[]"),
        (200, b"{}"),
        (200, b'{"publicKey": 7}'),
        (200, b'{"publicKey": "bm90IGEga2V5"}'),
        (200, b""),
        (302, b""),
    ],
)
def test_without_a_key_nobody_is_verified(
    monkeypatch: pytest.MonkeyPatch, target: Target, signer: Signer, answer: tuple[int, bytes]
) -> None:
    now = time.monotonic()
    monkeypatch.setattr(target.plugin.keys, "_clock", lambda: now)
    target.service.answer = answer
    assert target.send(pre(signer.token("PLUGIN_INTERCEPTOR"))) == (400, "JWT_ERROR")
    assert target.send(direct(signer.user_token())) == (401, "JWT_ERROR")
    assert target.called == []
    assert target.service.requests == 1, "a second attempt a moment later would be the start of a hammering"


def test_the_next_event_tries_again_after_a_failure(
    monkeypatch: pytest.MonkeyPatch, target: Target, signer: Signer
) -> None:
    now = time.monotonic()
    monkeypatch.setattr(target.plugin.keys, "_clock", lambda: now)
    target.service.answer = (500, b"")
    assert target.send(pre(signer.token("PLUGIN_INTERCEPTOR"))) == (400, "JWT_ERROR")
    target.service.answer = None
    now += target.plugin.keys.RETRY_FLOOR
    assert target.send(pre(signer.token("PLUGIN_INTERCEPTOR"))) == (200, None)


def test_a_platform_that_cannot_be_reached_is_logged(
    monkeypatch: pytest.MonkeyPatch, signer: Signer, log: Callable[[], list[JSON]]
) -> None:
    for base_url in ("http://127.0.0.1:9", "ftp://x", "nonsense", None):
        monkeypatch.delenv("BIOT_BASE_URL", raising=False)
        if base_url:
            monkeypatch.setenv("BIOT_BASE_URL", base_url)
        plugin = Plugin()
        plugin.pre_request(PATIENTS)(lambda event: None)
        assert plugin.handler(pre(signer.token("PLUGIN_INTERCEPTOR")), Context())["statusCode"] == 400
        record = log()[-1]
        assert "the platform's public key cannot be had" in record["message"]
        assert record["cause"]


def test_keys_are_fetched_during_init_inside_lambda(
    monkeypatch: pytest.MonkeyPatch, key_service: KeyService, signer: Signer
) -> None:
    monkeypatch.setenv("AWS_LAMBDA_RUNTIME_API", "127.0.0.1:9001")
    target = Target(key_service)
    assert target.send(pre(signer.token("PLUGIN_INTERCEPTOR"))) == (200, None)
    assert key_service.requests == 1


def test_a_fetch_that_fails_during_init_is_not_fatal(
    monkeypatch: pytest.MonkeyPatch, key_service: KeyService, signer: Signer
) -> None:
    monkeypatch.setenv("AWS_LAMBDA_RUNTIME_API", "127.0.0.1:9001")
    key_service.answer = (500, b"")
    target = Target(key_service)
    while key_service.requests == 0:
        time.sleep(0.005)
    key_service.answer = None
    assert target.send(pre(signer.token("PLUGIN_INTERCEPTOR"))) == (200, None)


def test_the_platforms_variables_override_the_scopes(
    monkeypatch: pytest.MonkeyPatch, key_service: KeyService, signer: Signer
) -> None:
    monkeypatch.setenv("BIOT_JWT_PERMISSION_INTERCEPTION", "OWN_INTERCEPTOR")
    monkeypatch.setenv("BIOT_JWT_PERMISSION_NOTIFICATION", "OWN_NOTIFICATION")
    target = Target(key_service)
    assert target.send(pre(signer.token("OWN_INTERCEPTOR"))) == (200, None)
    assert target.send(pre(signer.token("PLUGIN_INTERCEPTOR"))) == (400, "JWT_ERROR")
    assert target.send(notification(signer.token("OWN_NOTIFICATION"))) == (200, None)
    assert target.send(notification(signer.token("ACTION_NOTIFICATION"))) == (400, "JWT_ERROR")


@pytest.mark.parametrize("value", ["false", "False"])
def test_the_one_off_switch_is_loud(
    monkeypatch: pytest.MonkeyPatch, key_service: KeyService, log: Callable[[], list[JSON]], value: str
) -> None:
    monkeypatch.setenv("BIOT_SHOULD_VALIDATE_JWT", value)
    target = Target(key_service)
    (record,) = log()
    assert record["level"] == "WARN"
    assert record["message"].startswith("CALLERS ARE NOT VERIFIED")
    assert target.send(pre("garbage")) == (200, None)
    assert target.send(direct("garbage")) == (204, None)
    assert key_service.requests == 0


@pytest.mark.parametrize("value", ["", "0", "no", "true", "off", "fals"])
def test_nothing_else_switches_it_off(monkeypatch: pytest.MonkeyPatch, key_service: KeyService, value: str) -> None:
    monkeypatch.setenv("BIOT_SHOULD_VALIDATE_JWT", value)
    assert Target(key_service).send(pre("garbage")) == (400, "JWT_ERROR")
