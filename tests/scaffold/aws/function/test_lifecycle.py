"""The function where moto does not behave as AWS: states, failures, revisions."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from botocore.stub import Stubber

from biot_plugin_cli.aws import waiting
from biot_plugin_cli.aws.function.lifecycle import (
    create_function,
    find_function,
    publish_version,
    settle,
    update_config,
)
from biot_plugin_cli.aws.function.state import FunctionCode, FunctionConfig
from biot_plugin_cli.aws.session import Account
from biot_plugin_cli.errors import OperationFailed
from tests.scaffold.moto_account import use_account

ARN = "arn:aws:lambda:eu-central-1:123456789012:function:f"
CONFIG = FunctionConfig("python3.13", "index.handler", "arn:aws:iam::123456789012:role/r", 60, 128, 512, {"A": "1"})


def shown(**fields: Any) -> dict[str, Any]:
    return {
        "FunctionName": "f",
        "FunctionArn": ARN,
        "Version": "$LATEST",
        "CodeSha256": "sha",
        "RevisionId": "r1",
        "State": "Active",
        "LastUpdateStatus": "Successful",
        **{key: value for key, value in CONFIG.request().items() if key not in ("VpcConfig", "KMSKeyArn")},
        **fields,
    }


@pytest.fixture
def account(monkeypatch: pytest.MonkeyPatch) -> Account:
    use_account(monkeypatch, "http://127.0.0.1:9")
    monkeypatch.setattr(waiting, "PAUSE", 0)
    return Account()


@pytest.fixture
def stub(account: Account) -> Iterator[Stubber]:
    with Stubber(account.lambda_functions) as stub:
        yield stub
        stub.assert_no_pending_responses()


def _states(stub: Stubber, *states: dict[str, Any]) -> None:
    for state in states:
        stub.add_response("get_function", {"Configuration": shown(**state)}, {"FunctionName": "f"})


def test_a_change_is_over_when_aws_says_so(account: Account, stub: Stubber) -> None:
    _states(stub, {"State": "Pending"}, {"LastUpdateStatus": "InProgress"}, {"RevisionId": "r2"})

    assert settle(account, "f").revision == "r2"


def test_variables_that_cannot_be_read_are_not_overwritten(account: Account, stub: Stubber) -> None:
    _states(stub, {"Environment": {"Error": {"ErrorCode": "AccessDeniedException", "Message": "kms"}}})

    with pytest.raises(OperationFailed, match=r"cannot be decrypted.*kms:Decrypt"):
        find_function(account, "f")


def test_an_inactive_function_is_no_reason_to_wait(account: Account, stub: Stubber) -> None:
    _states(stub, {"State": "Inactive"})

    assert settle(account, "f").status == "Inactive"


@pytest.mark.parametrize("field", ["State", "LastUpdateStatus"])
def test_a_failed_change_says_why(account: Account, stub: Stubber, field: str) -> None:
    _states(stub, {field: "Failed", "StateReason": "the subnet has no addresses left"})

    with pytest.raises(OperationFailed, match="no addresses left"):
        settle(account, "f")


def test_a_failed_update_is_no_reason_not_to_try_the_next(account: Account, stub: Stubber) -> None:
    _states(stub, {"LastUpdateStatus": "Failed"})

    assert settle(account, "f", allows_failed_update=True).update_status == "Failed"


def test_what_somebody_else_changes_meanwhile_is_not_overwritten(account: Account, stub: Stubber) -> None:
    stub.add_response(
        "update_function_configuration", shown(), {"FunctionName": "f", **CONFIG.request(), "RevisionId": "r1"}
    )

    update_config(account, "f", CONFIG, CONFIG, "r1")


@pytest.mark.parametrize(
    ("document", "by_hand", "request_field"),
    [
        ({"Layers": [{"Arn": "theirs"}]}, {"Layers": ["theirs"]}, {"Layers": []}),
        (
            {"DeadLetterConfig": {"TargetArn": "arn:aws:sqs:::theirs"}},
            {"DeadLetterConfig": "arn:aws:sqs:::theirs"},
            {"DeadLetterConfig": {"TargetArn": ""}},
        ),
        (
            {"TracingConfig": {"Mode": "Active"}},
            {"TracingConfig": "Active"},
            {"TracingConfig": {"Mode": "PassThrough"}},
        ),
        (
            {"FileSystemConfigs": [{"Arn": "arn:aws:elasticfilesystem:::x", "LocalMountPath": "/mnt/x"}]},
            {"FileSystemConfigs": ["arn:aws:elasticfilesystem:::x"]},
            {"FileSystemConfigs": []},
        ),
        (
            {"LoggingConfig": {"LogFormat": "JSON", "LogGroup": "elsewhere"}},
            {"LoggingConfig": ["JSON", "elsewhere"]},
            {"LoggingConfig": {"LogFormat": "Text", "LogGroup": "/aws/lambda/f"}},
        ),
        (
            {"SnapStart": {"ApplyOn": "PublishedVersions"}},
            {"SnapStart": "PublishedVersions"},
            {"SnapStart": {"ApplyOn": "None"}},
        ),
        ({"LoggingConfig": {"LogFormat": "Text", "LogGroup": "/aws/lambda/f"}}, {}, {}),
        ({"SnapStart": {"ApplyOn": "None"}, "TracingConfig": {"Mode": "PassThrough"}}, {}, {}),
    ],
)
def test_what_was_set_by_hand_is_taken_back(
    account: Account, stub: Stubber, document: Any, by_hand: Any, request_field: Any
) -> None:
    shown_by_hand: Any = shown(FunctionName="f", **document)
    before = FunctionConfig.of(shown_by_hand)
    assert before.by_hand == by_hand
    stub.add_response(
        "update_function_configuration", shown(), {"FunctionName": "f", **CONFIG.request(), **request_field}
    )

    update_config(account, "f", CONFIG, before, None)


def test_a_reservation_of_nothing_is_one(account: Account, stub: Stubber) -> None:
    concurrency = {"ReservedConcurrentExecutions": 0}
    stub.add_response("get_function", {"Configuration": shown(), "Concurrency": concurrency})
    stub.add_response("get_function", {"Configuration": shown()})

    states = [find_function(account, "f") for _ in range(2)]
    assert [state and state.concurrency for state in states] == [0, None]


def test_a_role_that_is_not_known_everywhere_is_waited_for(account: Account, stub: Stubber) -> None:
    for _ in range(2):
        stub.add_client_error(
            "create_function", "InvalidParameterValueException", "The role cannot be assumed by Lambda."
        )
    stub.add_response("create_function", shown())

    assert create_function(account, "f", CONFIG, FunctionCode("Zip", {"ZipFile": b"zip"}), {})


def test_a_creation_whose_response_was_lost_is_no_conflict(account: Account, stub: Stubber) -> None:
    stub.add_client_error("create_function", "ResourceConflictException", "Function already exist: f", 409)

    assert not create_function(account, "f", CONFIG, FunctionCode("Zip", {"ZipFile": b"zip"}), {})


def test_only_the_code_that_was_looked_at_is_published(account: Account, stub: Stubber) -> None:
    _states(stub, {})
    state = settle(account, "f")
    other = shown(Version="3", CodeSha256="other")
    stub.add_response("list_versions_by_function", {"Versions": [shown(), other]}, {"FunctionName": "f"})
    expected = {"FunctionName": "f", "CodeSha256": "sha", "Description": "d"}
    stub.add_response("publish_version", shown(Version="4"), expected)

    assert publish_version(account, state, "f", "d") == "4"


def test_a_version_that_is_the_same_is_used_again(account: Account, stub: Stubber) -> None:
    _states(stub, {})
    state = settle(account, "f")
    stub.add_response("list_versions_by_function", {"Versions": [shown(), shown(Version="3"), shown(Version="12")]})

    assert publish_version(account, state, "f", "d") == "12"
