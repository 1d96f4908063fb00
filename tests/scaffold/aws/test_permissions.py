"""The resource policy in the form that AWS shows, and in the one that moto shows."""

from __future__ import annotations

import json
from typing import Any

import pytest
from botocore.stub import Stubber

from biot_plugin_cli.aws.permissions import find_permissions, schedule_permission, url_permissions
from biot_plugin_cli.aws.session import Account
from tests.scaffold.moto_account import use_account

RULE = "arn:aws:events:eu-central-1:123456789012:rule/f"
ALIAS = "arn:aws:lambda:eu-central-1:123456789012:function:f:live"
STATEMENTS: list[dict[str, Any]] = [
    {
        "Sid": "biot-plugin-url",
        "Action": "lambda:InvokeFunctionUrl",
        "Principal": "*",
        "Condition": {"StringEquals": {"lambda:FunctionUrlAuthType": "NONE"}},
    },
    {
        "Sid": "biot-plugin-url-invoke",
        "Action": "lambda:InvokeFunction",
        "Principal": {"AWS": "*"},
        "Condition": {"Bool": {"lambda:InvokedViaFunctionUrl": "true"}},
    },
    {
        "Sid": "biot-plugin-schedule",
        "Action": "lambda:InvokeFunction",
        "Principal": {"Service": "events.amazonaws.com"},
        "Condition": {"ArnLike": {"aws:SourceArn": RULE}},
    },
]


@pytest.fixture
def account(monkeypatch: pytest.MonkeyPatch) -> Account:
    use_account(monkeypatch, "http://127.0.0.1:9")
    return Account()


def _read(account: Account, statements: list[dict[str, Any]]) -> Any:
    policy = {"Statement": [{"Effect": "Allow", "Resource": ALIAS, **statement} for statement in statements]}
    with Stubber(account.lambda_functions) as stub:
        stub.add_response("get_policy", {"Policy": json.dumps(policy)}, {"FunctionName": "f", "Qualifier": "live"})
        return find_permissions(account, "f", "live")


def test_the_statements_of_aws_are_recognized(account: Account) -> None:
    expected = (*url_permissions(), schedule_permission(RULE))

    assert _read(account, STATEMENTS) == {permission.sid: permission for permission in expected}


@pytest.mark.parametrize("number", range(3))
def test_a_statement_without_its_condition_is_another_one(account: Account, number: int) -> None:
    statements = _read(account, [{**STATEMENTS[number], "Condition": {}}])

    assert next(iter(statements.values())) not in (*url_permissions(), schedule_permission(RULE))


def test_the_statements_of_others_are_left_alone(account: Account) -> None:
    assert _read(account, [{**STATEMENTS[0], "Sid": "theirs"}]) == {}
