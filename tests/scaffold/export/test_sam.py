from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from biot_plugin_cli.errors import InvalidPlugin
from biot_plugin_cli.export.sam import render_sam
from biot_plugin_cli.own_account.desired_state import DesiredState
from tests.scaffold.exported import EVERYTHING, KEY, ROLE, SECRETS, desired_state, hostile_variables, variables_of
from tests.scaffold.packages import UV, UV_CACHE
from tests.scaffold.support import program_file

CORS = {"allow-origins": ["https://a.example"], "allow-methods": ["GET", "POST"], "allow-headers": []}
# What SAM itself does with a template; the zip file is in a bucket by then.
TRANSFORM = """
import boto3, json, sys, yaml
from samtranslator.parser.parser import Parser
from samtranslator.translator.translator import Translator
template = yaml.safe_load(sys.stdin)
template["Resources"]["Function"]["Properties"]["CodeUri"] = "s3://bucket/key"
session = boto3.Session("x", "x", region_name="eu-central-1")
print(json.dumps(Translator({}, Parser(), None, session).translate(template, {})))
"""


def render(desired: DesiredState) -> str:
    return render_sam(desired, variables_of(desired), "dist/demo.zip")


def template(**settings: Any) -> dict[str, Any]:
    document: dict[str, Any] = yaml.safe_load(render(desired_state(**settings)))
    return document


def function(document: dict[str, Any]) -> dict[str, Any]:
    properties: dict[str, Any] = document["Resources"]["Function"]["Properties"]
    return properties


@pytest.fixture
def everything() -> str:
    return render(desired_state(environment={**hostile_variables(), **SECRETS}, aws=EVERYTHING, cors=CORS))


def test_every_text_is_read_back_as_it_was(everything: str) -> None:
    written = function(yaml.safe_load(everything))["Environment"]["Variables"]

    assert {name: written[name] for name in hostile_variables()} == hostile_variables()


def test_no_secret_is_written(everything: str) -> None:
    document = yaml.safe_load(everything)

    assert "hunter2" not in everything
    hidden = {name for name, item in document["Parameters"].items() if item.get("NoEcho")}
    assert hidden == {"EnvironmentApiKey", "EnvironmentDatabase", "EnvironmentSettings", "ServiceUserSecretKey"}
    assert not any("Default" in document["Parameters"][name] for name in hidden)
    assert function(document)["Environment"]["Variables"]["API_KEY"] == {"Ref": "EnvironmentApiKey"}


def test_the_settings_of_the_account_are_in_it(everything: str) -> None:
    document = yaml.safe_load(everything)
    properties, role = function(document), document["Resources"]["Role"]["Properties"]

    assert properties["KmsKeyArn"] == KEY
    assert properties["VpcConfig"]["SubnetIds"] == EVERYTHING["subnets"]
    assert properties["FunctionUrlConfig"]["Cors"] == {
        "AllowOrigins": ["https://a.example"],
        "AllowMethods": ["GET", "POST"],
    }
    assert role["Path"] == "/plugins/"
    statements = role["Policies"][0]["PolicyDocument"]["Statement"]
    assert [item["Sid"] for item in statements] == ["WriteOwnLogs", "UseOwnKey", "ConnectToVpc"]


def test_an_existing_role_is_used() -> None:
    document = template(aws={"role": ROLE})

    assert function(document)["Role"] == ROLE
    assert "Role" not in document["Resources"]


def test_the_role_may_read_the_secret_that_is_passed() -> None:
    document = template(aws={"key-store": "secrets-manager"})

    statements = document["Resources"]["Role"]["Properties"]["Policies"][0]["PolicyDocument"]["Statement"]
    assert {"Fn::Sub": "${ServiceUserSecretArn}"} in [item["Resource"] for item in statements]


def test_deploy_does_not_take_the_resources_of_a_stack_for_its_own() -> None:
    assert "biot-plugin:" not in render(desired_state())


def test_a_plugin_without_a_schedule_has_none() -> None:
    assert "Events" not in function(template(cron=None))


def test_the_same_plugin_is_the_same_template() -> None:
    variables = hostile_variables()
    other = dict(reversed(variables.items()))

    assert render(desired_state(environment=variables)) == render(desired_state(environment=other))


@pytest.mark.parametrize("place", ["environment", "display-name"])
def test_what_cloud_formation_would_replace_is_refused(place: str) -> None:
    text = "{{resolve:ssm:/x}}"
    settings: dict[str, Any] = {"environment": {"TEXT": text}} if place == "environment" else {place: text}

    with pytest.raises(InvalidPlugin, match="CloudFormation would replace"):
        render(desired_state(**settings))


@pytest.mark.sampled(4)
@pytest.mark.slow
@pytest.mark.parametrize("settings", [{}, {"aws": EVERYTHING}, {"aws": {"role": ROLE, "service-user": False}}])
def test_the_linter_of_cloud_formation_finds_nothing(settings: dict[str, Any], tmp_path: Path) -> None:
    file = tmp_path / "template.yaml"
    file.write_text(render(desired_state(environment={**hostile_variables(), **SECRETS}, cors=CORS, **settings)))

    checked = subprocess.run(
        [program_file("cfn-lint"), "--non-zero-exit-code", "warning", file], capture_output=True, text=True
    )

    assert checked.returncode == 0, checked.stdout + checked.stderr


@pytest.mark.slow
def test_sam_makes_what_deploy_makes(everything: str) -> None:
    command = [str(UV), "run", "--quiet", "--no-project", "--python", sys.executable, "--with", "aws-sam-translator"]
    environment = {**os.environ, "AWS_DEFAULT_REGION": "eu-central-1", "UV_CACHE_DIR": UV_CACHE}
    ran = subprocess.run(
        [*command, "--with", "pyyaml", "python", "-c", TRANSFORM],
        input=everything,
        capture_output=True,
        text=True,
        env=environment,
    )
    if ran.returncode and "samtranslator" not in ran.stderr:
        pytest.skip(f"aws-sam-translator cannot be installed: {ran.stderr[-200:]}")

    assert ran.returncode == 0, ran.stderr
    resources = json.loads(ran.stdout)["Resources"].values()
    made = {item["Type"]: item["Properties"] for item in resources}
    permissions = [item["Properties"] for item in resources if item["Type"] == "AWS::Lambda::Permission"]
    assert made["AWS::Lambda::Alias"]["Name"] == "live"
    assert made["AWS::Lambda::Url"]["AuthType"] == "NONE"
    assert made["AWS::Events::Rule"]["ScheduleExpression"] == "cron(0 3 * * ? *)"
    assert [(item["Action"], item["Principal"]) for item in permissions] == [
        ("lambda:InvokeFunctionUrl", "*"),
        ("lambda:InvokeFunction", "*"),
        ("lambda:InvokeFunction", "events.amazonaws.com"),
    ]
    assert permissions[1]["InvokedViaFunctionUrl"] is True
    assert {json.dumps(item["FunctionName"]) for item in permissions} == {'{"Ref": "FunctionAliaslive"}'}
    written = made["AWS::Lambda::Function"]["Environment"]["Variables"]
    assert {name: written[name] for name in hostile_variables()} == hostile_variables()
