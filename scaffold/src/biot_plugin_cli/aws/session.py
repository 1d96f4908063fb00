"""The AWS account that a plugin is deployed to. boto3 is loaded here alone, when an account is first used."""

from __future__ import annotations

import os
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from biot_plugin_cli.aws.errors import explained
from biot_plugin_cli.errors import UsageError

if TYPE_CHECKING:
    from boto3.session import Session
    from botocore.config import Config
    from mypy_boto3_ecr.client import ECRClient
    from mypy_boto3_events.client import EventBridgeClient
    from mypy_boto3_iam.client import IAMClient
    from mypy_boto3_lambda.client import LambdaClient
    from mypy_boto3_logs.client import CloudWatchLogsClient
    from mypy_boto3_resourcegroupstaggingapi.client import ResourceGroupsTaggingAPIClient
    from mypy_boto3_secretsmanager.client import SecretsManagerClient

__all__ = ["Account"]

_REGION_VARIABLES = ("AWS_REGION", "AWS_DEFAULT_REGION")
_DOMAINS = (".amazonaws.com", ".amazonaws.com.cn", ".amazonaws.eu", ".api.aws")
_CONNECT_SECONDS = 10
# The upload of 50 MB may take a while.
_READ_SECONDS = 120
_MAX_ATTEMPTS = 8


@dataclass(frozen=True)
class Account:
    """An AWS account in one region, and its clients, made when they are first used.

    Attributes:
        region: The region; None for that of the environment or the profile.
        profile: The profile of AWS's configuration files; None for the environment's credentials.
    """

    region: str | None = None
    profile: str | None = None

    @cached_property
    def session(self) -> Session:
        """boto3's session.

        Raises:
            UsageError: There is no such profile, or no region.
        """
        with explained():
            import boto3

            named = self.region or next(filter(None, map(os.environ.get, _REGION_VARIABLES)), None)
            session = boto3.Session(profile_name=self.profile, region_name=named)
            if not session.region_name:
                raise UsageError("No AWS region: set region in [tool.biot-plugin.aws] of pyproject.toml, or AWS_REGION")
            return session

    @property
    def region_name(self) -> str:
        """The region, such as `eu-central-1`."""
        return str(self.session.region_name)

    @cached_property
    def _identity(self) -> tuple[str, str]:
        with explained():
            identity = self.session.client("sts", config=self._config).get_caller_identity()
        return identity["Account"], identity["Arn"]

    @property
    def id(self) -> str:
        """The account's number, of 12 digits."""
        return self._identity[0]

    @property
    def caller(self) -> str:
        """The ARN of the user, or of the session of a role, that calls AWS."""
        return self._identity[1]

    @property
    def partition(self) -> str:
        """The part of AWS that it belongs to, such as `aws` or `aws-cn`."""
        return self.caller.split(":")[1]

    @cached_property
    def lambda_functions(self) -> LambdaClient:
        """The client of Lambda."""
        return self.session.client("lambda", config=self._config)

    @cached_property
    def iam(self) -> IAMClient:
        """The client of IAM."""
        return self.session.client("iam", config=self._config)

    @cached_property
    def logs(self) -> CloudWatchLogsClient:
        """The client of CloudWatch Logs."""
        return self.session.client("logs", config=self._config)

    @cached_property
    def events(self) -> EventBridgeClient:
        """The client of EventBridge."""
        return self.session.client("events", config=self._config)

    @cached_property
    def secrets(self) -> SecretsManagerClient:
        """The client of Secrets Manager."""
        return self.session.client("secretsmanager", config=self._config)

    @cached_property
    def ecr(self) -> ECRClient:
        """The client of ECR, the registry."""
        return self.session.client("ecr", config=self._config)

    @cached_property
    def tagging(self) -> ResourceGroupsTaggingAPIClient:
        """The client that finds resources by their tags."""
        return self.session.client("resourcegroupstaggingapi", config=self._config)

    @property
    def is_stand_in(self) -> bool:
        """Whether calls go to something that stands in for AWS, such as what AWS_ENDPOINT_URL names."""
        host = urlsplit(self.lambda_functions.meta.endpoint_url).hostname or ""
        return not host.endswith(_DOMAINS)

    def arn(self, service: str, resource: str) -> str:
        """Format the ARN of a resource in this account and region."""
        return f"arn:{self.partition}:{service}:{self.region_name}:{self.id}:{resource}"

    def role_arn(self, path: str, name: str) -> str:
        """Format the ARN of a role in this account."""
        return f"arn:{self.partition}:iam::{self.id}:role{path}{name}"

    @cached_property
    def _config(self) -> Config:
        from botocore.config import Config

        return Config(
            # Adaptive, as Lambda allows about 15 calls a second to everybody in an account.
            retries={"mode": "adaptive", "max_attempts": _MAX_ATTEMPTS},
            connect_timeout=_CONNECT_SECONDS,
            read_timeout=_READ_SECONDS,
            user_agent_extra="biot-plugin",
        )
