"""From a plugin to a function of one's own account, against an account that moto keeps."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import pytest

from biot_plugin_cli.aws.function.lifecycle import find_function
from biot_plugin_cli.aws.function.state import FunctionState
from biot_plugin_cli.aws.function.url import FunctionUrl, find_url
from biot_plugin_cli.deploy.older.selection import RollbackChoice
from biot_plugin_cli.errors import InvalidPlugin, OperationFailed
from biot_plugin_cli.own_account import actual_state, deployment
from biot_plugin_cli.own_account.deletion import delete
from biot_plugin_cli.own_account.hook_record import decode_hooks
from biot_plugin_cli.own_account.rollback import roll_back
from biot_plugin_cli.own_account.status import list_plugins, show_status
from biot_plugin_cli.own_account.steps import address
from biot_plugin_cli.own_account.switch import set_state
from biot_plugin_cli.package.built import Package
from tests.scaffold.moto_account import ACCOUNT, REGION, MotoAccount
from tests.scaffold.own_account.memory_account import MemoryAccount
from tests.scaffold.own_account.quick import BASE_URL, CREATED, PATIENTS, THEIR_SUBSCRIPTION, THEIRS, QuickPlugin

NAME = "biot-demo"
ALIAS_ARN = f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:{NAME}:live"
RULE_ARN = f"arn:aws:events:{REGION}:{ACCOUNT}:rule/{NAME}"
LOG_GROUP = f"/aws/lambda/{NAME}"
_EVERYTHING: dict[str, Any] = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}],
}
_TAG = {"Key": "cost", "Value": "8"}
_OTHER_ARN = f"arn:aws:sqs:{REGION}:{ACCOUNT}:theirs"
TAGS = {"biot-plugin:owner": "biot-plugin-cli", "biot-plugin:plugin": "demo"}


@pytest.fixture
def aws(memory_aws: MemoryAccount) -> MotoAccount:
    return memory_aws


def function(aws: MotoAccount, version: str | None = None) -> dict[str, Any]:
    qualifier = {"Qualifier": version} if version else {}
    shown: dict[str, Any] = aws.client("lambda").get_function_configuration(FunctionName=NAME, **qualifier)
    return shown


def alias(aws: MotoAccount) -> str:
    return str(aws.client("lambda").get_alias(FunctionName=NAME, Name="live")["FunctionVersion"])


def fields(document: dict[str, Any]) -> set[tuple[str, str]]:
    return {(change["resource"], change["field"]) for change in document["changes"]}


def test_everything_is_made_and_nothing_twice(own: QuickPlugin, aws: MotoAccount) -> None:
    planned = own.deploy(dry_run=True)
    assert not any(aws.leftovers().values())
    document = own.deploy()
    assert document["steps"] == planned["steps"]
    assert (document["action"], document["version"], document["versionBefore"]) == ("create", 1, None)
    assert aws.leftovers() == {
        "functions": [NAME],
        "roles": [NAME],
        "log groups": [LOG_GROUP],
        "rules": [NAME],
        "secrets": [],
        "repositories": [],
    }
    url = document["endpointUrl"]
    assert own.platform.subscribed == {
        url: {"PRE_REQUEST POST/organization/v1/users/patients, order 5", "NOTIFICATION patient _create"}
    }
    own.platform.before_change = _refuse
    again = own.deploy()
    assert (again["action"], again["steps"], again["endpointUrl"]) == ("none", [], url)


def _refuse(_: str) -> None:
    raise AssertionError("nothing is to be changed")


def test_the_function_is_what_the_manifest_says(own: QuickPlugin, aws: MotoAccount) -> None:
    own.manifest = {
        "memory-size": 512,
        "timeout": 7,
        "ephemeral-storage": 1024,
        "handler": "index.handler",
        "environment": {"GREETING": "hello"},
        "cors": {"allow-origins": ["https://b.example", "https://a.example"], "allow-methods": ["GET"]},
    }
    own.settings = {"tags": {"cost": "7"}, "log-retention": 90}
    own.environment = None
    own.deploy()
    shown = function(aws)
    assert (shown["Runtime"], shown["Handler"], shown["Architectures"]) == (
        own.place.plugin.manifest.runtime,
        "index.handler",
        ["x86_64"],
    )
    assert (shown["Timeout"], shown["MemorySize"], shown["EphemeralStorage"]) == (7, 512, {"Size": 1024})
    variables = shown["Environment"]["Variables"]
    assert variables["BIOT_BASE_URL"] == BASE_URL
    assert (variables["GREETING"], variables["BIOT_APP_NAME"]) == ("hello", "Demo")
    assert variables["BIOT_SERVICE_USER_ID"] == own.platform.users[NAME]
    assert variables["BIOT_SERVICE_USER_SECRET_KEY"] == f"key-1-of-{own.platform.users[NAME]}"
    assert decode_hooks(variables["PLUGIN_HOOKS"]) == {
        "interceptions": [PATIENTS],
        "notifications": [CREATED],
        "cronSchedule": own.cron,
    }
    client = aws.client("lambda")
    zipped = (own.root / "demo.zip").read_bytes()
    assert shown["CodeSha256"] == base64.b64encode(hashlib.sha256(zipped).digest()).decode()
    url = client.get_function_url_config(FunctionName=NAME, Qualifier="live")
    assert url["AuthType"] == "NONE"
    assert url["Cors"] == {
        "AllowOrigins": ["https://a.example", "https://b.example"],
        "AllowMethods": ["GET"],
    }
    tags = client.get_function(FunctionName=NAME)["Tags"]
    assert tags.items() >= {**TAGS, "cost": "7"}.items()
    [group] = aws.client("logs").describe_log_groups()["logGroups"]
    assert group["retentionInDays"] == 90
    assert own.deploy()["action"] == "none"


def test_the_role_may_write_its_own_logs_and_nothing_else(own: QuickPlugin, aws: MotoAccount) -> None:
    own.deploy()
    iam = aws.client("iam")
    role = iam.get_role(RoleName=NAME)["Role"]
    assert iam.list_role_policies(RoleName=NAME)["PolicyNames"] == ["biot-plugin"]
    assert not iam.list_attached_role_policies(RoleName=NAME)["AttachedPolicies"]
    [statement] = iam.get_role_policy(RoleName=NAME, PolicyName="biot-plugin")["PolicyDocument"]["Statement"]
    assert statement["Action"] == ["logs:CreateLogStream", "logs:PutLogEvents"]
    assert statement["Resource"] == f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:{LOG_GROUP}:*"
    [trust] = role["AssumeRolePolicyDocument"]["Statement"]
    assert (trust["Action"], trust["Principal"]) == ("sts:AssumeRole", {"Service": "lambda.amazonaws.com"})
    assert function(aws)["Role"] == role["Arn"]


def test_only_the_url_and_the_own_schedule_may_call_the_alias(own: QuickPlugin, aws: MotoAccount) -> None:
    own.deploy()
    statements = {statement["Sid"]: statement for statement in aws.policy_of(NAME)}
    assert {statement["Resource"] for statement in statements.values()} == {ALIAS_ARN}
    url, through_url, schedule = (statements[f"biot-plugin-{name}"] for name in ("url", "url-invoke", "schedule"))
    assert (url["Action"], url["Principal"], url["FunctionUrlAuthType"]) == ("lambda:InvokeFunctionUrl", "*", "NONE")
    # Without the condition, everybody could invoke the function past the URL.
    assert (through_url["Action"], through_url["InvokedViaFunctionUrl"]) == ("lambda:InvokeFunction", True)
    assert schedule["Principal"] == {"Service": "events.amazonaws.com"}
    assert schedule["Condition"] == {"ArnLike": {"AWS:SourceArn": RULE_ARN}}


def test_the_schedule_calls_the_alias(own: QuickPlugin, aws: MotoAccount) -> None:
    own.deploy()
    events = aws.client("events")
    rule = events.describe_rule(Name=NAME)
    assert (rule["ScheduleExpression"], rule["State"]) == ("cron(0 3 * * ? *)", "ENABLED")
    assert [target["Arn"] for target in events.list_targets_by_rule(Rule=NAME)["Targets"]] == [ALIAS_ARN]
    own.cron = "0 4 * * ? *"
    assert (f"schedule {NAME}", "cron") in fields(own.deploy())
    assert events.describe_rule(Name=NAME)["ScheduleExpression"] == "cron(0 4 * * ? *)"
    own.cron = None
    own.deploy()
    assert aws.leftovers()["rules"] == []
    assert {statement["Sid"] for statement in aws.policy_of(NAME)} == {"biot-plugin-url", "biot-plugin-url-invoke"}
    assert own.deploy()["action"] == "none"


def test_a_change_is_a_new_version_that_the_alias_calls(own: QuickPlugin, aws: MotoAccount) -> None:
    url = own.deploy()["endpointUrl"]
    own.code = own.code.replace("1", "2")
    document = own.deploy()
    assert (document["action"], document["version"], document["versionBefore"]) == ("update", 2, 1)
    assert (document["codeChanged"], document["endpointUrl"]) == (True, url)
    assert function(aws, "live")["CodeSha256"] == function(aws)["CodeSha256"]
    own.manifest = {"memory-size": 256}
    document = own.deploy()
    assert (document["codeChanged"], document["version"]) == (False, 3)
    assert {"before": 128, "after": 256}.items() <= document["changes"][0].items()
    assert (alias(aws), function(aws, "live")["MemorySize"]) == ("3", 256)


def test_the_same_files_in_other_bytes_are_no_change(own: QuickPlugin, monkeypatch: pytest.MonkeyPatch) -> None:
    own.deploy()

    @contextmanager
    def otherwise_compressed(*arguments: Any, **options: Any) -> Iterator[Any]:
        with own.prepared(*arguments, **options) as (hooks, package):
            assert isinstance(package, Package)
            content = package.path.read_bytes() + b"\0"
            package.path.write_bytes(content)
            yield hooks, package._replace(sha256=hashlib.sha256(content).hexdigest())

    monkeypatch.setattr(deployment, "prepared", otherwise_compressed)
    assert own.deploy()["action"] == "none"


def test_a_hook_that_is_gone_is_unsubscribed_before_the_code_that_lacks_it_is_live(
    own: QuickPlugin, aws: MotoAccount
) -> None:
    url = own.deploy()["endpointUrl"]
    own.platform.subscriptions[THEIRS] = (THEIR_SUBSCRIPTION,)
    own.notifications, own.interceptions = [], [{**PATIENTS, "order": 6}]
    live = list[str]()
    own.platform.before_change = lambda _: live.append(alias(aws))
    own.deploy()
    assert live == ["1", "2"]
    assert own.platform.subscribed == {
        url: {"PRE_REQUEST POST/organization/v1/users/patients, order 6"},
        THEIRS: {"NOTIFICATION patient _create"},
    }


@pytest.mark.sampled(3)
@pytest.mark.parametrize(
    ("change", "resource", "field"),
    [
        (lambda aws: _configure(aws, Timeout=9), f"function {NAME}", "timeout"),
        (lambda aws: _configure(aws, MemorySize=1024), f"function {NAME}", "memorySize"),
        (lambda aws: _configure(aws, Handler="x.y"), f"function {NAME}", "handler"),
        (
            lambda aws: _edit(aws, BIOT_BASE_URL="https://evil"),
            f"function {NAME}",
            "environmentVariables.BIOT_BASE_URL",
        ),
        (lambda aws: _edit(aws, PLUGIN_HOOKS="x"), f"function {NAME}", "hooks"),
        (
            lambda aws: aws.client("lambda").update_function_code(FunctionName=NAME, ZipFile=b"other"),
            f"function {NAME}",
            "code",
        ),
        (
            lambda aws: aws.client("iam").put_role_policy(
                RoleName=NAME, PolicyName="biot-plugin", PolicyDocument=json.dumps(_EVERYTHING)
            ),
            f"role {NAME}",
            "mayDo",
        ),
        (
            lambda aws: aws.client("logs").delete_retention_policy(logGroupName=LOG_GROUP),
            f"log group {LOG_GROUP}",
            "retentionDays",
        ),
        (lambda aws: aws.client("events").disable_rule(Name=NAME), f"schedule {NAME}", "state"),
        (
            lambda aws: aws.client("events").remove_targets(Rule=NAME, Ids=["biot-plugin"]),
            f"schedule {NAME}",
            "target",
        ),
        (
            lambda aws: aws.client("lambda").remove_permission(FunctionName=NAME, StatementId="biot-plugin-url-invoke"),
            "permissions of the alias live",
            "lambda:InvokeFunction",
        ),
        (
            lambda aws: aws.client("lambda").update_function_url_config(FunctionName=NAME, AuthType="AWS_IAM"),
            "function URL",
            "authType",
        ),
        (lambda aws: aws.client("lambda").delete_function_url_config(FunctionName=NAME), "function URL", "authType"),
        (lambda aws: aws.client("lambda").delete_alias(FunctionName=NAME, Name="live"), "alias live", "version"),
        (lambda aws: aws.client("logs").delete_log_group(logGroupName=LOG_GROUP), f"log group {LOG_GROUP}", "tags"),
        (
            lambda aws: aws.client("events").tag_resource(ResourceARN=RULE_ARN, Tags=[_TAG]),
            f"schedule {NAME}",
            "tags.cost",
        ),
        (
            lambda aws: aws.client("iam").put_role_policy(
                RoleName=NAME, PolicyName="theirs", PolicyDocument=json.dumps(_EVERYTHING)
            ),
            f"role {NAME}",
            "otherPolicies",
        ),
        (lambda aws: _attach(aws), f"role {NAME}", "otherPolicies"),
        (
            lambda aws: aws.client("iam").update_assume_role_policy(
                RoleName=NAME, PolicyDocument=json.dumps(_trust({"AWS": "arn:aws:iam::210987654321:root"}))
            ),
            f"role {NAME}",
            "assumedBy",
        ),
        (
            lambda aws: aws.client("iam").update_assume_role_policy(
                RoleName=NAME,
                PolicyDocument=json.dumps(
                    _trust({"Service": "lambda.amazonaws.com"}, Condition={"Bool": {"aws:SecureTransport": "false"}})
                ),
            ),
            f"role {NAME}",
            "assumedBy",
        ),
        (
            lambda aws: aws.client("iam").untag_role(RoleName=NAME, TagKeys=["cost"]),
            f"role {NAME}",
            "tags.cost",
        ),
        (lambda aws: _split(aws), "alias live", "otherCalls"),
        (
            lambda aws: aws.client("lambda").add_permission(
                FunctionName=NAME,
                Qualifier="live",
                StatementId="theirs",
                Action="lambda:InvokeFunction",
                Principal="210987654321",
            ),
            "permissions that were added by hand",
            "lambda:InvokeFunction",
        ),
        (
            lambda aws: aws.client("lambda").add_permission(
                FunctionName=NAME, StatementId="theirs", Action="lambda:InvokeFunction", Principal="*"
            ),
            "permissions that were added by hand",
            "lambda:InvokeFunction",
        ),
        (
            lambda aws: aws.client("lambda").update_function_url_config(
                FunctionName=NAME, Cors={"AllowOrigins": ["https://evil.example"]}
            ),
            "function URL",
            "cors.allow-origins",
        ),
        (
            lambda aws: aws.client("lambda").update_function_url_config(
                FunctionName=NAME, Cors={"AllowCredentials": True, "MaxAge": 5}
            ),
            "function URL",
            "AllowCredentials",
        ),
        (
            lambda aws: aws.client("events").put_targets(Rule=NAME, Targets=[{"Id": "theirs", "Arn": _OTHER_ARN}]),
            f"schedule {NAME}",
            "otherTargets",
        ),
        (
            lambda aws: aws.client("events").put_targets(
                Rule=NAME, Targets=[{"Id": "biot-plugin", "Arn": ALIAS_ARN, "Input": "{}"}]
            ),
            f"schedule {NAME}",
            "target",
        ),
        (
            lambda aws: aws.client("events").put_rule(Name=NAME, ScheduleExpression="rate(5 minutes)"),
            f"schedule {NAME}",
            "cron",
        ),
        (
            lambda aws: aws.client("logs").put_retention_policy(logGroupName=LOG_GROUP, retentionInDays=1),
            f"log group {LOG_GROUP}",
            "retentionDays",
        ),
        (lambda aws: _add_layer(aws), f"function {NAME}", "layers"),
        (
            lambda aws: aws.client("lambda").untag_resource(Resource=ALIAS_ARN[: -len(":live")], TagKeys=["cost"]),
            f"function {NAME}",
            "tags.cost",
        ),
    ],
)
def test_what_was_changed_by_hand_is_in_the_plan_and_set_right(
    own: QuickPlugin, aws: MotoAccount, change: Any, resource: str, field: str
) -> None:
    own.settings = {"tags": {"cost": "7"}}
    own.deploy()
    change(aws)
    plan = own.deploy(dry_run=True)
    assert (resource, field) in fields(plan)
    assert fields(own.deploy()) == fields(plan)
    assert own.deploy()["action"] == "none"


def _configure(aws: MotoAccount, **changes: Any) -> None:
    aws.client("lambda").update_function_configuration(FunctionName=NAME, **changes)


def _attach(aws: MotoAccount) -> None:
    policy = aws.client("iam").create_policy(PolicyName="theirs", PolicyDocument=json.dumps(_EVERYTHING))["Policy"]
    aws.client("iam").attach_role_policy(RoleName=NAME, PolicyArn=policy["Arn"])


def _trust(principal: dict[str, str], **more: Any) -> dict[str, Any]:
    statement = {"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole", **more}
    return {"Version": "2012-10-17", "Statement": [statement]}


def _split(aws: MotoAccount) -> None:
    client = aws.client("lambda")
    _configure(aws, Timeout=50)
    version = client.publish_version(FunctionName=NAME)["Version"]
    _configure(aws, Timeout=60)
    client.update_alias(FunctionName=NAME, Name="live", RoutingConfig={"AdditionalVersionWeights": {version: 0.25}})


def _add_layer(aws: MotoAccount) -> None:
    layer = aws.client("lambda").publish_layer_version(LayerName="theirs", Content={"ZipFile": b"x"})
    _configure(aws, Layers=[layer["LayerVersionArn"]])


def test_a_reserved_concurrency_is_said_and_stays(
    own: QuickPlugin, aws: MotoAccount, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    own.deploy()
    assert (own.deploy()["reservedConcurrency"], show_status(own.place)["reservedConcurrency"]) == (None, None)
    aws.client("lambda").put_function_concurrency(FunctionName=NAME, ReservedConcurrentExecutions=5)
    document = own.deploy()
    assert (document["action"], document["reservedConcurrency"]) == ("none", 5)
    assert show_status(own.place)["reservedConcurrency"] == 5
    assert "warning" not in capsys.readouterr().err
    # moto does not show a reservation of nothing.
    monkeypatch.setattr(actual_state, "find_function", lambda *of: _throttled(find_function(*of)))
    document = own.deploy()
    assert (document["action"], document["reservedConcurrency"]) == ("none", 0)
    assert "reserved concurrency of biot-demo is 0, so AWS refuses every call" in capsys.readouterr().err


def test_a_url_past_the_alias_is_taken_away(
    own: QuickPlugin, aws: MotoAccount, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = own.deploy()["endpointUrl"]
    deleted = list[str | None]()
    # moto has one URL for a function and its aliases.
    others = {None: FunctionUrl("https://other.lambda-url.eu-central-1.on.aws/")}
    monkeypatch.setattr(actual_state, "find_url", lambda *of: others.get(of[2]) or find_url(*of))
    monkeypatch.setattr(address, "delete_url", lambda *of: deleted.append(of[2]))
    document = own.deploy()
    assert fields(document) == {("function URL past the alias", "address")}
    assert (document["endpointUrl"], deleted) == (url, [None])


def _throttled(state: FunctionState | None) -> FunctionState | None:
    return replace(state, concurrency=0) if state else None


def test_a_role_of_somebody_else_is_never_touched(own: QuickPlugin, aws: MotoAccount) -> None:
    iam = aws.client("iam")
    own.settings = {"role": iam.create_role(RoleName="given", AssumeRolePolicyDocument="{}")["Role"]["Arn"]}
    iam.put_role_policy(RoleName="given", PolicyName="theirs", PolicyDocument=json.dumps(_EVERYTHING))
    own.deploy()
    own.code += "\n"
    own.deploy()
    delete(own.place, None, yes=True)
    assert iam.list_role_policies(RoleName="given")["PolicyNames"] == ["theirs"]
    assert iam.get_role(RoleName="given")["Role"]["AssumeRolePolicyDocument"] == {}


def _edit(aws: MotoAccount, **variables: str) -> None:
    environment = function(aws)["Environment"]["Variables"]
    _configure(aws, Environment={"Variables": {**environment, **variables}})


def test_variables_of_others_stay_and_are_never_shown(own: QuickPlugin, aws: MotoAccount) -> None:
    own.deploy()
    _edit(aws, THEIRS="a secret of theirs")
    own.manifest = {"timeout": 5}
    document = own.deploy()
    assert document["otherVariables"] == ["THEIRS"]
    assert function(aws)["Environment"]["Variables"]["THEIRS"] == "a secret of theirs"
    shown = json.dumps([document, show_status(own.place)])
    assert "a secret of theirs" not in shown
    assert "key-1-of" not in shown


def test_disabled_is_not_called_and_keeps_its_address(own: QuickPlugin, aws: MotoAccount) -> None:
    url = own.deploy()["endpointUrl"]
    subscribed = dict(own.platform.subscriptions)
    for is_changed in (True, False):
        document, changed = set_state(own.place, "DISABLED")
        assert (document["enabledState"], changed) == ("DISABLED", is_changed)
    assert own.platform.subscriptions == {}
    assert aws.client("events").describe_rule(Name=NAME)["State"] == "DISABLED"
    own.code += "\n"
    assert own.deploy()["endpointUrl"] == url
    assert (own.platform.subscriptions, own.deploy()["action"]) == ({}, "none")
    assert set_state(own.place, "ENABLED")[0]["enabledState"] == "ENABLED"
    assert own.platform.subscriptions == subscribed
    assert aws.client("events").describe_rule(Name=NAME)["State"] == "ENABLED"
    assert own.deploy()["action"] == "none"


def test_an_older_version_is_live_at_once_with_its_hooks(own: QuickPlugin, aws: MotoAccount) -> None:
    url = own.deploy()["endpointUrl"]
    subscribed = dict(own.platform.subscriptions)
    own.code, own.notifications, own.cron = own.code.replace("1", "2"), [], None
    own.deploy()
    document = roll_back(own.place, RollbackChoice(), yes=True)
    assert (document["version"], document["versionBefore"], document["endpointUrl"]) == (1, 2, url)
    assert (alias(aws), own.platform.subscriptions) == ("1", subscribed)
    assert aws.client("events").describe_rule(Name=NAME)["State"] == "ENABLED"
    assert show_status(own.place)["version"] == 1
    with pytest.raises(OperationFailed, match="choose one with --to"):
        roll_back(own.place, RollbackChoice(), yes=True)
    assert roll_back(own.place, RollbackChoice(1), yes=True)["action"] == "none"
    with pytest.raises(OperationFailed, match="no version 9"):
        roll_back(own.place, RollbackChoice(9), yes=True)
    # The function itself still has the newer code, and the next deployment makes it live again.
    assert own.deploy()["version"] == 2
    assert (alias(aws), aws.leftovers()["rules"]) == ("2", [])
    assert own.deploy()["action"] == "none"


def test_the_only_version_is_nothing_to_roll_back_to(own: QuickPlugin) -> None:
    own.deploy()
    with pytest.raises(OperationFailed, match="Version 1 is the only one that there is, so there is nothing to roll"):
        roll_back(own.place, RollbackChoice(), yes=True)


def test_old_versions_do_not_pile_up(own: QuickPlugin, aws: MotoAccount) -> None:
    own.deploy()
    for number in range(2, 7):
        own.manifest = {"timeout": number}
        own.deploy()
    versions = aws.client("lambda").list_versions_by_function(FunctionName=NAME)["Versions"]
    assert [version["Version"] for version in versions] == ["$LATEST", "2", "3", "4", "5", "6"]


def test_all_that_was_made_is_deleted_and_only_that(own: QuickPlugin, aws: MotoAccount) -> None:
    client = aws.client("iam")
    client.create_role(RoleName="others", AssumeRolePolicyDocument="{}")
    aws.client("logs").create_log_group(logGroupName=f"{LOG_GROUP}-of-others")
    own.platform.subscriptions[THEIRS] = (THEIR_SUBSCRIPTION,)
    own.platform.users["others"] = "id"
    own.settings = {"key-store": "secrets-manager"}
    own.deploy()
    assert delete(own.place, None, yes=True) == "demo"
    assert aws.leftovers() == {
        "functions": [],
        "roles": ["others"],
        "log groups": [f"{LOG_GROUP}-of-others"],
        "rules": [],
        "secrets": [],
        "repositories": [],
    }
    assert own.platform.users == {"others": "id"}
    assert own.platform.subscriptions == {THEIRS: (THEIR_SUBSCRIPTION,)}
    with pytest.raises(OperationFailed, match="no plugin demo"):
        delete(own.place, None, yes=True)


@pytest.mark.parametrize("kind", ["function", "role", "rule"])
def test_what_others_have_made_under_the_name_is_not_touched(own: QuickPlugin, aws: MotoAccount, kind: str) -> None:
    if kind == "role":
        aws.client("iam").create_role(RoleName=NAME, AssumeRolePolicyDocument="{}")
    elif kind == "rule":
        aws.client("events").put_rule(Name=NAME, ScheduleExpression="rate(1 day)")
    else:
        role = aws.client("iam").create_role(RoleName="r", AssumeRolePolicyDocument="{}")["Role"]["Arn"]
        aws.client("lambda").create_function(
            FunctionName=NAME, Role=role, Runtime="python3.13", Handler="a.b", Code={"ZipFile": b"x"}
        )
    before = aws.leftovers()
    with pytest.raises(OperationFailed, match=f"The {kind} {NAME} exists.*--adopt"):
        own.deploy()
    with pytest.raises(OperationFailed, match="no plugin demo"):
        delete(own.place, None, yes=True)
    assert (aws.leftovers(), own.platform.users) == (before, {})
    own.deploy(adopt=True)
    assert own.deploy()["action"] == "none"


def test_the_function_of_another_plugin_is_never_adopted(own: QuickPlugin, aws: MotoAccount) -> None:
    own.settings = {"function-name": "shared"}
    own.deploy()
    own.manifest = {"name": "other"}
    with pytest.raises(OperationFailed, match="belongs to the plugin demo"):
        own.deploy(adopt=True)


def test_a_service_user_that_was_there_before_is_somebody_elses(own: QuickPlugin, aws: MotoAccount) -> None:
    own.platform.users[NAME] = "theirs"
    with pytest.raises(OperationFailed, match="service user biot-demo exists"):
        own.deploy()
    assert not any(aws.leftovers().values())


def test_an_existing_role_needs_no_rights_over_roles(own: QuickPlugin, aws: MotoAccount) -> None:
    arn = aws.client("iam").create_role(RoleName="given", AssumeRolePolicyDocument="{}")["Role"]["Arn"]
    own.settings = {"role": arn}
    own.deploy()
    assert function(aws)["Role"] == arn
    assert aws.leftovers()["roles"] == ["given"]
    assert own.deploy()["action"] == "none"
    delete(own.place, None, yes=True)
    assert aws.leftovers()["roles"] == ["given"]


def test_a_boundary_and_a_path_bind_the_role(own: QuickPlugin, aws: MotoAccount) -> None:
    boundary = f"arn:aws:iam::{ACCOUNT}:policy/bound"
    aws.client("iam").create_policy(PolicyName="bound", PolicyDocument=json.dumps(_EVERYTHING))
    own.settings = {"permissions-boundary": boundary, "role-path": "/plugins/"}
    own.deploy()
    role = aws.client("iam").get_role(RoleName=NAME)["Role"]
    assert (role["Path"], role["PermissionsBoundary"]["PermissionsBoundaryArn"]) == ("/plugins/", boundary)
    assert own.deploy()["action"] == "none"
    own.settings = {"role-path": "/plugins/"}
    assert (f"role {NAME}", "permissionsBoundary") in fields(own.deploy())
    own.settings = {"role-path": "/else/"}
    with pytest.raises(OperationFailed, match="cannot be changed"):
        own.deploy()


def test_the_key_may_be_in_secrets_manager_which_the_role_may_read(own: QuickPlugin, aws: MotoAccount) -> None:
    own.settings = {"key-store": "secrets-manager"}
    own.deploy()
    variables = function(aws)["Environment"]["Variables"]
    secret = aws.client("secretsmanager").get_secret_value(SecretId=variables["BIOT_SERVICE_USER_SECRET_ARN"])
    user = own.platform.users[NAME]
    assert json.loads(secret["SecretString"]) == {"id": user, "secretKey": f"key-1-of-{user}"}
    assert "BIOT_SERVICE_USER_SECRET_KEY" not in variables
    policy = aws.client("iam").get_role_policy(RoleName=NAME, PolicyName="biot-plugin")["PolicyDocument"]
    assert [statement["Sid"] for statement in policy["Statement"]] == ["WriteOwnLogs", "ReadOwnSecret"]
    assert secret["ARN"].startswith(policy["Statement"][1]["Resource"].removesuffix("??????"))
    assert own.deploy()["action"] == "none"
    own.settings = {}
    own.deploy()
    # The version before can be rolled back to.
    assert aws.leftovers()["secrets"] == [f"{NAME}/service-user"]
    assert own.deploy()["action"] == "none"
    delete(own.place, None, yes=True)
    assert not any(aws.leftovers().values())


def test_without_a_service_user_there_is_none(own: QuickPlugin, aws: MotoAccount) -> None:
    own.settings = {"service-user": False}
    own.deploy()
    assert not [name for name in function(aws)["Environment"]["Variables"] if "SERVICE_USER" in name]
    assert own.platform.users == {}


@pytest.mark.parametrize("key_store", ["variable", "secrets-manager"])
def test_a_service_user_that_the_manifest_no_longer_has_is_removed(
    own: QuickPlugin, aws: MotoAccount, key_store: str, capsys: pytest.CaptureFixture[str]
) -> None:
    own.settings = {"key-store": key_store}
    own.deploy()
    own.settings["service-user"] = False
    plan = own.deploy(dry_run=True)
    removal = {"resource": f"service user {NAME} on the platform", "action": "delete"}
    assert removal in plan["steps"]
    assert f"delete service user {NAME}" in capsys.readouterr().err
    assert NAME in own.platform.users
    assert own.deploy()["version"] == 2
    assert (own.platform.users, aws.leftovers()["secrets"]) == ({}, [])
    assert not [name for name in function(aws)["Environment"]["Variables"] if "SERVICE_USER" in name]
    assert own.deploy()["action"] == "none"
    with pytest.raises(OperationFailed, match="does not accept any more"):
        roll_back(own.place, RollbackChoice(1), yes=True)
    # It comes back with the setting, and goes with the plugin.
    own.settings["service-user"] = True
    own.deploy()
    own.settings["service-user"] = False
    delete(own.place, None, yes=True)
    assert own.platform.users == {}
    assert not any(aws.leftovers().values())


def test_nobody_searches_for_a_service_user_that_there_never_was(
    own: QuickPlugin, aws: MotoAccount, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(own.platform, "has_service_user", None)
    own.settings = {"service-user": False}
    own.deploy()
    own.deploy()
    delete(own.place, None, yes=True)
    assert not any(aws.leftovers().values())


def test_environments_do_not_meet(own: QuickPlugin, aws: MotoAccount) -> None:
    own.deploy()
    own.environment = "test"
    own.deploy()
    assert sorted(aws.leftovers()["functions"]) == [NAME, f"{NAME}-test"]
    assert [(item["name"], item["environment"]) for item in list_plugins(own.place)] == [
        ("demo", None),
        ("demo", "test"),
    ]
    delete(own.place, None, yes=True)
    own.environment = None
    assert own.deploy()["action"] == "none"


def test_a_change_during_the_confirmation_is_not_overwritten(
    own: QuickPlugin, aws: MotoAccount, monkeypatch: pytest.MonkeyPatch
) -> None:
    own.deploy()
    own.manifest = {"timeout": 5}
    monkeypatch.setattr(deployment, "confirm", lambda *_, **__: _configure(aws, MemorySize=1024))
    with pytest.raises(OperationFailed, match=r"changed after the plan was made. Nothing was changed"):
        deployment.deploy(own.place, dry_run=False, yes=False, adopt=False)
    assert (function(aws)["Timeout"], function(aws)["MemorySize"]) == (60, 1024)
    monkeypatch.setattr(deployment, "confirm", lambda *_, **__: None)
    assert deployment.deploy(own.place, dry_run=False, yes=False, adopt=False)["action"] == "update"


def test_a_plugin_without_the_framework_keeps_its_subscriptions(own: QuickPlugin, aws: MotoAccount) -> None:
    own.has_framework = False
    url = own.deploy()["endpointUrl"]
    by_hand = replace(THEIR_SUBSCRIPTION, endpoint=url)
    own.platform.subscriptions[url] = (by_hand,)
    own.code += "\n"
    own.deploy()
    assert own.platform.subscriptions == {url: (by_hand,)}
    with pytest.raises(OperationFailed, match="hooks of biot-demo are unknown"):
        set_state(own.place, "DISABLED")
    assert roll_back(own.place, RollbackChoice(1), yes=True)["version"] == 1
    assert (alias(aws), own.platform.subscriptions) == ("1", {url: (by_hand,)})


def test_half_a_deployment_is_no_plugin_and_can_be_deleted(own: QuickPlugin, aws: MotoAccount) -> None:
    with pytest.raises(OperationFailed, match="There is no plugin demo"):
        show_status(own.place)
    own.deploy()
    aws.client("lambda").delete_function(FunctionName=NAME)
    with pytest.raises(OperationFailed, match="was not completed"):
        show_status(own.place)
    # The platform would go on calling a URL that is gone.
    assert own.platform.subscriptions
    delete(own.place, None, yes=True)
    assert (any(aws.leftovers().values()), own.platform.users, own.platform.subscriptions) == (False, {}, {})


def test_a_url_that_is_gone_is_not_called_any_more(own: QuickPlugin, aws: MotoAccount) -> None:
    first = own.deploy()["endpointUrl"]
    aws.client("lambda").delete_function(FunctionName=NAME)
    document = own.deploy()
    assert ("subscriptions of a URL that is gone", "delete") in [
        (step["resource"], step["action"]) for step in document["steps"]
    ]
    assert list(own.platform.subscriptions) == [document["endpointUrl"]] != [first]
    assert own.deploy()["action"] == "none"


@pytest.mark.parametrize(
    ("manifest", "message"),
    [
        ({"environment": {"PLUGIN_HOOKS": "x"}}, "PLUGIN_HOOKS"),
        ({"environment": {"LONG": "x" * 3950}}, "Lambda allows 4096"),
        ({"analytics-db-access": True}, "analytics database"),
    ],
)
def test_what_aws_would_refuse_is_refused_first(
    own: QuickPlugin, aws: MotoAccount, manifest: dict[str, Any], message: str
) -> None:
    own.manifest = manifest
    with pytest.raises(InvalidPlugin, match=message):
        own.deploy()
    assert not any(aws.leftovers().values())
    assert own.platform.users == {}


def test_what_is_deleted_or_rolled_back_is_named_before_anybody_is_asked(
    own: QuickPlugin, capsys: pytest.CaptureFixture[str]
) -> None:
    own.deploy()
    assert "recorded" not in capsys.readouterr().err
    own.code = own.code.replace("1", "2")
    own.deploy()
    capsys.readouterr()
    place = f"demo in the AWS account {ACCOUNT}, {REGION}, for {BASE_URL}"
    roll_back(own.place, RollbackChoice(), yes=True)
    assert f"Update {place}" in capsys.readouterr().err
    delete(own.place, None, yes=True)
    assert f"Delete {place}" in capsys.readouterr().err


@pytest.mark.parametrize("store", ["variable", "secrets-manager"])
def test_a_version_whose_key_is_gone_is_not_rolled_back_to(own: QuickPlugin, aws: MotoAccount, store: str) -> None:
    own.settings = {"key-store": store}
    own.deploy()
    own.settings = {"key-store": "secrets-manager" if store == "variable" else "variable"}
    own.deploy()
    assert roll_back(own.place, RollbackChoice(1), yes=True)["version"] == 1
    assert own.deploy()["version"] == 2
    own.platform.deleted_keys.add(1)
    with pytest.raises(OperationFailed, match=r"Version 1 has a key .* does not accept any more.*check out the older"):
        roll_back(own.place, RollbackChoice(1), yes=True)
    assert alias(aws) == "2"


@pytest.mark.parametrize("store", ["variable", "secrets-manager"])
def test_a_version_with_the_present_key_is_rolled_back_to(own: QuickPlugin, aws: MotoAccount, store: str) -> None:
    own.settings = {"key-store": store}
    own.deploy()
    own.code = own.code.replace("1", "2")
    own.deploy()
    roll_back(own.place, RollbackChoice(), yes=True)
    assert (alias(aws), own.platform.keys) == ("1", 1)
