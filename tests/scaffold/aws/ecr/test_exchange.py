from __future__ import annotations

import base64
import re
import traceback

import pytest

from biot_plugin_cli.aws.ecr.exchange import SessionKey, exchange, read_authorization
from biot_plugin_cli.aws.errors import AwsRefused, AwsUnreachable
from biot_plugin_cli.errors import CliError
from tests.faulty_registry import Request, respond, scripted_server
from tests.scaffold.moto_account import ACCOUNT, REGION, MotoAccount, use_account

KEY = SessionKey("ASIAOFTESTS", "secret-of-tests", "token-of-tests", REGION)
PLATFORM = "https://api.example.com"
HOST = f"{ACCOUNT}.dkr.ecr.{REGION}.amazonaws.com"


def test_the_login_is_what_ecr_gives(aws: MotoAccount, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_PROFILE", "no-such-profile")
    assert exchange(KEY, HOST, PLATFORM) == ("AWS", f"{ACCOUNT}-auth-token")


def test_the_credentials_of_the_platform_are_used_and_no_others(monkeypatch: pytest.MonkeyPatch) -> None:
    token = base64.b64encode(b"AWS:password:with:colons").decode()

    def answer(_: Request) -> bytes:
        return respond(200, {"authorizationData": [{"authorizationToken": token}]})

    with scripted_server(answer) as server:
        use_account(monkeypatch, "")
        monkeypatch.delenv("AWS_ENDPOINT_URL")
        monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
        assert exchange(KEY, server.host, f"http://{server.host}") == ("AWS", "password:with:colons")
        request = server.requests[0]
    assert request.headers["x-amz-security-token"] == KEY.session_token
    assert re.search(rf"Credential={KEY.access_key_id}/\d+/{REGION}/ecr/", request.headers["authorization"])


@pytest.mark.parametrize("code", ["ExpiredTokenException", "UnrecognizedClientException", "AccessDeniedException"])
def test_a_refusal_quotes_nothing_and_says_what_to_do(monkeypatch: pytest.MonkeyPatch, code: str) -> None:
    body = {"__type": code, "message": f"{KEY.session_token} and {KEY.secret_access_key} are wrong"}
    with scripted_server(lambda _: respond(400, body)) as server:
        use_account(monkeypatch, f"http://{server.host}")
        with pytest.raises(AwsRefused, match=rf"refused \({code}\): run this command again") as refused:
            exchange(KEY, HOST, PLATFORM)
    assert not any(secret in "".join(traceback.format_exception(refused.value)) for secret in _secrets())


def test_an_exchange_that_cannot_be_reached_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    use_account(monkeypatch, "http://127.0.0.1:9")
    with pytest.raises(AwsUnreachable):
        exchange(KEY, HOST, PLATFORM)


@pytest.mark.parametrize(
    "response",
    [
        {},
        {"authorizationData": []},
        {"authorizationData": [{}]},
        {"authorizationData": [{"authorizationToken": "%%%"}]},
        {"authorizationData": [{"authorizationToken": base64.b64encode(b"AWS").decode()}]},
        {"authorizationData": [{"authorizationToken": base64.b64encode(b"AWS:").decode()}]},
        {"authorizationData": [{"authorizationToken": base64.b64encode(b"\xff:\xff").decode()}]},
    ],
)
def test_an_answer_without_a_login_is_an_error(response: dict[str, object]) -> None:
    with pytest.raises(CliError):
        read_authorization(response)


def test_the_credentials_show_nothing_of_themselves() -> None:
    assert not any(secret in repr(KEY) for secret in _secrets())


def _secrets() -> tuple[str, ...]:
    return KEY.access_key_id, KEY.secret_access_key, KEY.session_token
