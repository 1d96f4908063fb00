"""The signature that AWS verifies; botocore is the judge."""

from __future__ import annotations

from datetime import datetime, timezone

import pytest
from botocore import auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from biot_plugin.http.messages import Request
from biot_plugin.service_key.signature import AwsCredentials, sign

NOW = datetime(2026, 11, 26, 18, 0, 1, tzinfo=timezone.utc)
HEADERS = {"content-type": "application/x-amz-json-1.1", "x-amz-target": "secretsmanager.GetSecretValue"}


@pytest.mark.parametrize("token", ["", "a/session+token=="])
@pytest.mark.parametrize(
    "url", ["https://secretsmanager.eu-central-1.amazonaws.com/", "http://127.0.0.1:5000/"], ids=["aws", "with a port"]
)
@pytest.mark.parametrize("content", [b"", b'{"SecretId": "arn:aws:x"}'], ids=["empty", "body"])
def test_it_is_the_one_that_botocore_makes(
    url: str, content: bytes, token: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = sign(
        Request("POST", url, dict(HEADERS), content),
        "secretsmanager",
        "eu-central-1",
        AwsCredentials("AKIDEXAMPLE", "wJalrXUtnFEMI", token),
        NOW.timestamp(),
    )

    monkeypatch.setattr(auth, "get_current_datetime", lambda *_: NOW.replace(tzinfo=None), raising=True)
    expected = AWSRequest("POST", url, headers=dict(HEADERS), data=content)
    auth.SigV4Auth(
        Credentials("AKIDEXAMPLE", "wJalrXUtnFEMI", token or None), "secretsmanager", "eu-central-1"
    ).add_auth(expected)
    assert own.headers == {name.lower(): value for name, value in expected.headers.items()}
    assert own.content == content


@pytest.mark.parametrize("missing", ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"])
def test_half_of_the_credentials_are_none(missing: str) -> None:
    both = {"AWS_ACCESS_KEY_ID": "a", "AWS_SECRET_ACCESS_KEY": "b"}

    assert AwsCredentials.from_environment(both) == ("a", "b", "")
    assert AwsCredentials.from_environment({**both, missing: ""}) is None
