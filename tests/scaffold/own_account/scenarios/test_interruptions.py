"""The connection of either side is cut at each request in turn: the next run ends as one that nothing disturbed."""

from __future__ import annotations

import json
import re
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import product
from pathlib import Path
from typing import Any

import pytest

from biot_emulator.testing import Emulator
from biot_plugin_cli.aws import session, waiting
from biot_plugin_cli.errors import PlatformUnreachable
from biot_plugin_cli.own_account import deployment
from biot_plugin_cli.own_account.deletion import delete
from biot_plugin_cli.own_account.hook_record import decode_hooks
from biot_plugin_cli.own_account.platform_side import BiotPlatform
from biot_plugin_cli.platform import retries
from biot_plugin_cli.platform.client import PlatformClient
from biot_plugin_cli.platform.credentials import Credentials
from tests.scaffold.cut_connection import CutConnection, cut_connection
from tests.scaffold.own_account.memory_account import MemoryAccount, MemoryConnection
from tests.scaffold.own_account.quick import PATIENTS, MemoryPlatform, QuickPlugin, quick_plugin

pytestmark = [pytest.mark.slow, pytest.mark.long(15)]

NAME = "biot-demo"
_WHERE_IT_STANDS = re.compile("(Done|Nothing was done) before.*unfinished: .*goes on from here")


class Sides(ABC):
    """A plugin, an empty account and an empty platform, of which one side's connection can be cut."""

    connection: MemoryConnection | CutConnection

    def __init__(self, own: QuickPlugin) -> None:
        self.own = own
        self.aws = MemoryAccount()
        self.to_aws = MemoryConnection()
        self.own.account = self.to_aws.account()

    def clear(self) -> None:
        self.aws.reset()
        own = self.own
        own.code, own.manifest, own.cron = "def handler(event, context): ...\n", {}, "0 3 * * ? *"
        own.notifications = [{"entityTypeName": "patient", "actionName": "_create"}]
        own.interceptions = [PATIENTS]
        own.settings = {"key-store": "secrets-manager"}

    def deploy(self) -> dict[str, Any]:
        with self.command():
            return self.own.deploy()

    def delete(self) -> None:
        with self.command():
            delete(self.own.place, None, yes=True)

    @contextmanager
    def command(self) -> Iterator[None]:
        """Let a command ask who it is, as each one does."""
        self.own.account.__dict__.pop("_identity", None)
        yield

    def copy(self) -> Any:
        return self.aws.copy(), self.copy_platform()

    def restore(self, copy: Any) -> None:
        self.aws.restore(copy[0])
        self.restore_platform(copy[1])

    def begin(self) -> None:
        """Forget which requests have arrived."""
        self.to_aws.passed.clear()
        self.connection.passed.clear()

    def arrived(self) -> tuple[int, int]:
        """How many changes have arrived: at the side that is cut off, and at the other one."""
        sides = len(self.to_aws.changes), self.platform_changes()
        return sides if self.connection is self.to_aws else sides[::-1]

    @abstractmethod
    def copy_platform(self) -> Any: ...

    @abstractmethod
    def restore_platform(self, copy: Any) -> None: ...

    @abstractmethod
    def platform_changes(self) -> int: ...

    @abstractmethod
    def platform_state(self, login: tuple[str, str] | None) -> Any: ...


class CutAws(Sides):
    """AWS can be cut off, and the platform is in memory."""

    def __init__(self, own: QuickPlugin) -> None:
        super().__init__(own)
        self.connection = self.to_aws
        self._changes = list[str]()

    def clear(self) -> None:
        super().clear()
        self.own.platform = MemoryPlatform(before_change=self._changes.append)

    def begin(self) -> None:
        super().begin()
        self._changes.clear()

    def copy_platform(self) -> Any:
        platform = self.own.platform
        return dict(platform.users), platform.keys, dict(platform.subscriptions)

    def restore_platform(self, copy: Any) -> None:
        users, keys, subscriptions = copy
        self.own.platform = MemoryPlatform(dict(users), keys, dict(subscriptions), self._changes.append)

    def platform_changes(self) -> int:
        return len(self._changes)

    def platform_state(self, login: tuple[str, str] | None) -> Any:
        platform = self.own.platform
        is_newest = login is not None and login[1] == f"key-{platform.keys}-of-{login[0]}"
        return platform.users, [sorted(items) for items in platform.subscribed.values()], is_newest


