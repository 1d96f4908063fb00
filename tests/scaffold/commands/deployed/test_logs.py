from __future__ import annotations

import json
import time
from types import SimpleNamespace

import pytest

from biot_emulator.testing import Emulator
from biot_plugin_cli.logs import report
from tests.scaffold.deployments import answer, deploy
from tests.scaffold.faulty_platform import FaultyPlatform
from tests.scaffold.moto_account import MotoAccount
from tests.scaffold.packages import Repository

TALKING = """
import json
def handler(event, context):
    print(json.dumps({"message": "Hello", "level": "WARN", "password": "hunter2"}))
    return {"n": 1}
"""


def test_the_platform_on_this_machine_shows_what_a_plugin_said(
    plugin: Repository, platform: FaultyPlatform, emulator: Emulator
) -> None:
    plugin.write("index.py", TALKING)
    deploy(plugin)
    answer(emulator)

    shown = plugin.program("logs")
    documents = plugin.program("logs", "--json", "--filter", "Hello").document

    assert shown.exit_code == 0, shown.err
    assert " WARN  Hello password=…\n" in shown.out
    assert " INFO  DIRECT GET / 200 in " in shown.out
    assert [json.loads(document["message"])["message"] for document in documents] == ["Hello"]
    assert documents[0]["plugin"] == "Plugin-demo"
    assert plugin.program("logs", "--filter", "Goodbye").out == ""


def test_a_plugin_that_is_not_deployed_is_said(plugin: Repository, platform: FaultyPlatform) -> None:
    failed = plugin.program("logs")

    assert failed.exit_code == 1
    assert "deploy it first" in failed.err


def test_what_is_asked_for_is_looked_at_first(plugin: Repository) -> None:
    assert plugin.program("logs", "--since", "soon").exit_code == 2
    assert plugin.program("logs", "--trace", "a b").exit_code == 2


def test_cloud_watch_shows_what_a_plugin_said(plugin: Repository, platform: FaultyPlatform, aws: MotoAccount) -> None:
    missing = plugin.program("logs", "--target", "aws")
    logs = aws.client("logs")
    logs.create_log_group(logGroupName="/aws/lambda/biot-demo")
    logs.create_log_stream(logGroupName="/aws/lambda/biot-demo", logStreamName="s")
    moment = int(time.time() * 1000)
    logs.put_log_events(
        logGroupName="/aws/lambda/biot-demo",
        logStreamName="s",
        logEvents=[{"timestamp": moment, "message": '{"message": "Hello", "level": "INFO"}'}],
    )

    shown = plugin.program("logs", "--target", "aws")

    assert missing.exit_code == 1
    assert "There is no log group /aws/lambda/biot-demo" in missing.err
    assert shown.out.endswith("Z INFO  Hello\n")


def test_who_follows_sees_what_comes_until_interrupted(
    plugin: Repository, platform: FaultyPlatform, emulator: Emulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    plugin.write("index.py", TALKING)
    deploy(plugin)
    pauses = iter((lambda: answer(emulator), lambda: answer(emulator), _interrupt))
    monkeypatch.setattr(report, "time", SimpleNamespace(sleep=lambda _: next(pauses)()))

    followed = plugin.program("logs", "--follow", "--json", "--filter", "Hello")

    assert followed.exit_code == 130
    assert [json.loads(line)["kind"] for line in followed.out.splitlines()] == ["DIRECT"] * 2


def _interrupt() -> None:
    raise KeyboardInterrupt
