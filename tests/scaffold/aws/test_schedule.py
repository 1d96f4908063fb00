"""The schedule's answers that look like success."""

from __future__ import annotations

import pytest
from botocore.stub import Stubber

from biot_plugin_cli.aws.errors import AwsRefused
from biot_plugin_cli.aws.schedule import Schedule, set_schedule
from biot_plugin_cli.aws.session import Account
from tests.scaffold.moto_account import use_account


def test_a_target_that_was_not_accepted_is_no_success(monkeypatch: pytest.MonkeyPatch) -> None:
    use_account(monkeypatch, "http://127.0.0.1:9")
    account = Account()
    with Stubber(account.events) as stub:
        stub.add_client_error("describe_rule", "ResourceNotFoundException")
        stub.add_response("put_rule", {"RuleArn": "arn"})
        entry = {"TargetId": "biot-plugin", "ErrorCode": "ConcurrentModification", "ErrorMessage": "busy"}
        stub.add_response("put_targets", {"FailedEntryCount": 1, "FailedEntries": [entry]})
        with pytest.raises(AwsRefused, match=r"did not accept the target.*busy"):
            set_schedule(account, "r", Schedule("0 3 * * ? *", "arn", tags={"a": "b"}), "d", ())
