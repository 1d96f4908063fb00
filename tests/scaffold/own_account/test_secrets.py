"""Variables that live in one's own account alone, and older code that has them as they are now."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from biot_plugin_cli.deploy.older.selection import RollbackChoice
from biot_plugin_cli.deploy.variables import HIDDEN
from biot_plugin_cli.errors import OperationFailed, PlatformUnreachable, UsageError
from biot_plugin_cli.manifest.environment_variables import SECRETS_VARIABLE
from biot_plugin_cli.own_account.publications.listing import list_versions
from biot_plugin_cli.own_account.rollback import roll_back
from biot_plugin_cli.own_account.secrets import change_secrets, list_secrets
from biot_plugin_cli.own_account.status import show_status
from tests.scaffold.moto_account import MotoAccount
from tests.scaffold.own_account.memory_account import MemoryAccount
from tests.scaffold.own_account.quick import QuickPlugin

NAME = "biot-demo"
SECRET = "correct-horse-7"


@pytest.fixture
def aws(memory_aws: MemoryAccount) -> MotoAccount:
    return memory_aws


def live(aws: MotoAccount) -> dict[str, Any]:
    document: dict[str, Any] = aws.client("lambda").get_function_configuration(FunctionName=NAME, Qualifier="live")
    return {key: value for key, value in document.items() if key != "ResponseMetadata"}


def others(aws: MotoAccount) -> dict[str, str]:
    names = ("DB_PASSWORD", "TOKEN", "WARD")
    return {name: text for name, text in live(aws)["Environment"]["Variables"].items() if name in names}


def change(own: QuickPlugin, **changes: str | None) -> dict[str, Any]:
    return change_secrets(own.place, changes, dry_run=False, yes=True)


class Storage:
    """What AWS keeps the zip files of functions in, which moto has not."""

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {}
        self.status = 200
        storage = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self.send_response(storage.status)
                self.end_headers()
                self.wfile.write(storage.files.get(self.path, b""))

            def log_message(self, format: str, *args: Any) -> None: ...

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"

    def locate(self, parsed: dict[str, Any], **_: Any) -> None:
        """Say where the code of a version is."""
        if "Configuration" not in parsed:
            return
        path = f"/{parsed['Configuration']['CodeSha256'].replace('/', '_')}"
        url = f"{self.url}{path}"
        parsed["Code"] = {"RepositoryType": "S3", "Location": url} if path in self.files else {}

    def store(self, own: QuickPlugin, aws: MotoAccount) -> None:
        """Store the zip file that was deployed last."""
        sha256 = live(aws)["CodeSha256"].replace("/", "_")
        self.files[f"/{sha256}"] = (own.root / "demo.zip").read_bytes()


@pytest.fixture
def storage(own: QuickPlugin) -> Iterator[Storage]:
    storage = Storage()
    thread = threading.Thread(target=storage.server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    events = own.account.lambda_functions.meta.events
    events.register("after-call.lambda.GetFunction", storage.locate)
    yield storage
    events.unregister("after-call.lambda.GetFunction", storage.locate)
    storage.server.shutdown()
    storage.server.server_close()
    thread.join()


def test_a_secret_is_set_in_a_new_version_and_left_alone(
    own: QuickPlugin, aws: MotoAccount, capsys: pytest.CaptureFixture[str]
) -> None:
    own.manifest = {"environment": {"WARD": "7b"}}
    own.deploy()
    dry = change_secrets(own.place, {"DB_PASSWORD": SECRET}, dry_run=True, yes=True)
    assert (dry["action"], others(aws)) == ("update", {"WARD": "7b"})
    capsys.readouterr()
    document = change(own, DB_PASSWORD=SECRET)
    printed = capsys.readouterr()
    assert (document["version"], others(aws)) == (2, {"DB_PASSWORD": SECRET, "WARD": "7b"})
    assert document["changes"][0] == {
        "resource": f"function {NAME}",
        "action": "update",
        "field": "environmentVariables.DB_PASSWORD",
        "before": None,
        "after": HIDDEN,
    }
    assert SECRET not in printed.out + printed.err + str(document)
    assert change(own, DB_PASSWORD=SECRET)["action"] == "none"
    [row] = list_secrets(own.place)
    assert (row["name"], row["setAt"] is None) == ("DB_PASSWORD", False)

    assert own.deploy()["action"] == "none"
    own.code += "\n"
    assert own.deploy()["otherVariables"] == ["DB_PASSWORD"]
    assert others(aws) == {"DB_PASSWORD": SECRET, "WARD": "7b"}
    assert show_status(own.place)["environmentVariables"]["DB_PASSWORD"] == HIDDEN

    change(own, DB_PASSWORD=None)
    assert (others(aws), list_secrets(own.place)) == ({"WARD": "7b"}, [])
    assert SECRETS_VARIABLE not in live(aws)["Environment"]["Variables"]
    assert own.deploy()["action"] == "none"


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("BIOT_SERVICE_USER_SECRET_KEY", "which deploy sets: choose another name"),
        ("BIOT_OTHER", "reserved for the platform"),
        ("PLUGIN_HOOKS", "which deploy sets"),
        ("PLUGIN_SECRETS", "which deploy sets"),
        ("AWS_REGION", "reserved for Lambda"),
        ("WARD", "is set in pyproject.toml"),
    ],
)
def test_what_deploy_or_the_manifest_sets_is_refused(own: QuickPlugin, name: str, reason: str) -> None:
    own.manifest = {"environment": {"WARD": "7b"}}
    for text in ("x", None):
        with pytest.raises(UsageError, match=reason):
            change(own, **{name: text})


def test_what_is_not_there_is_not_removed(own: QuickPlugin) -> None:
    with pytest.raises(OperationFailed, match="deploy it first"):
        change(own, TOKEN="x")
    own.deploy()
    with pytest.raises(OperationFailed, match="There is no variable TOKEN to remove"):
        change(own, TOKEN=None)


def test_older_code_has_the_secrets_of_today(own: QuickPlugin, aws: MotoAccount, storage: Storage) -> None:
    own.deploy()
    storage.store(own, aws)
    first = live(aws)["CodeSha256"]
    change(own, DB_PASSWORD="old", TOKEN="gone")
    own.code = own.code.replace("1", "2")
    own.deploy()
    change(own, DB_PASSWORD=SECRET, TOKEN=None)
    assert others(aws) == {"DB_PASSWORD": SECRET}

    document = roll_back(own.place, RollbackChoice(2), yes=True)
    assert (document["codeOf"], document["version"], live(aws)["CodeSha256"]) == (2, 5, first)
    assert others(aws) == {"DB_PASSWORD": SECRET}
    assert own.platform.subscriptions
    # A secret is set for the code that is live, and not for the one that was rolled back from.
    change(own, TOKEN="new")
    assert (live(aws)["CodeSha256"], others(aws)) == (first, {"DB_PASSWORD": SECRET, "TOKEN": "new"})
    rows = list_versions(own.place)
    assert [row["codeOf"] for row in rows[:2]] == [int(rows[1]["version"]), 2]


def test_code_that_aws_does_not_hand_out_is_not_rolled_back_to(
    own: QuickPlugin, aws: MotoAccount, storage: Storage
) -> None:
    own.deploy()
    first = (own.root / "demo.zip").read_bytes()
    path = f"/{live(aws)['CodeSha256'].replace('/', '_')}"
    own.code = own.code.replace("1", "2")
    own.deploy()
    change(own, TOKEN="x")
    before = live(aws)
    with pytest.raises(OperationFailed, match=r"AWS does not hand out the code of version 1 of biot-demo: check out"):
        roll_back(own.place, RollbackChoice(1), yes=True)
    storage.files[path] = first + b"changed"
    with pytest.raises(OperationFailed, match="does not hand out the code"):
        roll_back(own.place, RollbackChoice(1), yes=True)
    storage.status = 403
    with pytest.raises(PlatformUnreachable, match=r"Cannot download the code from AWS \(status 403\)"):
        roll_back(own.place, RollbackChoice(1), yes=True)
    assert live(aws) == before
    storage.files[path], storage.status = first, 200
    roll_back(own.place, RollbackChoice(1), yes=True)
    assert others(aws) == {"TOKEN": "x"}


def test_rolling_back_twice_goes_back_two_versions(own: QuickPlugin, aws: MotoAccount) -> None:
    for number in range(1, 4):
        own.code = f"def handler(event, context):\n    return {{'n': {number}}}\n"
        own.deploy()
    assert roll_back(own.place, RollbackChoice(), yes=True)["version"] == 2
    own.code += "# mended\n"
    assert own.deploy()["version"] == 4
    assert roll_back(own.place, RollbackChoice(), yes=True)["version"] == 2
    assert roll_back(own.place, RollbackChoice(), yes=True)["version"] == 1
    with pytest.raises(OperationFailed, match="No version before the live one is known"):
        roll_back(own.place, RollbackChoice(), yes=True)
    rows = list_versions(own.place)
    assert [(row["version"], row["live"], row["rollback"], row["knownFrom"]) for row in rows] == [
        (4, False, "--to 4", ["account"]),
        (3, False, "--to 3", ["account"]),
        (2, False, "--to 2", ["account"]),
        (1, True, None, ["account"]),
    ]


def test_a_secret_is_no_version_to_roll_back_to(own: QuickPlugin, aws: MotoAccount, storage: Storage) -> None:
    own.deploy()
    storage.store(own, aws)
    first = live(aws)["CodeSha256"]
    own.code = own.code.replace("1", "2")
    own.deploy()
    change(own, TOKEN="x")
    roll_back(own.place, RollbackChoice(), yes=True)
    assert (live(aws)["CodeSha256"], others(aws)) == (first, {"TOKEN": "x"})


def test_what_somebody_changes_meanwhile_stops_it(
    own: QuickPlugin, aws: MotoAccount, monkeypatch: pytest.MonkeyPatch
) -> None:
    from biot_plugin_cli.own_account import secrets

    own.deploy()
    monkeypatch.setattr(secrets, "confirm", lambda *_, **__: change(own, TOKEN="theirs"))
    with pytest.raises(OperationFailed, match=r"was changed after the plan was made\. Nothing was changed"):
        change_secrets(own.place, {"TOKEN": "mine"}, dry_run=False, yes=False)
    assert others(aws) == {"TOKEN": "theirs"}
