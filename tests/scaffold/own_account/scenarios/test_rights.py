"""The policy in docs/ allows what the commands call, on what they call it for, and nothing that they never call."""

from __future__ import annotations

import ast
import json
from collections.abc import Iterator, Mapping
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

import pytest

import biot_plugin_cli
from biot_plugin_cli.aws.session import Account
from biot_plugin_cli.deploy.older.selection import RollbackChoice
from biot_plugin_cli.logs.cloud_watch import CloudWatch
from biot_plugin_cli.logs.selection import Since
from biot_plugin_cli.own_account.deletion import delete
from biot_plugin_cli.own_account.rollback import roll_back
from biot_plugin_cli.own_account.status import list_plugins, show_status
from biot_plugin_cli.own_account.switch import set_state
from tests.scaffold.exported import BOUNDARY
from tests.scaffold.moto_account import ACCOUNT, REGION, MotoAccount
from tests.scaffold.own_account.quick import QuickPlugin
from tests.scaffold.support import CHECKOUT

FILE = CHECKOUT / "docs" / "own-aws-account-policy.json"
#: How the account's clients are named, and what the actions of their services begin with.
SERVICES = {
    "lambda_functions": "lambda",
    "iam": "iam",
    "logs": "logs",
    "events": "events",
    "secrets": "secretsmanager",
    "tagging": "tag",
    "ecr": "ecr",
}
#: What ECR requires of whoever pushes by the API of registries.
PUSHES = {
    *("ecr:BatchCheckLayerAvailability", "ecr:CompleteLayerUpload", "ecr:GetDownloadUrlForLayer"),
    *("ecr:InitiateLayerUpload", "ecr:PutImage", "ecr:TagResource", "ecr:UploadLayerPart"),
}
#: What AWS requires besides, without a call of its own: a role that is passed, and tags of what is made.
WITHOUT_CALL = {"iam:PassRole"} | PUSHES
NAMES = {
    "lambda": ("FunctionName", f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:"),
    "iam": ("RoleName", f"arn:aws:iam::{ACCOUNT}:role/"),
    "logs": ("logGroupName", f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:"),
    "events": ("Rule", f"arn:aws:events:{REGION}:{ACCOUNT}:rule/"),
    "secretsmanager": ("SecretId", f"arn:aws:secretsmanager:{REGION}:{ACCOUNT}:secret:"),
    "ecr": ("repositoryName", f"arn:aws:ecr:{REGION}:{ACCOUNT}:repository/"),
}
ARNS = ("Resource", "ResourceARN", "resourceArn", "SecretId")


def statements() -> Iterator[tuple[str, str]]:
    """The actions that are allowed, each with what it is allowed for."""
    for statement in json.loads(FILE.read_text())["Statement"]:
        actions = statement["Action"]
        for action in [actions] if isinstance(actions, str) else actions:
            yield action, statement["Resource"]


def called_methods() -> Iterator[str]:
    """The actions that the code can call, read from it."""
    account = Account(REGION)
    for file in sorted(Path(biot_plugin_cli.__file__).parent.rglob("*.py")):
        tree = ast.parse(file.read_text())
        local = {
            target.id: node.value.attr
            for node in ast.walk(tree)
            if isinstance(node, ast.Assign) and isinstance(node.value, ast.Attribute) and node.value.attr in SERVICES
            for target in node.targets
            if isinstance(target, ast.Name)
        }
        for call in (node for node in ast.walk(tree) if isinstance(node, ast.Call)):
            if isinstance(call.func, ast.Attribute) and (client := _client(call.func.value, local)):
                argument = call.args[0].value if call.args and isinstance(call.args[0], ast.Constant) else ""
                method = str(argument) if call.func.attr == "get_paginator" else call.func.attr
                operations: Mapping[str, str] = getattr(account, client).meta.method_to_api_mapping
                # What is called alike and no client has other methods; the types do not let a client's be misspelt.
                if method in operations:
                    yield f"{SERVICES[client]}:{operations[method]}"


def _client(value: ast.expr, local: Mapping[str, str]) -> str | None:
    """The client that a method is called on; None for everything else."""
    if isinstance(value, ast.Name):
        return local.get(value.id)
    return value.attr if isinstance(value, ast.Attribute) and value.attr in SERVICES else None


def test_every_call_in_the_code_is_allowed_and_no_other(aws: MotoAccount) -> None:
    called, allowed = {*called_methods()}, {action for action, _ in statements()}

    assert len(called) > 40
    assert called - allowed == set()
    assert allowed - called - WITHOUT_CALL == set()


def test_only_plugins_may_be_touched() -> None:
    wide = {action for action, resource in statements() if "biot-" not in resource}

    assert wide == {"ecr:GetAuthorizationToken", "logs:DescribeLogGroups", "tag:GetResources"}
    assert not any("*" in action for action, _ in statements())


class Calls:
    """The calls of an account's clients, as they are sent."""

    def __init__(self, account: Account) -> None:
        self.made: list[tuple[str, str]] = []
        for client, service in SERVICES.items():
            getattr(account, client).meta.events.register(
                "provide-client-params.*.*",
                lambda params, model, service=service, **_: self._add(service, params, model),
            )

    def _add(self, service: str, params: Mapping[str, Any], model: Any) -> None:
        self.made.append((f"{service}:{model.name}", _resource(service, params)))


def _resource(service: str, params: Mapping[str, Any]) -> str:
    for name in ARNS:
        if str(params.get(name, "")).startswith("arn:"):
            return str(params[name])
    key, prefix = NAMES.get(service, ("", ""))
    target = params.get(key) or params.get("Name") or next(iter(params.get("repositoryNames", ())), None)
    return f"{prefix}{target}" if target else "*"


@pytest.mark.parametrize("key_store", ["variable", "secrets-manager"])
def test_every_call_of_a_plugins_life_is_allowed_for_what_it_is_about(
    own: QuickPlugin, aws: MotoAccount, key_store: str
) -> None:
    own.settings = {"key-store": key_store}
    own.account = Account()
    calls = Calls(own.account)

    own.deploy()
    own.code += "# changed\n"
    own.cron = "0 4 * * ? *"
    own.settings |= {"permissions-boundary": BOUNDARY, "tags": {"team": "a"}, "log-retention": 7}
    own.manifest = {"memory-size": 256, "cors": {"allow-origins": ["https://a.example"]}}
    own.deploy()
    show_status(own.place)
    list_plugins(own.place)
    set_state(own.place, "DISABLED")
    set_state(own.place, "ENABLED")
    roll_back(own.place, RollbackChoice(), yes=True)
    list(CloudWatch(own.account, own.place.names.log_group, Since()).poll())
    delete(own.place, None, yes=True)

    allowed = [*statements()]
    refused = {
        (action, resource)
        for action, resource in calls.made
        if not any(action == right and fnmatchcase(resource, pattern) for right, pattern in allowed)
    }
    assert len({action for action, _ in calls.made}) > 35
    assert refused == set()
    assert not any(aws.leftovers().values())
