"""The connection is cut after each request in turn: the next run ends as one that nothing disturbed."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from biot_plugin_cli.aws import session
from biot_plugin_cli.aws.errors import AwsUnreachable
from biot_plugin_cli.aws.session import Account
from biot_plugin_cli.errors import CliError
from biot_plugin_cli.own_account.deletion import delete
from biot_plugin_cli.own_account.hook_record import decode_hooks
from tests.scaffold.cut_connection import CutConnection, cut_connection
from tests.scaffold.moto_account import MotoAccount, use_account
from tests.scaffold.own_account.quick import MemoryPlatform, QuickPlugin

pytestmark = [pytest.mark.slow, pytest.mark.long(60)]

NAME = "biot-demo"


@pytest.fixture
def network(aws: MotoAccount, own: QuickPlugin, monkeypatch: pytest.MonkeyPatch) -> Iterator[CutConnection]:
    monkeypatch.setattr(session, "_MAX_ATTEMPTS", 1)
    with cut_connection(aws.url) as connection:
        use_account(monkeypatch, connection.url)
        own.account = Account()
        yield connection


def test_a_first_deployment_goes_on_wherever_it_was_cut(
    own: QuickPlugin, aws: MotoAccount, network: CutConnection
) -> None:
    own.settings = {"key-store": "secrets-manager"}
    own.deploy()
    requests, expected = len(network.passed), state(aws, own)
    assert requests > 25
    for limit in range(requests):
        aws.reset()
        own.platform = MemoryPlatform(before_change=lambda _: None)
        _cut(own, network, limit)
        assert state(aws, own) == expected, limit


def test_an_update_goes_on_wherever_it_was_cut(own: QuickPlugin, aws: MotoAccount, network: CutConnection) -> None:
    _deploy_first(own, aws)
    network.passed.clear()
    _change(own)
    own.deploy()
    requests, expected = len(network.passed), state(aws, own)
    assert requests > 20
    for limit in range(requests):
        _deploy_first(own, aws)
        _change(own)
        _cut(own, network, limit)
        assert state(aws, own) == expected, limit


def test_a_deletion_goes_on_wherever_it_was_cut(own: QuickPlugin, aws: MotoAccount, network: CutConnection) -> None:
    _deploy_first(own, aws)
    network.passed.clear()
    delete(own.place, None, yes=True)
    for limit in range(len(network.passed)):
        _deploy_first(own, aws)
        network.passed.clear()
        network.limit = limit
        with pytest.raises(CliError):
            delete(own.place, None, yes=True)
        network.limit = None
        if any(aws.leftovers().values()):
            delete(own.place, None, yes=True)
        assert not any(aws.leftovers().values())
        assert (own.platform.users, own.platform.subscriptions) == ({}, {})


@pytest.mark.parametrize("change", range(1, 4))
def test_the_platform_may_be_gone_as_well(own: QuickPlugin, aws: MotoAccount, change: int) -> None:
    own.deploy()
    expected = state(aws, own)
    aws.reset()
    own.platform = MemoryPlatform()
    changes = iter(range(1, 100))

    def cut(_: str) -> None:
        if next(changes) == change:
            raise AwsUnreachable("Cannot connect to the platform: check the network")

    own.platform.before_change = cut
    with pytest.raises(AwsUnreachable, match=r"Done before: .*unfinished: .*goes on from here"):
        own.deploy()
    own.platform.before_change = lambda _: None
    own.deploy()
    assert state(aws, own) == expected


def _deploy_first(own: QuickPlugin, aws: MotoAccount) -> None:
    aws.reset()
    own.platform = MemoryPlatform(before_change=lambda _: None)
    own.code = "def handler(event, context): ...\n"
    own.manifest, own.cron, own.settings = {}, "0 3 * * ? *", {}
    own.notifications = [{"entityTypeName": "patient", "actionName": "_create"}]
    own.deploy()


def _change(own: QuickPlugin) -> None:
    own.code += "# changed\n"
    own.manifest = {"memory-size": 256, "cors": {"allow-origins": ["https://a.example"]}}
    own.settings = {"log-retention": 7, "tags": {"cost": "1"}}
    own.cron, own.notifications = "0 4 * * ? *", []


def _cut(own: QuickPlugin, network: CutConnection, limit: int) -> None:
    network.passed.clear()
    network.limit = limit
    with pytest.raises(AwsUnreachable):
        own.deploy()
    network.limit = None
    own.deploy()
    assert own.deploy()["action"] == "none", limit


def state(aws: MotoAccount, own: QuickPlugin) -> Any:
    """All that there is, but for what is another one each time: keys, addresses, times."""
    client, events, iam = aws.client("lambda"), aws.client("events"), aws.client("iam")
    [url] = own.platform.subscriptions or [""]
    policies = [
        iam.get_role_policy(RoleName=NAME, PolicyName=item)
        for item in iam.list_role_policies(RoleName=NAME)["PolicyNames"]
    ]
    return json.loads(
        json.dumps(
            {
                "leftovers": aws.leftovers(),
                "function": _config(client.get_function_configuration(FunctionName=NAME)),
                "live": _config(client.get_function_configuration(FunctionName=NAME, Qualifier="live")),
                "tags": client.get_function(FunctionName=NAME)["Tags"],
                "policy": sorted(aws.policy_of(NAME), key=lambda statement: str(statement["Sid"])),
                "cors": client.get_function_url_config(FunctionName=NAME, Qualifier="live").get("Cors"),
                "rule": [
                    {key: rule[key] for key in ("Name", "ScheduleExpression", "State", "Description")}
                    for rule in events.list_rules()["Rules"]
                ],
                "targets": events.list_targets_by_rule(Rule=NAME)["Targets"],
                "retention": [
                    group["retentionInDays"] for group in aws.client("logs").describe_log_groups()["logGroups"]
                ],
                "role": [policy["PolicyDocument"] for policy in policies],
                "users": own.platform.users,
                "subscriptions": sorted(own.platform.subscribed[url]),
            },
            default=str,
        )
    )


def _config(document: dict[str, Any]) -> dict[str, Any]:
    names = ("Runtime", "Handler", "Timeout", "MemorySize", "Role", "CodeSha256", "Architectures", "EphemeralStorage")
    variables = document["Environment"]["Variables"]
    hidden = {name: "x" for name in variables if name.endswith(("SECRET_KEY", "SECRET_ARN"))}
    hooks = decode_hooks(variables["PLUGIN_HOOKS"])
    return {**{name: document[name] for name in names}, **variables, **hidden, "PLUGIN_HOOKS": hooks}
