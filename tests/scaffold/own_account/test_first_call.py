"""What a function URL answers after a deployment: a warning at most."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from biot_emulator.http.response import Response
from biot_emulator.server.function_endpoint import FunctionEndpoint
from biot_plugin_cli.aws import waiting
from biot_plugin_cli.aws.session import Account
from biot_plugin_cli.own_account import first_call
from biot_plugin_cli.own_url.address import AddressProblem, find_problem
from tests.scaffold.own_account.quick import QuickPlugin

REFUSAL = (401, b'{"code": "JWT_ERROR"}')
FORBIDDEN = (403, b'{"Message": "Forbidden"}')
CRASH = (502, b'{"message": "Internal Server Error"}')


@pytest.fixture
def real(monkeypatch: pytest.MonkeyPatch) -> None:
    """Take the account for one of AWS's."""
    monkeypatch.setattr(Account, "is_stand_in", False)
    monkeypatch.setattr(waiting, "PAUSE", 0)


@contextmanager
def answering(monkeypatch: pytest.MonkeyPatch, answers: list[tuple[int, bytes]]) -> Iterator[list[int]]:
    """Let the function URL answer one after the other, the last one for ever; give what was answered."""
    given = list[int]()

    def respond(_: object) -> Response:
        status, body = answers[min(len(given), len(answers) - 1)]
        given.append(status)
        return Response(status, {"content-type": "application/json"}, body)

    with FunctionEndpoint(respond) as endpoint:
        monkeypatch.setattr(first_call, "find_problem", lambda _: find_problem(endpoint.url))
        yield given


@pytest.mark.usefixtures("real")
@pytest.mark.parametrize(
    ("answers", "calls", "said"),
    [
        ([REFUSAL], 1, None),
        ([FORBIDDEN, FORBIDDEN, REFUSAL], 3, None),
        ([FORBIDDEN], 5, "with 403: see biot-plugin logs, and whether a policy of the organization forbids"),
        ([FORBIDDEN, CRASH], 2, "The deployment is done, but "),
        ([CRASH], 1, "does not answer as a plugin does, but with 502: see biot-plugin logs"),
        ([(200, b"{}")], 1, "answers a call without a token with 200: have the plugin verify its callers"),
    ],
)
def test_the_url_is_called_after_a_deployment(
    own: QuickPlugin,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    answers: list[tuple[int, bytes]],
    calls: int,
    said: str | None,
) -> None:
    with answering(monkeypatch, answers) as given:
        document = own.deploy()
    assert (document["action"], len(given)) == ("create", calls)
    printed = capsys.readouterr().err
    if said is None:
        assert document["endpointProblem"] is None
        assert "warning" not in printed
    else:
        assert said in document["endpointProblem"]
        assert f"warning: {document['endpointProblem']}" in printed


@pytest.mark.usefixtures("real")
def test_a_url_whose_name_nobody_knows_yet_is_called_again(own: QuickPlugin, monkeypatch: pytest.MonkeyPatch) -> None:
    problems = iter([AddressProblem("it does not respond", "wait"), None])
    monkeypatch.setattr(first_call, "find_problem", lambda _: next(problems))
    assert own.deploy()["endpointProblem"] is None
    assert list(problems) == []


def _refuse_to_be_called(_: str) -> None:
    raise AssertionError("this URL belongs to somebody else")


def _nothing(_: QuickPlugin, monkeypatch: pytest.MonkeyPatch) -> None:
    """moto stands in for AWS."""


def _without_framework(own: QuickPlugin, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Account, "is_stand_in", False)
    own.has_framework = False


@pytest.mark.parametrize("prepare", [_nothing, _without_framework])
def test_what_cannot_answer_as_a_plugin_is_not_called(
    own: QuickPlugin, monkeypatch: pytest.MonkeyPatch, prepare: Callable[[QuickPlugin, pytest.MonkeyPatch], None]
) -> None:
    prepare(own, monkeypatch)
    monkeypatch.setattr(first_call, "find_problem", _refuse_to_be_called)
    assert own.deploy()["endpointProblem"] is None


@pytest.mark.usefixtures("real")
def test_nothing_to_do_calls_nothing(own: QuickPlugin, monkeypatch: pytest.MonkeyPatch) -> None:
    with answering(monkeypatch, [REFUSAL]) as given:
        own.deploy()
        assert own.deploy()["action"] == "none"
    assert len(given) == 1
