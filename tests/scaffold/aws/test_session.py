from __future__ import annotations

import pytest

from biot_plugin_cli.aws.session import Account
from tests.scaffold.moto_account import REGION, use_account


@pytest.mark.parametrize(
    ("variable", "url", "is_stand_in"),
    [
        ("AWS_REGION", REGION, False),
        ("AWS_REGION", "cn-north-1", False),
        ("AWS_ENDPOINT_URL", "http://127.0.0.1:5000", True),
        ("AWS_ENDPOINT_URL_LAMBDA", "https://localhost.localstack.cloud:4566", True),
        ("AWS_ENDPOINT_URL_LAMBDA", "https://notamazonaws.com", True),
        ("AWS_ENDPOINT_URL_LAMBDA", f"https://vpce-1.lambda.{REGION}.vpce.amazonaws.com", False),
    ],
)
def test_what_stands_in_for_aws_is_told_by_its_host(
    monkeypatch: pytest.MonkeyPatch, variable: str, url: str, is_stand_in: bool
) -> None:
    use_account(monkeypatch, "")
    monkeypatch.delenv("AWS_ENDPOINT_URL")
    monkeypatch.setenv(variable, url)
    assert Account().is_stand_in is is_stand_in
