"""The service user's key in AWS Secrets Manager."""

from __future__ import annotations

import json
from typing import Any

import pytest

from biot_plugin import NotConfigured, PlatformUnreachable
from biot_plugin.http.messages import Request, Response
from biot_plugin.http.time_limit import TimeLimit
from biot_plugin.service_key.secrets_manager import read_key

ARN = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:biot-demo/service-user-a1B2c3"
AWS = {"AWS_ACCESS_KEY_ID": "a", "AWS_SECRET_ACCESS_KEY": "b", "AWS_SESSION_TOKEN": "c"}
KEY = "the key of the service user"


def _read(document: Any, status: int = 200, arn: str = ARN, **environ: str) -> tuple[str, Request]:
    sent: list[Request] = []

    def send(request: Request, _: TimeLimit) -> Response:
        sent.append(request)
        content = document if isinstance(document, bytes) else json.dumps(document).encode()
        return Response(status, {}, content)

    key = read_key(arn, send, TimeLimit(5), environ={**AWS, **environ}, now=lambda: 1.8e9)
    return key, sent[0]


def test_it_is_read_from_the_region_of_the_secret() -> None:
    key, request = _read({"SecretString": json.dumps({"id": "x", "secretKey": KEY})})

    assert key == KEY
    assert (request.method, request.url) == ("POST", "https://secretsmanager.eu-central-1.amazonaws.com/")
    assert json.loads(request.content) == {"SecretId": ARN}
    assert request.headers["x-amz-target"] == "secretsmanager.GetSecretValue"
    assert request.headers["x-amz-security-token"] == "c"


@pytest.mark.parametrize(
    ("arn", "environ", "url"),
    [
        (ARN.replace("aws", "aws-cn", 1), {}, "https://secretsmanager.eu-central-1.amazonaws.com.cn/"),
        (ARN, {"AWS_ENDPOINT_URL": "http://localhost:1/"}, "http://localhost:1/"),
        (ARN, {"AWS_ENDPOINT_URL": "http://x", "AWS_ENDPOINT_URL_SECRETS_MANAGER": "http://y"}, "http://y/"),
    ],
)
def test_other_endpoints_are_respected(arn: str, environ: dict[str, str], url: str) -> None:
    assert _read({"SecretString": json.dumps({"secretKey": KEY})}, 200, arn, **environ)[1].url == url


@pytest.mark.parametrize(
    "document",
    [b"<html>", [], {}, {"SecretString": None}, {"SecretString": "{"}, {"SecretString": "[]"}]
    + [{"SecretString": json.dumps({"secretKey": value})} for value in ("", 1, None)],
)
def test_a_secret_without_the_key_is_no_secret(document: Any) -> None:
    with pytest.raises(NotConfigured, match="has no secretKey"):
        _read(document)


def test_what_aws_refuses_is_named_without_its_words() -> None:
    refusal = {"__type": "com.amazonaws#AccessDeniedException", "Message": "private"}

    with pytest.raises(NotConfigured, match="answered 400 AccessDeniedException") as raised:
        _read(refusal, 400)

    assert "private" not in str(raised.value)


@pytest.mark.parametrize(("status", "kind"), [(500, "InternalServiceError"), (503, ""), (400, "ThrottlingException")])
def test_a_busy_aws_is_no_mistake_of_the_plugin(status: int, kind: str) -> None:
    with pytest.raises(PlatformUnreachable, match=str(status)):
        _read({"__type": kind}, status)


@pytest.mark.parametrize("arn", ["", "biot-demo/service-user", ARN.replace("secretsmanager", "s3")])
def test_what_is_no_arn_is_not_sent(arn: str) -> None:
    with pytest.raises(NotConfigured, match="not the ARN of a secret"):
        _read({}, 200, arn)


def test_without_a_role_nothing_is_sent() -> None:
    with pytest.raises(NotConfigured, match="no credentials of AWS"):
        _read({}, 200, ARN, AWS_ACCESS_KEY_ID="")
