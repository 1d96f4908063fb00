"""Temporary credentials are exchanged for a log-in by AWS's own client, or are refused as AWS does."""

from __future__ import annotations

import base64
import logging
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from biot_emulator.build import build_platform
from biot_emulator.registry import exchange
from biot_emulator.registry.credentials import RegistryCredentials
from biot_emulator.state.store import Store
from biot_emulator.testing import Emulator
from tests.emulator.scenarios.distribution import RegistryClient
from tests.emulator.server.raw import ask, connect, head, read_answer

CREDENTIALS = "/settings/v2/plugins/docker-repository/temp-credentials"
TARGET = "AmazonEC2ContainerRegistry_V20150921.GetAuthorizationToken"


def temporary_credentials(emulator: Emulator, **headers: str) -> dict[str, Any]:
    answered: dict[str, Any] = emulator.call("GET", CREDENTIALS, headers=headers).body
    return answered


def ecr(emulator: Emulator, answered: dict[str, Any], **changes: str) -> Any:
    """AWS's client of ECR with these credentials."""
    import boto3
    from botocore.config import Config

    key = answered["credentials"]
    settings = {
        "aws_access_key_id": key["accessKeyId"],
        "aws_secret_access_key": key["secretAccessKey"],
        "aws_session_token": key["sessionToken"],
        **changes,
    }
    return boto3.client(
        "ecr",
        region_name=answered["region"],
        endpoint_url=emulator.url,
        config=Config(retries={"max_attempts": 1}),
        **settings,
    )


def log_in(client: Any) -> tuple[str, str, dict[str, Any]]:
    try:
        [data] = client.get_authorization_token()["authorizationData"]
    finally:
        client.close()
    user, _, password = base64.b64decode(data["authorizationToken"]).decode().partition(":")
    return user, password, data


def refusal(client: Any, operation: str = "get_authorization_token") -> str:
    from botocore.exceptions import ClientError

    with pytest.raises(ClientError) as refused:
        getattr(client, operation)()
    client.close()
    error: Any = refused.value.response["Error"]  # pyright: ignore[reportTypedDictNotRequiredAccess]
    assert error["Message"]
    return str(error["Code"])


def test_awss_client_gets_a_log_in_to_the_registry(emulator: Emulator) -> None:
    answered = temporary_credentials(emulator)
    user, password, data = log_in(ecr(emulator, answered))
    assert (user, data["proxyEndpoint"]) == ("AWS", emulator.url)
    assert timedelta(hours=11, minutes=59) < data["expiresAt"] - datetime.now(UTC) <= timedelta(hours=12)
    assert RegistryClient(emulator.url, user, password).call("GET", "/v2/").status == 200
    assert f"{emulator.url}/plugins" == f"http://{answered['repositoryUri']}"


def test_the_registry_is_where_the_caller_has_reached_the_platform(emulator: Emulator) -> None:
    port = emulator.url.rpartition(":")[2]
    assert temporary_credentials(emulator, host=f"localhost:{port}")["repositoryUri"] == f"localhost:{port}/plugins"
    for nonsense in ("a b", "x/y", "<script>", "", "a" * 300, "u:p@h:1"):
        assert temporary_credentials(emulator, host=nonsense)["repositoryUri"] == f"127.0.0.1:{port}/plugins"


@pytest.mark.usefixtures("uncollected")
def test_credentials_that_are_not_from_here_are_refused_as_aws_does(emulator: Emulator) -> None:
    answered, other = temporary_credentials(emulator), temporary_credentials(emulator)["credentials"]
    assert (
        refusal(ecr(emulator, answered, aws_secret_access_key=other["secretAccessKey"])) == "InvalidSignatureException"
    )
    unknown = "UnrecognizedClientException"
    assert refusal(ecr(emulator, answered, aws_access_key_id=other["accessKeyId"])) == unknown
    assert refusal(ecr(emulator, answered, aws_session_token=other["sessionToken"])) == unknown
    assert refusal(ecr(emulator, answered, aws_session_token="x" * 500)) == unknown
    assert refusal(ecr(emulator, answered), "describe_repositories") == "AccessDeniedException"


