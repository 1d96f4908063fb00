"""The whole life of a plugin in one's own account, as a user types it: moto is AWS, the emulator is BioT."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from typing import Any

import pytest

from biot_emulator.testing import Emulator
from biot_plugin_cli.platform.client import PlatformClient
from biot_plugin_cli.platform.credentials import Credentials
from biot_plugin_cli.subscriptions.existing import find_subscriptions
from tests.scaffold.deployments import HOOKED, SECOND, configured, hook
from tests.scaffold.faulty_platform import FaultyPlatform
from tests.scaffold.moto_account import ACCOUNT, REGION, MotoAccount
from tests.scaffold.packages import Repository
from tests.scaffold.support import program_file

pytestmark = [pytest.mark.slow, pytest.mark.long(30)]

NAME = "biot-demo"


@pytest.fixture
def own(plugin: Repository, aws: MotoAccount, platform: FaultyPlatform) -> Repository:
    """A hooked plugin whose manifest names the target."""
    hook(plugin)
    configured(plugin, target="aws", timeout=20)
    return plugin


def run(own: Repository, *arguments: str) -> Any:
    done = own.program(*arguments, "--json")
    assert done.exit_code == 0, done.err
    return done.document


def subscribed(emulator: Emulator, url: str) -> set[str]:
    credentials = Credentials(False, emulator.username, emulator.password)
    return {str(item) for item in find_subscriptions(PlatformClient(emulator.url, lambda: credentials), url)}


def service_users(emulator: Emulator) -> list[str]:
    return [user["name"] for user in emulator.call("GET", "/ums/v2/services").body["data"] if user.get("name")]


def test_from_the_first_deployment_to_nothing(own: Repository, aws: MotoAccount, emulator: Emulator) -> None:
    users = service_users(emulator)
    assert run(own, "deploy", "--dry-run")["action"] == "create"
    assert not any(aws.leftovers().values())

    made = run(own, "deploy", "--yes")
    assert (made["action"], made["version"], made["account"], made["region"]) == ("create", 1, ACCOUNT, REGION)
    url = made["endpointUrl"]
    assert subscribed(emulator, url) == {
        "PRE_REQUEST POST/organization/v1/users/patients, order 5",
        "NOTIFICATION patient _create",
    }
    assert service_users(emulator) == [*users, NAME]
    variables = _variables(aws)
    login = {"id": variables["BIOT_SERVICE_USER_ID"], "secretKey": variables["BIOT_SERVICE_USER_SECRET_KEY"]}
    assert emulator.call("POST", "/ums/v2/services/accessToken", json=login).status_code == 200
    assert run(own, "deploy", "--yes")["action"] == "none"
    run(own, "evidence", "--online", "-o", "made")
    assert run(own, "evidence", "verify", "made", "--online")["online"] is True
    noted = json.loads((own.root / "made" / "deployments.json").read_bytes())["noted"]
    assert [(item["place"], item["release"]) for item in noted] == [(f"AWS account {ACCOUNT}, {REGION}", True)]
    assert noted[0]["by"].startswith("arn:aws:")

    configured(own, memory_size=512)
    own.write("index.py", re.sub(r"@plugin.notification.*\n.*\n", "", HOOKED).replace("0 3", "0 4"))
    changed = run(own, "deploy", "--yes")
    assert (changed["version"], changed["endpointUrl"], changed["codeChanged"]) == (2, url, True)
    refused = own.program("evidence", "verify", "made", "--online", "--json")
    members = {item["member"] for item in refused.document["differences"]}
    assert members >= {"/contentHash", "/codeSha256", "/version", "/cronSchedule", "/subscriptions/notifications"}
    assert subscribed(emulator, url) == {"PRE_REQUEST POST/organization/v1/users/patients, order 5"}
    assert aws.client("events").describe_rule(Name=NAME)["ScheduleExpression"] == "cron(0 4 * * ? *)"

    aws.client("lambda").update_function_configuration(FunctionName=NAME, MemorySize=1024)
    drift = run(own, "deploy", "--dry-run")
    assert {"field": "memorySize", "before": 1024, "after": 512}.items() <= drift["changes"][0].items()
    assert run(own, "deploy", "--yes")["action"] == "update"

    assert run(own, "disable")["enabledState"] == "DISABLED"
    assert subscribed(emulator, url) == set()
    assert run(own, "enable")["enabledState"] == "ENABLED"
    assert run(own, "rollback", "--yes", "--to", "1")["version"] == 1
    assert len(subscribed(emulator, url)) == 2
    assert run(own, "status")["version"] == 1
    assert [plugin["name"] for plugin in run(own, "list")] == ["demo"]

    assert run(own, "delete", "--yes") == {"name": "demo"}
    assert not any(aws.leftovers().values())
    assert subscribed(emulator, url) == set()
    assert service_users(emulator) == users


def test_people_see_what_will_be_done_on_both_sides(own: Repository, aws: MotoAccount) -> None:
    done = own.program("deploy", "--yes")
    assert done.exit_code == 0, done.err
    for line in (
        f"Create demo in the AWS account {ACCOUNT}, {REGION}, for ",
        f"create log group /aws/lambda/{NAME}",
        f"create service user {NAME} on the platform",
        f"mayDo added logs:PutLogEvents on arn:aws:logs:{REGION}:{ACCOUNT}:log-group:/aws/lambda/{NAME}:*",
        "lambda:InvokeFunction  * if lambda:InvokedViaFunctionUrl = true",
        "hooks added PRE_REQUEST POST/organization/v1/users/patients order 5",
        "BIOT_SERVICE_USER_SECRET_KEY  (hidden)",
    ):
        assert line in done.err
    key = _variables(aws)["BIOT_SERVICE_USER_SECRET_KEY"]
    assert key not in done.err + done.out + own.program("status").out
    assert not [path for path in own.root.rglob("*") if path.is_file() and key.encode() in path.read_bytes()]
    assert "Deployed demo as version 1: https://" in done.out


def test_the_other_target_is_a_word_away(own: Repository, aws: MotoAccount) -> None:
    own.write("index.py", SECOND)
    assert run(own, "deploy", "--yes", "--target", "biot")["action"] == "create"
    assert not any(aws.leftovers().values())
    done = own.program("deploy", "--yes", "--target", "biot", "--adopt")
    assert (done.exit_code, "--adopt is for" in done.err) == (2, True)


def test_a_deployment_to_biot_loads_nothing_of_aws(own: Repository, platform: FaultyPlatform) -> None:
    own.write("index.py", SECOND)
    code = f"""
import sys
from biot_plugin_cli.main import main
sys.argv = [{str(program_file("biot-plugin"))!r}, "deploy", "--yes", "--target", "biot"]
try:
    main()
except SystemExit as end:
    print(end.code, sorted(name for name in sys.modules if name.partition(".")[0] in ("boto3", "botocore")))
"""
    done = subprocess.run([sys.executable, "-c", code], cwd=own.root, capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "0 []", done.stderr


def _variables(aws: MotoAccount) -> dict[str, str]:
    shown = aws.client("lambda").get_function_configuration(FunctionName=NAME)
    variables: dict[str, str] = json.loads(json.dumps(shown["Environment"]["Variables"]))
    return variables
