"""What takes AWS a while."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from botocore.exceptions import ClientError

from biot_plugin_cli.aws import waiting
from biot_plugin_cli.aws.waiting import until, when_ready
from biot_plugin_cli.errors import OperationFailed
from tests.scaffold.aws.test_errors import response

NOT_READY = (
    "The role defined for the function cannot be assumed by Lambda.",
    "The provided execution role does not have permissions to call CreateNetworkInterface on EC2",
    "Lambda was unable to configure access: the KMS key is invalid for CreateGrant",
    "Your request has been throttled due to EC2",
)


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(waiting, "PAUSE", 0)


def failing(errors: Iterator[Exception]) -> Callable[[], int]:
    def call() -> int:
        for error in errors:
            raise error
        return 7

    return call


@pytest.mark.parametrize("message", NOT_READY)
def test_a_new_role_is_tried_until_aws_knows_it(message: str) -> None:
    assert when_ready(failing(iter([response("InvalidParameterValueException", message)] * 3))) == 7


@pytest.mark.parametrize(
    "error",
    [
        response("InvalidParameterValueException", "The runtime python2.9 is not supported"),
        response("AccessDenied", NOT_READY[0]),
    ],
)
def test_a_mistake_is_not_tried_again(error: ClientError) -> None:
    with pytest.raises(ClientError):
        when_ready(failing(iter([error])))


def test_a_role_that_never_can_be_assumed_ends_the_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(waiting, "MAX_ROLE_SECONDS", 0)
    endless = iter(lambda: response("InvalidParameterValueException", NOT_READY[0]), None)

    with pytest.raises(ClientError, match="assumed"):
        when_ready(failing(endless))


def test_a_state_is_read_until_it_is_there(monkeypatch: pytest.MonkeyPatch) -> None:
    states = iter(["Pending", "Pending", "Active"])

    assert until(lambda: next(states), lambda state: state == "Active", "the function") == "Active"
    monkeypatch.setattr(waiting, "MAX_SECONDS", 0)
    with pytest.raises(OperationFailed, match="longer than 0 seconds for the function"):
        until(lambda: "Pending", lambda _: False, "the function")
