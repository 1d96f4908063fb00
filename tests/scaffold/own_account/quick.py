"""Deployments to one's own account without what makes them slow: the package is written, not built."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from biot_emulator.testing import zipped
from biot_plugin_cli.aws.session import Account
from biot_plugin_cli.deploy.destination import Destination
from biot_plugin_cli.hooks.discovery import Hooks
from biot_plugin_cli.image.artifact import Image, UnbuiltImage
from biot_plugin_cli.own_account import deployment
from biot_plugin_cli.own_account.place import Place
from biot_plugin_cli.package.built import Package
from biot_plugin_cli.platform.service_users import ServiceKey
from biot_plugin_cli.plugin.repository import Plugin
from biot_plugin_cli.subscriptions.changes import SubscriptionChanges, compare
from biot_plugin_cli.subscriptions.desired import desired_subscriptions
from biot_plugin_cli.subscriptions.hook import NOTIFICATION, Subscription
from tests.scaffold.packages import THIS
from tests.scaffold.pushed_images import image_of

BASE_URL = "https://api.example.com"
THEIRS = "https://others.example/"
THEIR_SUBSCRIPTION = Subscription(NOTIFICATION, THEIRS, entity_type="patient", action="_create")
PATIENTS = {"type": "PRE_REQUEST", "apiId": "POST/organization/v1/users/patients", "order": 5}
CREATED = {"entityTypeName": "patient", "actionName": "_create"}


@dataclass
class MemoryPlatform:
    """What the deployment knows of the platform, in memory.

    Attributes:
        users: The ids of the service users, by name.
        keys: How many keys were made.
        deleted_keys: The numbers of those that were deleted.
        subscriptions: The subscriptions of each URL.
        before_change: Runs before each change, and may raise.
    """

    users: dict[str, str] = field(default_factory=dict)
    keys: int = 0
    subscriptions: dict[str, tuple[Subscription, ...]] = field(default_factory=dict)
    before_change: Callable[[str], None] = print
    deleted_keys: set[int] = field(default_factory=set)

    def find_service_user(self, name: str) -> str | None:
        return self.users.get(name)

    def has_service_user(self, name: str) -> bool:
        return name in self.users

    def find_service_keys(self, user_id: str) -> tuple[str, ...]:
        return tuple(f"{user_id}/{number}" for number in range(1, self.keys + 1) if number not in self.deleted_keys)

    def make_service_key(self, name: str, role: str | None, used: Sequence[str]) -> ServiceKey:
        self.before_change("user")
        user_id = self.users.setdefault(name, f"id-of-{name}")
        self.before_change("key")
        self.keys += 1
        return ServiceKey(user_id, f"{user_id}/{self.keys}", f"key-{self.keys}-of-{user_id}")

    def delete_service_user(self, name: str) -> None:
        self.before_change("user")
        self.users.pop(name, None)

    def compare_subscriptions(self, hooks: Mapping[str, Any], url: str | None) -> SubscriptionChanges:
        return compare(desired_subscriptions(hooks, url or "https://x/"), self.subscriptions.get(url or "", ()))

    def subscribe(self, hooks: Mapping[str, Any], url: str, *, parts: Any) -> None:
        self.before_change("subscriptions")
        changes = self.compare_subscriptions(hooks, url)
        removed = changes.removed if "removed" in parts else ()
        added = (*changes.added, *changes.changed) if "added" in parts else ()
        keys = [item.key for item in (*removed, *added)]
        stay = [item for item in self.subscriptions.get(url, ()) if item.key not in keys]
        self.subscriptions[url] = (*stay, *added)
        if not self.subscriptions[url]:
            del self.subscriptions[url]

    @property
    def subscribed(self) -> dict[str, set[str]]:
        """The subscriptions of each URL, described."""
        return {url: {str(item) for item in items} for url, items in self.subscriptions.items()}


@dataclass
class QuickPlugin:
    """A plugin that is deployed without being imported."""

    root: Path
    platform: MemoryPlatform
    account: Account
    code: str = "def handler(event, context):\n    return {'n': 1}\n"
    interceptions: list[dict[str, Any]] = field(default_factory=lambda: [PATIENTS])
    notifications: list[dict[str, Any]] = field(default_factory=lambda: [CREATED])
    cron: str | None = "0 3 * * ? *"
    has_framework: bool = True
    manifest: dict[str, Any] = field(default_factory=dict)
    settings: dict[str, Any] = field(default_factory=dict)
    environment: str | None = None
    has_engine: bool = False
    builds: int = 0

    @property
    def place(self) -> Place:
        """Where it is deployed, read anew, as each command does."""
        self.root.mkdir(exist_ok=True)
        values = {"name": "demo", "display-name": "Demo", "version": 1, "runtime": THIS, **self.manifest}
        lines = ["[tool.biot-plugin]", *_lines_of(values), "[tool.biot-plugin.aws]", *_lines_of(self.settings)]
        if self.environment:
            lines += [f"[tool.biot-plugin.env.{self.environment}]"]
        (self.root / "pyproject.toml").write_text("\n".join(lines))
        plugin = Plugin.load(self.root, self.environment)
        place = Place(Destination(plugin, BASE_URL))
        place.__dict__["platform"] = self.platform
        place.__dict__["account"] = self.account
        return place

    @contextmanager
    def prepared(
        self, _plugin: Plugin, _builder: str | None = None, **_options: Any
    ) -> Iterator[tuple[Hooks, Package | Image | UnbuiltImage]]:
        """Return the hooks and the package or image, in place of checks and builds."""
        folder = self.root / "src"
        folder.mkdir(exist_ok=True)
        (folder / "index.py").write_text(self.code)
        content = zipped(folder)
        package = self.root / "demo.zip"
        package.write_bytes(content)
        subscriptions = {"interceptions": self.interceptions, "notifications": self.notifications}
        hooks = Hooks(subscriptions, self.cron, self.has_framework)
        digest = hashlib.sha256(self.code.encode()).hexdigest()
        if self.manifest.get("package") == "image":
            image = image_of(self.code)
            find: Callable[[UnbuiltImage], UnbuiltImage | None] = _options["find_present"]
            deployed = find(UnbuiltImage(image.content_hash, image.tag)) if self.has_engine else None
            self.builds += deployed is None
            yield hooks, deployed or image
            return
        yield (
            hooks,
            Package(
                path=package,
                sha256=hashlib.sha256(content).hexdigest(),
                content_hash=digest,
                size=len(content),
                unpacked_size=len(self.code),
                files=1,
                sbom=package,
                parts=(),
            ),
        )

    def deploy(self, *, dry_run: bool = False, adopt: bool = False) -> dict[str, Any]:
        return deployment.deploy(self.place, dry_run=dry_run, yes=True, adopt=adopt)


def _lines_of(values: Mapping[str, Any]) -> list[str]:
    from tests.scaffold.deployments import toml

    return [f"{name} = {toml(value)}" for name, value in values.items()]


def quick_plugin(folder: Path, monkeypatch: pytest.MonkeyPatch, account: Account | None = None) -> QuickPlugin:
    account = account or _account(os.environ.get("AWS_ENDPOINT_URL", ""))
    plugin = QuickPlugin(folder, MemoryPlatform(before_change=lambda _: None), account)
    monkeypatch.setattr(deployment, "prepared", plugin.prepared)
    return plugin


@cache
def _account(_: str) -> Account:
    """The account at a URL; its clients, which take long to make, are shared."""
    return Account()
