"""The rights of the function: files that people can read."""

from __future__ import annotations

from biot_plugin_cli.aws.policy_documents import execution_policy, trust_policy

GROUP = "arn:aws:logs:eu-central-1:123456789012:log-group:/aws/lambda/f"


def _sids(**resources: str | None) -> list[str]:
    return [statement["Sid"] for statement in execution_policy({"log_group": GROUP, **resources})["Statement"]]


def test_each_right_is_there_only_for_what_the_plugin_has() -> None:
    assert _sids() == ["WriteOwnLogs"]
    assert _sids(secret="s", key=None) == ["WriteOwnLogs", "ReadOwnSecret"]
    assert _sids(key="k") == ["WriteOwnLogs", "UseOwnKey"]
    assert _sids(vpc="*") == ["WriteOwnLogs", "ConnectToVpc"]


def test_no_right_over_all_resources_but_for_network_interfaces() -> None:
    policy = execution_policy({"log_group": GROUP, "secret": "s", "key": "k", "vpc": "*"})

    assert {statement["Sid"]: statement["Resource"] for statement in policy["Statement"]} == {
        "WriteOwnLogs": f"{GROUP}:*",
        "ReadOwnSecret": "s",
        "UseOwnKey": "k",
        "ConnectToVpc": "*",
    }
    actions = [action for statement in policy["Statement"] for action in [statement["Action"]] for action in action]
    assert "logs:CreateLogGroup" not in actions


def test_only_lambda_may_assume_the_role() -> None:
    [statement] = trust_policy()["Statement"]

    assert statement["Principal"] == {"Service": "lambda.amazonaws.com"}