class CutPlatform(Sides):
    """The platform can be cut off: the emulator, behind a proxy."""

    connection: CutConnection

    def __init__(self, own: QuickPlugin, emulator: Emulator, connection: CutConnection) -> None:
        super().__init__(own)
        self._emulator, self.connection = emulator, connection

    def clear(self) -> None:
        super().clear()
        self._emulator.call("POST", "/_emulator/reset")

    @contextmanager
    def command(self) -> Iterator[None]:
        """Give the platform a client that logs in anew, as each command has."""
        emulator = self._emulator
        client = PlatformClient(self.connection.url, lambda: Credentials(False, emulator.username, emulator.password))
        self.own.platform = BiotPlatform(client)  # type: ignore[assignment]
        try:
            with super().command():
                yield
        finally:
            client.close()

    def copy_platform(self) -> Any:
        return self._emulator.platform.store._rows("SELECT collection, id, json FROM documents ORDER BY position")

    def restore_platform(self, copy: Any) -> None:
        store = self._emulator.platform.store
        with store.transaction():
            store.clear()
            for collection, id, document in copy:
                store.put(collection, id, json.loads(document))

    def platform_changes(self) -> int:
        return len(
            [line for line in self.connection.passed if not line.startswith(("GET ", "POST /ums/v2/users/login "))]
        )

    def platform_state(self, login: tuple[str, str] | None) -> Any:
        call = self._emulator.call
        names = [
            [item["name"] for item in call("GET", path).body["data"] if item["name"] == NAME]
            for path in ("/ums/v2/services", "/ums/v2/admin/roles")
        ]
        hooks = [
            {name: value for name, value in item.items() if name in ("apiId", "entityTypeName", "executionOrder")}
            for kind in ("interceptions", "notifications")
            for item in call("GET", f"/dispatcher/v1/hooks/{kind}").body["data"]
        ]
        body = {"id": login[0], "secretKey": login[1]} if login else {}
        return names, hooks, call("POST", "/ums/v2/services/accessToken", json=body).status_code


@pytest.fixture(params=["aws", "platform"])
def sides(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Sides]:
    monkeypatch.setattr(session, "_MAX_ATTEMPTS", 1)
    monkeypatch.setattr(retries, "RETRY_PAUSES", ())
    monkeypatch.setattr(waiting, "PAUSE", 0.001)
    # Nothing is at the addresses of function URLs.
    monkeypatch.setattr(deployment, "find_problem_of_url", lambda *_: None)
    own = quick_plugin(tmp_path / "own", monkeypatch)
    if request.param == "aws":
        yield CutAws(own)
        return
    emulator = request.getfixturevalue("emulator")
    with cut_connection(emulator.url) as connection:
        yield CutPlatform(own, emulator, connection)


def test_a_first_deployment_goes_on_wherever_it_was_cut(sides: Sides) -> None:
    sides.clear()
    _cut_everywhere(sides, sides.deploy)


def test_an_update_goes_on_wherever_it_was_cut(sides: Sides) -> None:
    sides.clear()
    sides.own.settings = {}
    sides.deploy()
    _change(sides.own)
    _cut_everywhere(sides, sides.deploy)


def test_a_deletion_goes_on_wherever_it_was_cut(sides: Sides) -> None:
    def go_on() -> None:
        # There is nothing more to say about a plugin that is gone.
        if any(sides.aws.leftovers().values()):
            sides.delete()

    sides.clear()
    sides.deploy()
    _cut_everywhere(sides, sides.delete, go_on)


