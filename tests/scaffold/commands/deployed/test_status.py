"""What status shows of a plugin in one's own account if not everything can be read there."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from biot_plugin_cli.aws.session import Account
from tests.scaffold.moto_account import MotoAccount
from tests.scaffold.own_account.quick import BASE_URL, QuickPlugin, quick_plugin
from tests.scaffold.support import Program


@pytest.fixture
def own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, aws: MotoAccount) -> QuickPlugin:
    plugin = quick_plugin(tmp_path / "own", monkeypatch)
    plugin.deploy()
    monkeypatch.chdir(plugin.root)
    monkeypatch.setenv("BIOT_PLUGIN_BASE_URL", BASE_URL)
    return plugin


def fail(monkeypatch: pytest.MonkeyPatch, operation: str, error: Exception) -> None:
    """Let an operation of AWS fail, with whichever client it is called."""
    import botocore.client

    call = botocore.client.BaseClient._make_api_call  # type: ignore[attr-defined]

    def failing(self: Any, name: str, parameters: Any) -> Any:
        if name == operation:
            raise error
        return call(self, name, parameters)

    monkeypatch.setattr(botocore.client.BaseClient, "_make_api_call", failing)


def denied(operation: str) -> Exception:
    from botocore.exceptions import ClientError

    message = f"User: me is not authorized to perform: x:{operation} on resource: y"
    return ClientError({"Error": {"Code": "AccessDeniedException", "Message": message}}, operation)


def lost(_: str) -> Exception:
    from botocore.exceptions import EndpointConnectionError

    return EndpointConnectionError(endpoint_url="https://lambda.example")


@pytest.mark.parametrize(("reason", "exit_code"), [(denied, 5), (lost, 6)])
def test_what_can_be_read_is_shown_and_the_rest_is_an_error(
    own: QuickPlugin, biot_plugin: Program, monkeypatch: pytest.MonkeyPatch, reason: Any, exit_code: int
) -> None:
    operation = "GetFunctionUrlConfig"
    fail(monkeypatch, operation, reason(operation))
    done = biot_plugin("status", "--target", "aws")
    assert (done.exit_code, done.err.count("error: ")) == (exit_code, 1), done.err
    assert "is notified of" in done.out
    assert "endpointUrl" not in done.out
    shown = biot_plugin("status", "--target", "aws", "--json")
    document = json.loads(shown.out)
    assert (shown.exit_code, document["version"], document["endpointUrl"]) == (exit_code, 1, None)
    assert [problem["exitCode"] for problem in document["problems"]] == [exit_code]


@pytest.mark.parametrize("operation", ["GetRole", "DescribeRule", "GetPolicy", "DescribeLogGroups", "DescribeSecret"])
def test_what_is_not_shown_needs_no_right(
    own: QuickPlugin, biot_plugin: Program, monkeypatch: pytest.MonkeyPatch, operation: str
) -> None:
    fail(monkeypatch, operation, denied(operation))
    done = biot_plugin("status", "--target", "aws", "--json")
    assert (done.exit_code, done.document["problems"]) == (0, []), done.err


@pytest.mark.parametrize(("reason", "exit_code"), [(denied, 5), (lost, 6)])
def test_without_the_function_there_is_nothing_to_show(
    own: QuickPlugin, biot_plugin: Program, monkeypatch: pytest.MonkeyPatch, reason: Any, exit_code: int
) -> None:
    fail(monkeypatch, "GetFunction", reason("GetFunction"))
    done = biot_plugin("status", "--target", "aws")
    assert (done.exit_code, done.out, done.err.count("error: ")) == (exit_code, "", 1), done.err


@pytest.mark.parametrize(("reason", "exit_code"), [(denied, 5), (lost, 6)])
def test_a_log_that_cannot_be_read_is_one_sentence(
    own: QuickPlugin, biot_plugin: Program, monkeypatch: pytest.MonkeyPatch, reason: Any, exit_code: int
) -> None:
    fail(monkeypatch, "FilterLogEvents", reason("FilterLogEvents"))
    done = biot_plugin("logs", "--target", "aws")
    assert (done.exit_code, done.out, done.err.count("error: ")) == (exit_code, "", 1), done.err


def test_a_missing_log_is_said_without_the_right_to_ask_who_one_is(
    own: QuickPlugin, biot_plugin: Program, monkeypatch: pytest.MonkeyPatch, aws: MotoAccount
) -> None:
    own.account = Account()
    aws.client("logs").delete_log_group(logGroupName="/aws/lambda/biot-demo")
    done = biot_plugin("logs", "--target", "aws")
    assert (done.exit_code, "There is no log group" in done.err) == (1, True), done.err
    fail(monkeypatch, "GetCallerIdentity", denied("GetCallerIdentity"))
    done = biot_plugin("logs", "--target", "aws")
    assert (done.exit_code in {1, 5}, done.err.count("error: ")) == (True, 1), done.err
    assert "Traceback" not in done.err
