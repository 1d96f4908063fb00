"""At no moment does the live version have a key of the service user that the platform does not accept."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from biot_emulator.testing import Emulator
from biot_plugin_cli.errors import OperationFailed
from tests.scaffold.cut_connection import cut_connection
from tests.scaffold.own_account.quick import quick_plugin
from tests.scaffold.own_account.sides import NAME, CutPlatform, login_of_live, prepare_sides

pytestmark = [pytest.mark.slow, pytest.mark.long(10)]

VARIABLE, SECRET = {"key-store": "variable"}, {"key-store": "secrets-manager"}
KEY = "arn:aws:kms:eu-central-1:123456789012:key/"
SERVICES = "/ums/v2/services"


@pytest.fixture
def sides(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, emulator: Emulator) -> Iterator[CutPlatform]:
    prepare_sides(monkeypatch)
    own = quick_plugin(tmp_path / "own", monkeypatch)
    with cut_connection(emulator.url) as connection:
        sides = CutPlatform(own, emulator, connection)
        sides.clear()
        yield sides


@pytest.fixture
def watched(sides: CutPlatform, emulator: Emulator) -> list[str]:
    """Look before each request to AWS, so after the one before, whether the live version can log in; list the looks."""
    looks = list[str]()
    checked = set[tuple[Any, int]]()

    def look(operation: str) -> None:
        login = _login(sides)
        if login is None:
            return
        looks.append(operation)
        assert _may_read_key(sides), looks
        # Only a request to the platform can make a key invalid.
        state = login, len(sides.connection.passed)
        if state not in checked:
            checked.add(state)
            body = {"id": login[0], "secretKey": login[1]}
            assert emulator.call("POST", f"{SERVICES}/accessToken", json=body).status_code == 200, looks

    sides.to_aws.watch = look
    return looks


def _login(sides: CutPlatform) -> tuple[str, str] | None:
    client = sides.aws.client("lambda")
    has_alias = client.list_functions()["Functions"] and client.list_aliases(FunctionName=NAME)["Aliases"]
    return login_of_live(sides.aws) if has_alias else None


def _may_read_key(sides: CutPlatform) -> bool:
    shown = sides.aws.client("lambda").get_function_configuration(FunctionName=NAME, Qualifier="live")
    policy = sides.aws.client("iam").get_role_policy(RoleName=NAME, PolicyName="biot-plugin")["PolicyDocument"]
    rights = {(item["Sid"], item["Resource"]) for item in policy["Statement"]}
    allowed = json.dumps(policy)
    if "BIOT_SERVICE_USER_SECRET_ARN" in shown["Environment"]["Variables"]:
        assert "secretsmanager:GetSecretValue" in allowed, rights
    return shown.get("KMSKeyArn", "") in allowed


def _deploy(sides: CutPlatform, settings: dict[str, Any]) -> int:
    sides.own.settings = settings
    sides.own.code += "#\n"
    version = sides.deploy()["version"]
    assert sides.deploy()["action"] == "none"
    return int(version)


def test_while_its_place_changes_and_while_versions_are_rolled_back(sides: CutPlatform, watched: list[str]) -> None:
    versions = [_deploy(sides, settings) for settings in (VARIABLE, SECRET, VARIABLE, SECRET, VARIABLE)]
    for version in (*versions[::-1], *versions):
        sides.roll_back(version)
        assert sides.own.account.lambda_functions.get_alias(FunctionName=NAME, Name="live")["FunctionVersion"] == str(
            version
        )
    assert len(watched) > 100


def test_while_keys_of_runs_that_were_cut_pile_up(sides: CutPlatform, watched: list[str], emulator: Emulator) -> None:
    for settings in (SECRET, VARIABLE):
        sides.clear()
        other = VARIABLE if settings is SECRET else SECRET
        _deploy(sides, other)
        [user] = [user for user in emulator.call("GET", SERVICES).body["data"] if user["name"] == NAME]
        assert emulator.call("POST", f"{SERVICES}/{user['id']}/secret-keys", json={}).status_code == 201
        _deploy(sides, settings)
        sides.roll_back(1)
    assert len(watched) > 50


def test_a_version_has_its_rights_as_long_as_it_is_live(sides: CutPlatform) -> None:
    rights = list[set[str]]()

    def look(operation: str) -> None:
        if operation == "UpdateAlias":
            policy = sides.aws.client("iam").get_role_policy(RoleName=NAME, PolicyName="biot-plugin")["PolicyDocument"]
            rights.append({statement["Resource"] for statement in policy["Statement"]})

    _deploy(sides, {**VARIABLE, "subnets": ["subnet-1"], "security-groups": ["sg-1"]})
    sides.to_aws.watch = look
    _deploy(sides, SECRET)
    [resources] = rights
    assert "*" in resources and len(resources) == 3
    policy = sides.aws.client("iam").get_role_policy(RoleName=NAME, PolicyName="biot-plugin")["PolicyDocument"]
    assert [statement["Sid"] for statement in policy["Statement"]] == ["WriteOwnLogs", "ReadOwnSecret"]


def test_a_secret_goes_with_the_last_version_that_reads_it(sides: CutPlatform, watched: list[str]) -> None:
    _deploy(sides, SECRET)
    sides.own.settings = VARIABLE
    for number in range(1, 6):
        assert sides.aws.leftovers()["secrets"], number
        sides.own.code += "#\n"
        sides.deploy()
    assert sides.aws.leftovers()["secrets"] == []
    assert sides.deploy()["action"] == "none"
    [statement] = sides.aws.client("iam").get_role_policy(RoleName=NAME, PolicyName="biot-plugin")["PolicyDocument"][
        "Statement"
    ]
    assert statement["Sid"] == "WriteOwnLogs"


@pytest.mark.parametrize("settings", [VARIABLE, SECRET])
def test_a_key_that_was_deleted_by_hand_is_in_the_plan(
    sides: CutPlatform, emulator: Emulator, settings: dict[str, Any]
) -> None:
    _deploy(sides, settings)
    [user] = [user for user in emulator.call("GET", SERVICES).body["data"] if user["name"] == NAME]
    for key in emulator.call("GET", f"{SERVICES}/{user['id']}").body["secretKeys"]:
        emulator.call("DELETE", f"{SERVICES}/{user['id']}/secret-keys/{key['id']}")
    with pytest.raises(OperationFailed, match="check out the older code and deploy it"):
        sides.own.code += "#\n"
        _make_two_versions(sides)
    document = sides.deploy()
    assert f"service user {NAME} on the platform" in {step["resource"] for step in document["steps"]}
    body = dict(zip(("id", "secretKey"), login_of_live(sides.aws) or (), strict=True))
    assert emulator.call("POST", f"{SERVICES}/accessToken", json=body).status_code == 200


def _make_two_versions(sides: CutPlatform) -> None:
    """Publish another version, past the deployment, and roll back to the one before."""
    client = sides.aws.client("lambda")
    client.update_function_configuration(FunctionName=NAME, Timeout=9)
    version = client.publish_version(FunctionName=NAME)["Version"]
    client.update_alias(FunctionName=NAME, Name="live", FunctionVersion=version)
    try:
        sides.roll_back(1)
    finally:
        assert client.get_alias(FunctionName=NAME, Name="live")["FunctionVersion"] == version


def test_a_value_that_somebody_has_put_into_the_secret_is_replaced(sides: CutPlatform) -> None:
    _deploy(sides, SECRET)
    sides.aws.client("secretsmanager").put_secret_value(SecretId=f"{NAME}/service-user", SecretString="theirs")
    assert sides.deploy()["action"] == "update"
    assert login_of_live(sides.aws)
    assert sides.deploy()["action"] == "none"


def test_what_somebody_has_changed_of_the_secret_is_in_the_plan(sides: CutPlatform) -> None:
    settings = {**SECRET, "tags": {"cost": "1"}}
    _deploy(sides, settings)
    client = sides.aws.client("secretsmanager")
    client.tag_resource(SecretId=f"{NAME}/service-user", Tags=[{"Key": "cost", "Value": "2"}])
    client.update_secret(SecretId=f"{NAME}/service-user", KmsKeyId=f"{KEY}theirs")
    changed = {(change["resource"], change["field"]) for change in sides.deploy()["changes"]}
    assert changed == {(f"secret {NAME}/service-user", "kmsKey"), (f"secret {NAME}/service-user", "tags.cost")}
    assert sides.deploy()["action"] == "none"
