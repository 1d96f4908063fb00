from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import zipfile
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import hcl2
import pytest

from biot_plugin_cli.export.hcl import Block, render
from biot_plugin_cli.export.terraform import render_terraform
from biot_plugin_cli.own_account.desired_state import DesiredState
from tests.scaffold.exported import EVERYTHING, HOSTILE, ROLE, SECRETS, desired_state, hostile_variables, variables_of
from tests.scaffold.moto_account import REGION, MotoAccount

CORS = {"allow-origins": ["https://a.example"], "allow-methods": ["GET", "POST"]}
MIRRORS = ("/opt/*", "/usr/local/share/terraform/plugins", "/usr/share/terraform/plugins")
PROVIDER = "registry.terraform.io/hashicorp/aws"
terraform = shutil.which("terraform")
needs_terraform = pytest.mark.skipif(terraform is None, reason="terraform is not installed")


def render_module(desired: DesiredState) -> dict[str, str]:
    return render_terraform(desired, variables_of(desired), "../dist/demo.zip")


def everything() -> dict[str, str]:
    return render_module(desired_state(environment={**hostile_variables(), **SECRETS}, aws=EVERYTHING, cors=CORS))


def resources(texts: Mapping[str, str]) -> dict[str, dict[str, Any]]:
    """The resources of a module, by type and name."""
    parsed = hcl2.loads(texts["main.tf"])["resource"]
    return {
        f"{kind.strip(chr(34))}.{name.strip(chr(34))}": body
        for item in parsed
        for kind, named in item.items()
        for name, body in named.items()
    }


def run(folder: Path, *arguments: str, mirror: Path | None = None) -> subprocess.CompletedProcess[str]:
    config = folder / ".terraformrc"
    method = f'filesystem_mirror {{ path = "{mirror}" }}' if mirror else ""
    config.write_text(f"provider_installation {{\n{method}\n}}\n")
    environment = {"PATH": os.environ["PATH"], "TF_CLI_CONFIG_FILE": str(config), "CHECKPOINT_DISABLE": "1"}
    return subprocess.run(
        [str(terraform), *arguments], cwd=folder, capture_output=True, text=True, env=environment, timeout=300
    )


@cache
def provider() -> tuple[Path, tuple[int, ...]] | None:
    """A folder that has the provider of AWS, and the newest version in it."""
    folders = [
        Path.home() / ".terraform.d/plugins",
        *(found for mirror in MIRRORS for found in Path("/").glob(mirror[1:])),
    ]
    versions = [
        (folder, tuple(map(int, entry.name.split("."))))
        for folder in folders
        if folder.joinpath(PROVIDER).is_dir()
        for entry in folder.joinpath(PROVIDER).iterdir()
        if re.fullmatch(r"\d+\.\d+\.\d+", entry.name)
    ]
    return max(versions, key=lambda item: item[1], default=None)


def suiting(texts: dict[str, str], version: tuple[int, ...]) -> dict[str, str]:
    """A module without the one argument that an older provider lacks; all others stay."""
    if version >= (6, 29):
        return texts
    main = re.sub(r" *invoked_via_function_url = true\n", "", texts["main.tf"])
    return {**texts, "main.tf": main, "versions.tf": texts["versions.tf"].replace(">= 6.29", ">= 5.0")}


def written(folder: Path, texts: Mapping[str, str]) -> Path:
    for name, text in texts.items():
        folder.joinpath(name).write_text(text)
    return folder


@pytest.mark.parametrize("name", ["main.tf", "variables.tf", "outputs.tf", "versions.tf"])
def test_each_file_is_valid_syntax(name: str) -> None:
    assert hcl2.loads(everything()[name])


def test_it_consists_of_what_deploy_makes() -> None:
    made = resources(render_module(desired_state()))

    assert set(made) == {
        "aws_cloudwatch_event_rule.schedule",
        "aws_cloudwatch_event_target.schedule",
        "aws_cloudwatch_log_group.plugin",
        "aws_iam_role.plugin",
        "aws_iam_role_policy.plugin",
        "aws_lambda_alias.live",
        "aws_lambda_function.plugin",
        "aws_lambda_function_url.plugin",
        "aws_lambda_permission.schedule",
        "aws_lambda_permission.url",
        "aws_lambda_permission.url_invoke",
    }
    assert made["aws_lambda_permission.url_invoke"]["invoked_via_function_url"] is True
    assert "aws_lambda_alias.live" in str(made["aws_lambda_permission.schedule"]["qualifier"])


