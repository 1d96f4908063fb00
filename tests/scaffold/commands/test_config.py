"""`biot-plugin config`: the JSON that the platform takes, field by field."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from biot_emulator.testing import Emulator
from biot_plugin_cli.deploy.configuration import unmentioned_fields
from biot_plugin_cli.hooks.discovery import Hooks
from biot_plugin_cli.plugin.repository import Plugin
from tests.scaffold.plugins import MANIFEST, THIS, make_plugin
from tests.scaffold.support import Program

SUBSCRIPTIONS = {
    "interceptions": [
        {"type": "PRE_REQUEST", "apiId": "POST/organization/v1/users/patients", "order": 5},
        {"type": "POST_REQUEST", "apiId": "GET/organization/v1/users/patients/{id}"},
        {"type": "ADAPT_ENTITY", "entityTypeName": "patient"},
    ],
    "notifications": [{"entityTypeName": "usage-session", "actionName": "_update", "templateName": "long"}],
}
LEAST = {
    "name": "demo",
    "displayName": "Demo",
    "version": 3,
    "deploymentPackageType": "ZIP",
    "runtime": THIS,
    "handler": "index.handler",
    "timeout": 10,
    "memorySize": 128,
    "ephemeralStorage": 512,
    "environmentVariables": {},
    "analyticsDbAccess": False,
    "subscriptions": SUBSCRIPTIONS,
    "cronSchedule": "0 18 ? * MON-FRI *",
}
MORE = """\
    handler = "index.main"
    memory-size = 256
    ephemeral-storage = 1024
    analytics-db-access = true
    interception-order = 7

    [tool.biot-plugin.environment]
    GREETING = "hello"
    LEVEL = "1"

    [tool.biot-plugin.cors]
    allow-origins = ["https://app.example.com"]
    expose-headers = ["etag"]

    [tool.biot-plugin.env.prod]
    base-url = "https://api.example.com"
    name = "demo-prod"
    timeout = 30
    environment = { LEVEL = "2" }
    cors = { allow-methods = ["GET"] }
