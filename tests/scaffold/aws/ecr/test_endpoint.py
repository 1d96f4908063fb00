from __future__ import annotations

import pytest

from biot_plugin_cli.aws.ecr.endpoint import find_endpoint, is_ecr
from biot_plugin_cli.errors import UsageError

AWS = "https://api.ecr.eu-central-1.amazonaws.com"
ECR = "123456789012.dkr.ecr.eu-central-1.amazonaws.com"
REMOTE, LOCAL = "https://api.example.com", "http://127.0.0.1:8787"


@pytest.mark.parametrize(
    ("configured", "host", "platform", "endpoint"),
    [
        (AWS, ECR, REMOTE, AWS),
        (AWS, ECR, LOCAL, AWS),
        (AWS, "127.0.0.1:8787", LOCAL, LOCAL),
        (AWS, "registry.example:5000", LOCAL, LOCAL),
        ("http://127.0.0.1:5000", ECR, REMOTE, "http://127.0.0.1:5000"),
        ("https://ecr.example", "registry.example", REMOTE, "https://ecr.example"),
        ("https://notamazonaws.com", ECR, REMOTE, "https://notamazonaws.com"),
    ],
)
def test_credentials_are_exchanged_where_they_are_from(
    configured: str, host: str, platform: str, endpoint: str
) -> None:
    assert find_endpoint(configured, host, platform) == endpoint


@pytest.mark.parametrize("host", ["registry.example", f"{ECR}.evil.example", f"evil.{ECR}", "dkr.ecr.amazonaws.com"])
def test_nobody_else_is_asked(host: str) -> None:
    with pytest.raises(UsageError, match="set AWS_ENDPOINT_URL_ECR"):
        find_endpoint(AWS, host, REMOTE)


def test_credentials_are_never_sent_unencrypted() -> None:
    with pytest.raises(UsageError, match="over http"):
        find_endpoint("http://ecr.example", ECR, REMOTE)


@pytest.mark.parametrize(
    ("host", "is_aws"),
    [
        (ECR, True),
        ("123456789012.dkr.ecr.cn-north-1.amazonaws.com.cn", True),
        ("123456789012.dkr.ecr-fips.us-gov-west-1.amazonaws.com", True),
        ("123456789012.dkr-ecr.eu-central-1.on.aws", True),
        ("public.ecr.aws", False),
        (f"{ECR}:443", False),
    ],
)
def test_registries_of_aws_are_told_by_their_host(host: str, *, is_aws: bool) -> None:
    assert is_ecr(host) is is_aws