def test_an_existing_role_is_used_and_no_schedule_made() -> None:
    made = resources(render_module(desired_state(aws={"role": ROLE}, cron=None)))

    assert ROLE in made["aws_lambda_function.plugin"]["role"]
    assert not any(name.startswith(("aws_iam", "aws_cloudwatch_event")) for name in made)


def test_no_secret_is_written() -> None:
    texts = everything()

    assert "hunter2" not in "".join(texts.values())
    declared = hcl2.loads(texts["variables.tf"])["variable"]
    sensitive = {name.strip('"') for item in declared for name, body in item.items() if body.get("sensitive")}
    assert sensitive == {
        "environment_api_key",
        "environment_database",
        "environment_settings",
        "service_user_secret_key",
    }


def test_deploy_does_not_take_the_resources_of_a_module_for_its_own() -> None:
    assert "biot-plugin:" not in "".join(everything().values())


def test_the_same_plugin_is_the_same_module() -> None:
    other = dict(reversed(hostile_variables().items()))

    assert render_module(desired_state(environment=hostile_variables())) == render_module(
        desired_state(environment=other)
    )


@needs_terraform
@pytest.mark.slow
def test_terraform_reads_every_text_back_as_it_was(tmp_path: Path) -> None:
    texts = [*HOSTILE, *("".join(pair) for pair in zip(HOSTILE, reversed(HOSTILE), strict=True))]
    written(tmp_path, {"main.tf": render([Block("output", ["texts"], [("value", texts)])])})

    for command in (("init",), ("apply", "-auto-approve")):
        done = run(tmp_path, *command, "-input=false", "-no-color")
        assert done.returncode == 0, done.stderr

    assert json.loads(run(tmp_path, "output", "-json").stdout)["texts"]["value"] == texts


@needs_terraform
@pytest.mark.slow
def test_terraform_would_format_nothing(tmp_path: Path) -> None:
    formatted = run(written(tmp_path, everything()), "fmt", "-check", "-diff")

    assert formatted.returncode == 0, formatted.stdout + formatted.stderr


@needs_terraform
@pytest.mark.slow
@pytest.mark.skipif(provider() is None, reason="the provider of AWS is not installed")
def test_terraform_finds_the_module_valid(tmp_path: Path) -> None:
    found = provider()
    assert found
    written(tmp_path, suiting(everything(), found[1]))
    begun = run(tmp_path, "init", "-input=false", "-no-color", mirror=found[0])
    assert begun.returncode == 0, begun.stderr

    validated = run(tmp_path, "validate", "-no-color", mirror=found[0])

    assert validated.returncode == 0, validated.stdout + validated.stderr


@pytest.mark.matrix
@needs_terraform
@pytest.mark.slow
@pytest.mark.skipif(provider() is None, reason="the provider of AWS is not installed")
@pytest.mark.long(20)
def test_terraform_makes_all_of_it_in_an_account(tmp_path: Path, aws: MotoAccount) -> None:
    found = provider()
    assert found
    texts = render_module(desired_state(environment=hostile_variables(), cors=CORS, aws={"service-user": False}))
    services = ("lambda", "iam", "cloudwatchlogs", "cloudwatchevents", "sts")
    endpoints = Block("endpoints", (), [(service, aws.url) for service in services])
    skipped = [(f"skip_{name}", True) for name in ("credentials_validation", "metadata_api_check")]
    keys = [("region", REGION), ("access_key", "x"), ("secret_key", "x")]
    account = render([Block("provider", ["aws"], [*keys, *skipped, ("skip_requesting_account_id", True), endpoints])])
    module = tmp_path / "module"
    module.mkdir()
    written(module, {**suiting(texts, found[1]), "account.tf": account})
    tmp_path.joinpath("dist").mkdir()
    with zipfile.ZipFile(tmp_path / "dist" / "demo.zip", "w") as archive:
        archive.writestr("index.py", "def handler(event, context):\n    return {}\n")

    for command in (("init",), ("apply", "-auto-approve")):
        done = run(module, *command, "-input=false", "-no-color", mirror=found[0])
        assert done.returncode == 0, done.stderr

    made = aws.client("lambda").get_function_configuration(FunctionName="biot-demo", Qualifier="live")
    variables = made["Environment"]["Variables"]
    assert {name: variables[name] for name in hostile_variables()} == hostile_variables()
    assert made["Version"] == "1"
    assert aws.leftovers()["rules"] == ["biot-demo"]
    assert {"biot-plugin-url", "biot-plugin-url-invoke", "biot-plugin-schedule"} <= {
        statement["Sid"] for statement in aws.policy_of("biot-demo")
    }
