"""`[tool.biot-plugin.aws]`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from biot_plugin_cli.errors import InvalidPlugin
from biot_plugin_cli.manifest.aws_settings import AwsSettings
from biot_plugin_cli.plugin.repository import Plugin
from tests.scaffold.deployments import toml
from tests.scaffold.plugins import MANIFEST

ACCOUNT = "123456789012"
VALID: dict[str, Any] = {
    "region": "us-gov-west-1",
    "profile": "my profile",
    "function-name": "f" * 64,
    "tags": {"cost center": "a/b+c=d@e:f.g"},
    "subnets": ["subnet-0a1b2c3d"],
    "security-groups": ["sg-0a1b2c3d"],
    "kms-key": f"arn:aws:kms:eu-central-1:{ACCOUNT}:key/0a-1b",
    "log-retention": 365,
    "service-user": False,
    "service-user-role": "00000000-0000-0000-0000-000000000000",
    "key-store": "secrets-manager",
    "role-path": "/a/b/",
    "permissions-boundary": f"arn:aws:iam::{ACCOUNT}:policy/a/b",
}


def _load(folder: Path, table: dict[str, Any], environment: str | None = None, **of: Any) -> Plugin:
    lines = [f"{name} = {toml(value)}" for name, value in table.items()]
    more = [f"[tool.biot-plugin.env.{name}.aws]\n{key} = {toml(value)}" for name, (key, value) in of.items()]
    text = "\n".join([MANIFEST, "[tool.biot-plugin.aws]", *lines, *more])
    (folder / "pyproject.toml").write_text(text)
    return Plugin.load(folder, environment)


def test_all_that_can_be_set_is_read(tmp_path: Path) -> None:
    settings = AwsSettings.of(_load(tmp_path, VALID).manifest.aws)

    for name, value in VALID.items():
        assert getattr(settings, name.replace("-", "_")) == (tuple(value) if isinstance(value, list) else value)


def test_nothing_need_be_set(tmp_path: Path) -> None:
    settings = AwsSettings.of(_load(tmp_path, {}).manifest.aws)

    assert (settings.key_store, settings.service_user, settings.log_retention) == ("variable", True, 30)
    assert Plugin.load(tmp_path).manifest.target == "biot"


def test_an_environment_overrides_setting_by_setting(tmp_path: Path) -> None:
    plugin = _load(tmp_path, {"region": "eu-west-1", "log-retention": 7}, "prod", prod=("region", "eu-central-1"))

    assert plugin.manifest.aws == {"region": "eu-central-1", "log-retention": 7}


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("region", "Frankfurt"),
        ("region", ""),
        ("profile", " "),
        ("function-name", "f" * 65),
        ("function-name", "a b"),
        ("function-name", ""),
        ("role", f"arn:aws:iam::{ACCOUNT}:user/me"),
        ("role", "biot-demo"),
        ("role-path", "plugins"),
        ("permissions-boundary", "bound"),
        ("tags", {"aws:x": "y"}),
        ("tags", {"biot-plugin:owner": "me"}),
        ("tags", {"a": 1}),
        ("tags", {"a": "x" * 257}),
        ("tags", {"a": "<"}),
        ("tags", {f"a{number}": "" for number in range(41)}),
        ("tags", ["a"]),
        ("subnets", "subnet-1"),
        ("subnets", ["vpc-1"]),
        ("security-groups", ["sg-1"] * 6),
        ("kms-key", "alias/key"),
        ("log-retention", 31),
        ("log-retention", True),
        ("service-user", "no"),
        ("service-user-role", "admin"),
        ("key-store", "file"),
        ("unknown", 1),
    ],
)
def test_what_aws_refuses_is_refused_first(tmp_path: Path, key: str, value: Any) -> None:
    with pytest.raises(InvalidPlugin, match=rf"'{key}'.*: (make it|remove it)"):
        _load(tmp_path, {key: value})


@pytest.mark.parametrize(
    "table",
    [
        {"subnets": ["subnet-1"]},
        {"security-groups": ["sg-1"]},
        {"role": f"arn:aws:iam::{ACCOUNT}:role/r", "role-path": "/a/"},
        {"role": f"arn:aws:iam::{ACCOUNT}:role/r", "permissions-boundary": f"arn:aws:iam::{ACCOUNT}:policy/p"},
    ],
)
def test_settings_that_contradict_each_other_are_refused(tmp_path: Path, table: dict[str, Any]) -> None:
    with pytest.raises(InvalidPlugin, match=r"set both, or none|remove either"):
        _load(tmp_path, table)


def test_a_table_is_a_table(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text(MANIFEST + "aws = 1\n")

    with pytest.raises(InvalidPlugin, match="is not a table"):
        Plugin.load(tmp_path)


@pytest.mark.parametrize("line", ['target = "gcp"', "target = 1"])
def test_there_are_two_targets(tmp_path: Path, line: str) -> None:
    (tmp_path / "pyproject.toml").write_text(f"{MANIFEST}{line}\n")

    with pytest.raises(InvalidPlugin, match="'biot' or 'aws'"):
        Plugin.load(tmp_path)


@pytest.mark.parametrize(
    "line",
    [
        "timeout = 901",
        'runtime = "python2.9"',
        'environment = {_HANDLER = "x"}',
        'environment = {my-var = "x"}',
        'environment = {AWS_REGION = "x"}',
        'environment = {AWS_LAMBDA_RUNTIME_API = "x"}',
        f'environment = {{A1 = "{"x" * 4096}"}}',
    ],
)
def test_what_moto_accepts_and_aws_does_not_is_refused_first(tmp_path: Path, line: str) -> None:
    key = line.partition(" ")[0]
    others = [line for line in MANIFEST.splitlines() if not line.startswith(f"{key} ")]
    (tmp_path / "pyproject.toml").write_text("\n".join([*others, 'target = "aws"', line]))

    with pytest.raises(InvalidPlugin, match=key):
        Plugin.load(tmp_path)
