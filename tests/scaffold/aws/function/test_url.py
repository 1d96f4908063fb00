"""The function URL where moto does not behave as AWS."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.stub import Stubber

from biot_plugin_cli.aws.function.url import find_url, update_url
from biot_plugin_cli.aws.session import Account
from tests.scaffold.moto_account import use_account

SHOWN = {
    "FunctionUrl": "https://x.lambda-url.eu-central-1.on.aws",
    "FunctionArn": "arn:aws:lambda:eu-central-1:123456789012:function:f:live",
    "AuthType": "NONE",
    "CreationTime": "2026-01-01T00:00:00Z",
    "LastModifiedTime": "2026-01-01T00:00:00Z",
}


@pytest.mark.parametrize(
    ("fields", "by_hand"),
    [
        ({}, {}),
        ({"InvokeMode": "BUFFERED", "Cors": {"AllowCredentials": False, "MaxAge": 0}}, {}),
        ({"InvokeMode": "RESPONSE_STREAM"}, {"InvokeMode": "RESPONSE_STREAM"}),
        ({"Cors": {"AllowCredentials": True, "MaxAge": 7}}, {"AllowCredentials": True, "MaxAge": 7}),
    ],
)
def test_what_was_set_by_hand_is_read_and_taken_back(
    monkeypatch: pytest.MonkeyPatch, fields: dict[str, Any], by_hand: dict[str, Any]
) -> None:
    use_account(monkeypatch, "http://127.0.0.1:9")
    account = Account()
    with Stubber(account.lambda_functions) as stub:
        stub.add_response("get_function_url_config", {**SHOWN, **fields}, {"FunctionName": "f", "Qualifier": "live"})
        url = find_url(account, "f", "live")
        expected = {"AllowCredentials": False, "MaxAge": 0, "AllowOrigins": ["https://a.example"]}
        stub.add_response(
            "update_function_url_config",
            {**SHOWN, "InvokeMode": "BUFFERED"},
            {"FunctionName": "f", "Qualifier": "live", "AuthType": "NONE", "InvokeMode": "BUFFERED", "Cors": expected},
        )
        update_url(account, "f", "live", {"allow-origins": ["https://a.example"]})

    assert url is not None and (url.address, url.by_hand) == (f"{SHOWN['FunctionUrl']}/", by_hand)