"""


@pytest.fixture
def plugin(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return make_plugin(tmp_path)


def test_what_is_not_written_has_the_platforms_default(plugin: Path, biot_plugin: Program) -> None:
    shown = biot_plugin("config")

    assert (shown.exit_code, shown.err) == (0, "")
    assert shown.document == LEAST


def test_everything_that_is_written_is_sent(plugin: Path, biot_plugin: Program) -> None:
    (plugin / "pyproject.toml").write_text(MANIFEST + "\n".join(line.strip() for line in MORE.splitlines()))
    (plugin / "index.py").write_text((plugin / "index.py").read_text().replace("handler = ", "main = "))

    assert biot_plugin("config", "--json").document == {
        **LEAST,
        "handler": "index.main",
        "memorySize": 256,
        "ephemeralStorage": 1024,
        "analyticsDbAccess": True,
        "environmentVariables": {"GREETING": "hello", "LEVEL": "1"},
        "cors": {"allowOrigins": ["https://app.example.com"], "exposeHeaders": ["etag"]},
        "subscriptions": {"interceptionOrder": 7, **SUBSCRIPTIONS},
    }
    prod = biot_plugin("config", "--env", "prod").document
    assert (prod["name"], prod["timeout"], prod["memorySize"]) == ("demo-prod", 30, 256)
    assert prod["environmentVariables"] == {"GREETING": "hello", "LEVEL": "2"}
    assert prod["cors"]["allowMethods"] == ["GET"]
    assert "baseUrl" not in prod


@pytest.mark.slow
def test_the_platform_takes_it_as_it_is(plugin: Path, biot_plugin: Program, biot_emulator: Emulator) -> None:
    sent = biot_plugin("config").document

    made = biot_emulator.call("POST", "/settings/v2/plugins", form={"config": json.dumps(sent).encode()})

    assert made.status_code == 201, made.body
    subscriptions = {"interceptionOrder": 1, **sent["subscriptions"]}
    assert {name: made.body[name] for name in sent} == {**sent, "subscriptions": subscriptions}


def test_an_image_has_its_runtime_in_itself(plugin: Path, biot_plugin: Program) -> None:
    (plugin / "pyproject.toml").write_text(MANIFEST + 'package = "image"\n')

    shown = biot_plugin("config").document

    assert shown == {name: value for name, value in LEAST.items() if name not in ("runtime", "handler")} | {
        "deploymentPackageType": "IMAGE"
    }


def test_without_a_schedule_there_is_none(plugin: Path, biot_plugin: Program) -> None:
    (plugin / "index.py").write_text("from biot_plugin import Plugin\nhandler = Plugin().handler\n")

    shown = biot_plugin("config").document

    assert "cronSchedule" not in shown
    assert shown["subscriptions"] == {"interceptions": [], "notifications": []}


def test_of_a_plugin_without_the_framework_nothing_is_made_up(plugin: Path, biot_plugin: Program) -> None:
    (plugin / "index.py").write_text("def handler(event, context): ...\n")

    assert "subscriptions" not in biot_plugin("config").document


def test_a_plugin_that_cannot_be_imported_shows_where(plugin: Path, biot_plugin: Program) -> None:
    (plugin / "index.py").write_text("import os\n\nos.environ['NOT_THERE']\n")

    shown = biot_plugin("config")

    assert (shown.exit_code, shown.out) == (3, "")
    assert shown.err.startswith(
        "error: The plugin cannot be imported: KeyError: 'NOT_THERE'; the text below shows the traceback\n"
    )
    assert f'File "{plugin}/index.py", line 3' in shown.err


def test_an_environment_that_is_not_there_is_named(plugin: Path, biot_plugin: Program) -> None:
    shown = biot_plugin("config", "--env", "prod")

    assert shown.exit_code == 4
    assert "has no table [tool.biot-plugin.env.prod]" in shown.err


def test_an_update_knows_what_the_file_does_not_mention(plugin: Path) -> None:
    fields = {
        *("handler", "memorySize", "ephemeralStorage", "environmentVariables", "cors", "analyticsDbAccess"),
        "subscriptions.interceptionOrder",
    }
    manifest = Plugin.load(plugin).manifest
    assert unmentioned_fields(manifest, Hooks(SUBSCRIPTIONS, None, True)) == fields
    assert unmentioned_fields(manifest, Hooks(SUBSCRIPTIONS, None, False)) == {*fields, "cronSchedule"}
    (plugin / "pyproject.toml").write_text(f"{MANIFEST}interception-order = 7\n")
    written = unmentioned_fields(Plugin.load(plugin).manifest, Hooks(SUBSCRIPTIONS, None, True))
    assert written == fields - {"subscriptions.interceptionOrder"}


def test_for_an_account_of_ones_own_it_is_what_aws_and_the_dispatcher_get(plugin: Path, biot_plugin: Program) -> None:
    (plugin / "pyproject.toml").write_text(MANIFEST + 'target = "aws"\n\n[tool.biot-plugin.aws]\nlog-retention = 7\n')
    shown = biot_plugin("config").document

    assert shown == biot_plugin("config", "--target", "aws", "--json").document
    assert biot_plugin("config", "--target", "biot").document == LEAST
    function = shown["function"]
    assert (function["name"], function["timeout"], function["handler"]) == ("biot-demo", 10, "index.handler")
    assert (shown["logRetention"], shown["cronSchedule"]) == (7, LEAST["cronSchedule"])
    assert {"type": "ADAPT_ENTITY", "endpoint": "(the function URL)", "entityName": "patient"} in shown["subscriptions"]
    assert len(shown["subscriptions"]) == 4
    assert shown["serviceUser"] == {"name": "biot-demo", "keyStore": "variable"}