def _cut_everywhere(sides: Sides, run: Callable[[], object], go_on: Callable[[], object] | None = None) -> None:
    """Cut a command at each of its requests, before it arrives and before its answer; compare what the next run makes.

    Where the same changes have arrived as before an earlier cut, everything is as it was there.
    """
    copy, connection = sides.copy(), sides.connection
    sides.begin()
    run()
    requests, (changes, _), expected = len(connection.passed), sides.arrived(), _state(sides)
    assert requests > changes > 2
    arrived = set[tuple[int, int]]()
    for limit, connection.answers_last in [(0, True), *product(range(1, requests), (False, True)), (requests, False)]:
        sides.restore(copy)
        sides.begin()
        connection.limit = limit
        with pytest.raises(PlatformUnreachable) as raised:
            run()
        connection.limit = None
        assert sides.arrived() == (0, 0) or _WHERE_IT_STANDS.search(str(raised.value)), limit
        if sides.arrived() in arrived:
            continue
        arrived.add(sides.arrived())
        (go_on or run)()
        assert _state(sides) == expected, limit
        if go_on is None:
            assert sides.deploy()["action"] == "none", limit
    assert {count for count, _ in arrived} == {*range(changes + 1)}


def _change(own: QuickPlugin) -> None:
    own.code += "# changed\n"
    own.manifest = {"memory-size": 256, "cors": {"allow-origins": ["https://a.example"]}}
    own.settings = {"log-retention": 7, "tags": {"cost": "1"}}
    own.cron, own.notifications = "0 4 * * ? *", []
    own.interceptions = [{**PATIENTS, "order": 6}, {**PATIENTS, "type": "POST_REQUEST"}]


def _state(sides: Sides) -> Any:
    """All that there is, but for what is another one each time: keys, addresses, times."""
    aws = sides.aws
    parts = sides.platform_state(_login(aws)), aws.leftovers(), _function_state(aws)
    return json.loads(json.dumps(parts, default=str))


def _login(aws: MemoryAccount) -> tuple[str, str] | None:
    """Id and key with which the live version logs in to the platform."""
    if not aws.leftovers()["functions"]:
        return None
    client = aws.client("lambda")
    variables = client.get_function_configuration(FunctionName=NAME, Qualifier="live")["Environment"]["Variables"]
    if arn := variables.get("BIOT_SERVICE_USER_SECRET_ARN"):
        secret = json.loads(aws.client("secretsmanager").get_secret_value(SecretId=arn)["SecretString"])
        return secret["id"], secret["secretKey"]
    return variables["BIOT_SERVICE_USER_ID"], variables["BIOT_SERVICE_USER_SECRET_KEY"]


def _function_state(aws: MemoryAccount) -> dict[str, Any] | None:
    if not any(aws.leftovers().values()):
        return None
    client, events, iam = aws.client("lambda"), aws.client("events"), aws.client("iam")
    policies = [
        iam.get_role_policy(RoleName=NAME, PolicyName=item)
        for item in iam.list_role_policies(RoleName=NAME)["PolicyNames"]
    ]
    return {
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
        "retention": [group["retentionInDays"] for group in aws.client("logs").describe_log_groups()["logGroups"]],
        "role": [policy["PolicyDocument"] for policy in policies],
    }


def _config(document: dict[str, Any]) -> dict[str, Any]:
    names = ("Runtime", "Handler", "Timeout", "MemorySize", "Role", "CodeSha256", "Architectures", "EphemeralStorage")
    variables = document["Environment"]["Variables"]
    hidden = {name: "x" for name in variables if name.endswith(("SECRET_KEY", "SECRET_ARN", "USER_ID"))}
    hooks = decode_hooks(variables["PLUGIN_HOOKS"])
    return {**{name: document[name] for name in names}, **variables, **hidden, "PLUGIN_HOOKS": hooks}
