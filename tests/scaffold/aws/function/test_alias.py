"""Old versions, and the aliases that keep them."""

from __future__ import annotations

import pytest
from botocore.stub import Stubber

from biot_plugin_cli.aws.function.alias import prune_versions
from biot_plugin_cli.aws.session import Account
from tests.scaffold.moto_account import use_account


def test_a_version_that_an_alias_calls_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    use_account(monkeypatch, "http://127.0.0.1:9")
    account = Account()
    aliases = [
        {"Name": "live", "FunctionVersion": "9"},
        {"Name": "theirs", "FunctionVersion": "2", "RoutingConfig": {"AdditionalVersionWeights": {"3": 0.5}}},
    ]
    with Stubber(account.lambda_functions) as stub:
        stub.add_response("list_aliases", {"Aliases": aliases})
        for version in ("1", "4"):
            stub.add_response("delete_function", {}, {"FunctionName": "f", "Qualifier": version})
        prune_versions(account, "f", [str(number) for number in range(1, 10)])
        stub.assert_no_pending_responses()


def test_a_few_versions_are_not_even_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    use_account(monkeypatch, "http://127.0.0.1:9")

    prune_versions(Account(), "f", ["1", "2", "3", "4", "5"])
