"""What AWS refuses, and what keeps it from being asked: one sentence each, and the right exit code."""

from __future__ import annotations

import socket
from pathlib import Path
from typing import Any

import pytest
from botocore import exceptions as known
from botocore.exceptions import ClientError

from biot_plugin_cli.aws import session
from biot_plugin_cli.aws.errors import (
    AwsRefused,
    AwsUnreachable,
    error_code,
    explained,
    find,
    tolerate,
    unless_exists,
)
from biot_plugin_cli.aws.session import Account
from biot_plugin_cli.errors import CliError, OperationFailed, UsageError
from tests.scaffold.moto_account import use_account

ROLE = "arn:aws:iam::123456789012:role/biot-demo"
DENIED = f"User: arn:aws:iam::1:user/me is not authorized to perform: iam:CreateRole on resource: {ROLE} because no"


def response(code: str, message: str = "", status: int = 400, operation: str = "CreateFunction") -> ClientError:
    document: Any = {
        "Error": {"Code": code, "Message": message},
        "ResponseMetadata": {"HTTPStatusCode": status},
    }
    return ClientError(document, operation)


def raised_by(error: Exception) -> CliError:
    with pytest.raises(CliError) as raised, explained():
        raise error
    return raised.value


@pytest.mark.parametrize(
    ("error", "error_class", "exit_code", "words"),
    [
        (response("AccessDenied", DENIED), AwsRefused, 5, f"lack the right iam:CreateRole on {ROLE}"),
        (response("AccessDeniedException"), AwsRefused, 5, "lack the right CreateFunction"),
        (
            response("AccessDenied", DENIED + " with an explicit deny in a service control policy"),
            AwsRefused,
            5,
            "forbidden by a policy of the organization",
        ),
        (response("ThrottlingException"), AwsRefused, 5, "wait a minute"),
        (response("TooManyRequestsException"), AwsRefused, 5, "wait a minute"),
        (response("ResourceConflictException", "An update is in progress"), AwsRefused, 5, "busy with another change"),
        (response("ExpiredTokenException"), AwsRefused, 5, "have expired"),
        (response("ExpiredToken"), AwsRefused, 5, "have expired"),
        (response("UnrecognizedClientException"), AwsRefused, 5, "does not know the credentials"),
        (response("InvalidClientTokenId"), AwsRefused, 5, "does not know the credentials"),
        (response("RequestTimeTooSkewed"), AwsRefused, 5, "clock of this machine"),
        (
            response("InvalidSignatureException", "Signature expired: 20261126T000000Z is now earlier than"),
            AwsRefused,
            5,
            "clock of this machine",
        ),
        (response("SignatureDoesNotMatch", "Signature not yet current: x"), AwsRefused, 5, "clock of this machine"),
        (response("SignatureDoesNotMatch", "The request signature we calculated"), AwsRefused, 5, "secret access key"),
        (response("CodeStorageExceededException", "75 GB"), AwsRefused, 5, "quota"),
        (response("PublicPolicyException", "blocked"), AwsRefused, 5, "forbids public function URLs"),
        (response("InvalidParameterValueException", "Bad."), AwsRefused, 5, "refused CreateFunction"),
        (response("ServiceException", status=500), AwsUnreachable, 6, "try again"),
        (response("", status=503), AwsUnreachable, 6, "try again"),
        (known.NoCredentialsError(), UsageError, 2, "No AWS credentials: log in"),
        (known.PartialCredentialsError(provider="env", cred_var="x"), UsageError, 2, "incomplete"),
        (known.NoRegionError(), UsageError, 2, "No AWS region: set region"),
        (known.ProfileNotFound(profile="nobody"), UsageError, 2, "nobody"),
        (known.UnauthorizedSSOTokenError(), AwsRefused, 5, "aws sso login"),
        (known.TokenRetrievalError(provider="sso", error_msg="x"), AwsRefused, 5, "aws sso login"),
        (known.EndpointConnectionError(endpoint_url="https://x"), AwsUnreachable, 6, "check the network"),
        (known.ConnectTimeoutError(endpoint_url="https://x"), AwsUnreachable, 6, "check the network"),
        (known.ReadTimeoutError(endpoint_url="https://x"), AwsUnreachable, 6, "Lost the connection"),
        (known.ConnectionClosedError(endpoint_url="https://x"), AwsUnreachable, 6, "Lost the connection"),
        (known.SSLError(endpoint_url="https://x", error=OSError("self-signed")), AwsUnreachable, 6, "AWS_CA_BUNDLE"),
        (known.ParamValidationError(report="x"), AwsRefused, 5, "would refuse"),
        (known.UnknownServiceError(service_name="x", known_service_names="y"), AwsRefused, 5, "could not be called"),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, Exception) else "",
)
def test_each_is_one_sentence(error: Exception, error_class: type[CliError], exit_code: int, words: str) -> None:
    explanation = raised_by(error)

    assert type(explanation) is error_class
    assert (explanation.exit_code, explanation.code) == (exit_code, error_code(error) if exit_code == 5 else "")
    assert words in str(explanation)
    assert "\n" not in str(explanation)
    assert "An error occurred" not in str(explanation)


def test_what_is_not_of_aws_passes() -> None:
    for error in (ValueError("a mistake of ours"), OperationFailed("one of ours")):
        with pytest.raises(type(error)) as raised, explained():
            raise error
        assert raised.value is error


def test_only_expected_refusals_are_tolerated() -> None:
    def raising(code: str) -> Any:
        def call() -> None:
            raise response(code)

        return call

    assert find(raising("ResourceNotFoundException")) is None
    assert find(raising("NoSuchEntity")) is None
    assert find(lambda: 7) == 7
    assert unless_exists(raising("ResourceConflictException")) is None
    assert unless_exists(lambda: 7) == 7
    tolerate(raising("ResourceNotFoundException"))
    tolerate(raising("X"), "X")
    for call in (find, unless_exists, tolerate):
        with pytest.raises(ClientError):
            call(raising("AccessDenied"))


@pytest.fixture
def offline(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> str:
    """A port that nothing listens on, and no settings of AWS on this machine."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        url = f"http://127.0.0.1:{server.getsockname()[1]}"
    use_account(monkeypatch, url)
    monkeypatch.setattr(session, "_MAX_ATTEMPTS", 1)
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "config"))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "credentials"))
    return url


@pytest.mark.parametrize(
    ("without", "account", "words"),
    [
        (("AWS_REGION",), Account(), "No AWS region"),
        (("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"), Account(), "No AWS credentials"),
        ((), Account(profile="nobody"), "nobody"),
        (("AWS_SECRET_ACCESS_KEY",), Account(), "incomplete"),
        ((), Account(), "Cannot connect to AWS"),
    ],
)
def test_what_is_missing_on_this_machine_is_named(
    offline: str, monkeypatch: pytest.MonkeyPatch, without: tuple[str, ...], account: Account, words: str
) -> None:
    for name in without:
        monkeypatch.delenv(name)

    with pytest.raises(CliError, match=words):
        _ = Account(account.region, account.profile).id