def test_credentials_end_after_an_hour_by_the_platforms_clock(emulator: Emulator) -> None:
    answered, clock = temporary_credentials(emulator), emulator.platform.clock
    start = clock.now()
    clock.set(start + timedelta(minutes=59))
    assert log_in(ecr(emulator, answered))[0] == "AWS"
    clock.set(start + timedelta(hours=1, seconds=1))
    assert refusal(ecr(emulator, answered)) == "ExpiredTokenException"


def test_a_request_that_is_sent_again_later_is_refused(emulator: Emulator, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exchange, "_SKEW", timedelta(0))
    assert refusal(ecr(emulator, temporary_credentials(emulator))) == "InvalidSignatureException"


SIGNED = "SignedHeaders=host;x-amz-date;x-amz-security-token;x-amz-target"


@pytest.mark.parametrize(
    ("authorization", "code"),
    [
        (None, "MissingAuthenticationTokenException"),
        ("", "IncompleteSignatureException"),
        ("Basic x", "IncompleteSignatureException"),
        ("AWS4-HMAC-SHA256 nothing", "IncompleteSignatureException"),
        (f"AWS4-HMAC-SHA256 Credential=A/1/b/ecr/aws4_request, {SIGNED}, Signature=00", "IncompleteSignatureException"),
        (
            f"AWS4-HMAC-SHA256 Credential={'A' * 20}/20260101/b/ecr/aws4_request, SignedHeaders=host, Signature=00",
            "IncompleteSignatureException",
        ),
        (
            f"AWS4-HMAC-SHA256 Credential={'A' * 20}/20260101/b/ecr/aws4_request, {SIGNED}, Signature=00",
            "UnrecognizedClientException",
        ),
    ],
)
def test_nothing_is_read_of_a_body_before_the_credentials_are_known(
    emulator: Emulator, authorization: str | None, code: str
) -> None:
    headers = {"x_amz_target": TARGET, "x_amz_date": "20260101T000000Z", "x_amz_security_token": "x"}
    more = {} if authorization is None else {"authorization": authorization}
    with connect(emulator) as connection:
        connection.sendall(head("POST", "/", content_length=10**9, expect="100-continue", **headers, **more))
        answer = read_answer(connection)
    assert (answer.status, answer.body["__type"]) == (400, code)


def test_only_what_awss_clients_send_is_taken_for_it(emulator: Emulator) -> None:
    assert ask(emulator, head("POST", "/", content_length=0)).status == 404
    assert ask(emulator, head("GET", "/", x_amz_target=TARGET)).status == 404


def test_credentials_outlive_a_restart_where_the_state_does(tmp_path: Path) -> None:
    passwords: list[str] = []
    for _ in range(2):
        platform = build_platform(Store(tmp_path), admin=("a@b", "password"))
        passwords.append(platform.images.credentials.new_password()[0])
        assert all(platform.images.credentials.is_password("AWS", password) for password in passwords)
        platform.close()
    other = build_platform(Store(), admin=("a@b", "password"))
    assert not other.images.credentials.is_password("AWS", passwords[0])
    other.close()


def test_credentials_outlive_a_reset(emulator: Emulator) -> None:
    answered = temporary_credentials(emulator)
    user, password, _ = log_in(ecr(emulator, answered))
    assert emulator.call("POST", "/_emulator/reset").status_code == 204
    assert RegistryClient(emulator.url, user, password).call("GET", "/v2/").status == 200
    assert log_in(ecr(emulator, answered))[0] == user


def test_no_secret_is_shown_or_logged(emulator: Emulator, caplog: pytest.LogCaptureFixture) -> None:
    credentials: RegistryCredentials = emulator.platform.images.credentials
    key = credentials.new_key()
    login = exchange.Login("AWS", "the-password", datetime.now(UTC), "http://x")
    assert key.secret not in f"{key}{key!r}"
    assert key.session_token not in f"{key}{key!r}"
    assert "the-password" not in f"{login}{login!r}"
    with caplog.at_level(logging.DEBUG, logger="biot_emulator"):
        answered = temporary_credentials(emulator)
        password = log_in(ecr(emulator, answered))[1]
    ours = [record.getMessage() for record in caplog.records if not record.name.startswith(("boto", "urllib3"))]
    assert not any(password in text or answered["credentials"]["secretAccessKey"] in text for text in ours)
