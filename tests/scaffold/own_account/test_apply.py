"""A deployment that cannot go on says what stands where, and the next one goes on from there."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest

from biot_plugin_cli.aws import session
from biot_plugin_cli.aws.session import Account
from biot_plugin_cli.errors import CliError, Interrupted
from biot_plugin_cli.own_account.apply import run_steps
from biot_plugin_cli.own_account.steps.base import Step
from tests.scaffold.cut_connection import CutConnection, cut_connection
from tests.scaffold.moto_account import MotoAccount, use_account
from tests.scaffold.own_account.quick import QuickPlugin

GROUP = "log group /aws/lambda/biot-demo"
BEFORE_FUNCTION = f"{GROUP}, service user biot-demo on the platform, role biot-demo"


@pytest.fixture
def network(aws: MotoAccount, own: QuickPlugin, monkeypatch: pytest.MonkeyPatch) -> Iterator[CutConnection]:
    monkeypatch.setattr(session, "_MAX_ATTEMPTS", 1)
    with cut_connection(aws.url) as connection:
        use_account(monkeypatch, connection.url)
        own.account = Account()
        yield connection


def refusal(code: str, status: int = 403, *, xml: bool = False) -> bytes:
    body = f'{{"message": "private words", "__type": "{code}"}}'
    if xml:
        body = f"<ErrorResponse><Error><Code>{code}</Code><Message>private</Message></Error></ErrorResponse>"
    head = f"HTTP/1.1 {status} X\r\nx-amzn-errortype: {code}\r\ncontent-length: {len(body)}\r\n\r\n"
    return (head + body).encode()


@pytest.mark.sampled(3)
@pytest.mark.parametrize(
    ("request_part", "answer", "exit_code", "done", "unfinished"),
    [
        ("Logs_20140328.CreateLogGroup", refusal("AccessDeniedException", 400), 5, "", GROUP),
        ("Action=CreateRole", refusal("AccessDenied", xml=True), 5, GROUP, "role biot-demo"),
        ("Action=PutRolePolicy", refusal("Throttling", 400, xml=True), 5, GROUP, "role biot-demo"),
        ("POST /2015-03-31/functions HTTP", refusal("AccessDeniedException"), 5, BEFORE_FUNCTION, "function biot-demo"),
        ("POST /2015-03-31/functions HTTP", refusal("ExpiredTokenException"), 5, BEFORE_FUNCTION, "function biot-demo"),
        ("POST /2015-03-31/functions HTTP", refusal("ServiceException", 500), 6, BEFORE_FUNCTION, "function biot-demo"),
        ("/versions HTTP", refusal("CodeStorageExceededException", 400), 5, "function biot-demo", "alias live"),
        ("/policy", refusal("PublicPolicyException", 400), 5, "alias live", "permissions of the alias live"),
        ("/url HTTP", refusal("AccessDeniedException"), 5, "permissions of the alias live", "function URL"),
        ("AWSEvents.PutRule", refusal("AccessDeniedException", 400), 5, "function URL", "schedule biot-demo"),
        ("AWSEvents.PutTargets", refusal("ThrottlingException", 400), 5, "function URL", "schedule biot-demo"),
    ],
)
def test_a_refusal_names_what_is_done_and_what_is_not(
    own: QuickPlugin,
    network: CutConnection,
    request_part: str,
    answer: bytes,
    exit_code: int,
    done: str,
    unfinished: str,
) -> None:
    network.refusals = {request_part: answer}
    # Reading is allowed; the paths of some calls are the same.
    if request_part.startswith("/"):
        network.refusals = {f"{method} {path}": answer for method in ("POST", "PUT") for path in _paths(request_part)}
    with pytest.raises(CliError) as raised:
        own.deploy()
    message = str(raised.value)
    assert raised.value.exit_code == exit_code
    assert re.search(f"Done before: .*{re.escape(done)}[,;]" if done else "Nothing was done before;", message), message
    assert f"unfinished: {unfinished}" in message
    assert message.endswith("biot-plugin deploy goes on from here when it is run again")
    assert "\n" not in message
    network.refusals = {}
    own.deploy()
    assert own.deploy()["action"] == "none"


def _paths(part: str) -> list[str]:
    function = "/2015-03-31/functions/biot-demo"
    return [f"{function}{part}", f"/2021-10-31/functions/biot-demo{part.replace(' HTTP', '?')}"]


def _step(resource: str, run: Any) -> Step:
    return Step(resource, "create", (), run)


def test_an_interruption_names_it_too() -> None:
    def interrupt() -> None:
        raise KeyboardInterrupt

    said: list[str] = []
    steps = [_step("a", lambda: None), _step("b", interrupt), _step("c", lambda: None)]
    with pytest.raises(Interrupted) as raised:
        run_steps(steps, said.append, "delete")
    assert said == ["Creating the a", "Creating the b"]
    assert str(raised.value) == (
        "Interrupted. Done before: a; unfinished: b; not begun: c. biot-plugin delete goes on from here when it is run "
        "again"
    )
