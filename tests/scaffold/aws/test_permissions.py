"""The resource policy in the form that AWS shows, and in the one that moto shows."""

from __future__ import annotations

import json
from typing import Any

import pytest
from botocore.stub import Stubber

from biot_plugin_cli.aws.permissions import Permission, find_permissions, schedule_permission, url_permissions
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


def _read(account: Account, statements: list[dict[str, Any]]) -> list[Permission]:
    policy = {"Statement": [{"Effect": "Allow", "Resource": ALIAS, **statement} for statement in statements]}
    with Stubber(account.lambda_functions) as stub:
        stub.add_response("get_policy", {"Policy": json.dumps(policy)}, {"FunctionName": "f", "Qualifier": "live"})
        return find_permissions(account, "f", "live")


def test_the_statements_of_aws_are_recognized(account: Account) -> None:
    expected = (*url_permissions(), schedule_permission(RULE))

    read = _read(account, STATEMENTS)
    assert read == [*expected]
    assert all(permission.is_own for permission in read)


@pytest.mark.parametrize("number", range(3))
def test_a_statement_without_its_condition_is_another_one(account: Account, number: int) -> None:
    [statement] = _read(account, [{**STATEMENTS[number], "Condition": {}}])

    assert statement not in (*url_permissions(), schedule_permission(RULE))


def test_the_statements_of_others_are_told_apart(account: Account) -> None:
    [theirs] = _read(account, [{**STATEMENTS[0], "Sid": "theirs"}])

    assert (theirs.is_own, theirs.alias) == (False, "live")


def test_statements_of_the_function_itself_are_nobodys_of_ours(account: Account) -> None:
    function = ALIAS.removesuffix(":live")
    policy = {"Statement": [{**STATEMENTS[0], "Resource": resource} for resource in (function, ALIAS)]}
    with Stubber(account.lambda_functions) as stub:
        stub.add_response("get_policy", {"Policy": json.dumps(policy)}, {"FunctionName": "f"})
        [permission] = find_permissions(account, "f", None)

    assert (permission.is_own, permission.alias) == (False, None)


def test_the_account_of_somebody_else_is_named(account: Account) -> None:
    statement = {**STATEMENTS[1], "Principal": {"AWS": "arn:aws:iam::210987654321:root"}}
    assert _read(account, [statement])[0].principal == "arn:aws:iam::210987654321:root"
