"""Both sides of a deployment in this process, quick enough to be made hundreds of times, where one can be cut off."""

from __future__ import annotations

import json
from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from biot_emulator.testing import Emulator
from biot_plugin_cli.aws import session, waiting
from biot_plugin_cli.deploy.older.selection import RollbackChoice
from biot_plugin_cli.own_account import deployment
from biot_plugin_cli.own_account.deletion import delete
from biot_plugin_cli.own_account.platform_side import BiotPlatform
from biot_plugin_cli.own_account.rollback import roll_back
from biot_plugin_cli.platform import retries
from biot_plugin_cli.platform.client import PlatformClient
from biot_plugin_cli.platform.credentials import Credentials
from tests.scaffold.cut_connection import CutConnection
from tests.scaffold.own_account.memory_account import MemoryAccount, MemoryConnection
from tests.scaffold.own_account.quick import PATIENTS, MemoryPlatform, QuickPlugin

__all__ = ["NAME", "CutAws", "CutPlatform", "Sides", "login_of_live", "prepare_sides"]

NAME = "biot-demo"


def prepare_sides(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let nothing be repeated or waited for."""
    monkeypatch.setattr(session, "_MAX_ATTEMPTS", 1)
    monkeypatch.setattr(retries, "RETRY_PAUSES", ())
    monkeypatch.setattr(waiting, "PAUSE", 0.001)
    # Nothing is at the addresses of function URLs.
    monkeypatch.setattr(deployment, "find_problem_of_url", lambda *_: None)


def login_of_live(aws: MemoryAccount) -> tuple[str, str] | None:
    """Id and key with which the live version logs in to the platform."""
    client = aws.client("lambda")
    if not client.list_functions()["Functions"]:
        return None
    variables = client.get_function_configuration(FunctionName=NAME, Qualifier="live")["Environment"]["Variables"]
    if arn := variables.get("BIOT_SERVICE_USER_SECRET_ARN"):
        secret = json.loads(aws.client("secretsmanager").get_secret_value(SecretId=arn)["SecretString"])
        return secret["id"], secret["secretKey"]
    user = variables.get("BIOT_SERVICE_USER_ID")
    return (user, variables["BIOT_SERVICE_USER_SECRET_KEY"]) if user else None


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

    def roll_back(self, version: int) -> dict[str, Any]:
        with self.command():
            return roll_back(self.own.place, RollbackChoice(version), yes=True)

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
        aws, platform = len(self.to_aws.changes), self.platform_changes()
        return (aws, platform) if self.connection is self.to_aws else (platform, aws)

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
        is_valid = login is not None and login[1].removesuffix(f"-of-{login[0]}").removeprefix("key-").isdecimal()
        return platform.users, [sorted(items) for items in platform.subscribed.values()], is_valid


class CutPlatform(Sides):
    """The platform can be cut off: the emulator, behind a proxy."""

    def __init__(self, own: QuickPlugin, emulator: Emulator, connection: CutConnection) -> None:
        super().__init__(own)
        self._emulator, self.connection = emulator, connection
        self.proxy = connection

    def clear(self) -> None:
        super().clear()
        self._emulator.call("POST", "/_emulator/reset")

    @contextmanager
    def command(self) -> Iterator[None]:
        """Give the platform a client that logs in anew, as each command has."""
        emulator = self._emulator
        client = PlatformClient(self.proxy.url, lambda: Credentials(False, emulator.username, emulator.password))
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
        return len([line for line in self.proxy.passed if not line.startswith(("GET ", "POST /ums/v2/users/login "))])

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
