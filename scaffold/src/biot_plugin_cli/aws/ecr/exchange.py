"""The exchange of temporary AWS credentials for a registry login, as the platform's image repository needs it.

Everything stays in memory: no file of AWS's tools is written, and of those that exist no credentials are used.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from biot_plugin_cli.aws.ecr.endpoint import find_endpoint, is_loopback
from biot_plugin_cli.aws.errors import AwsRefused, explained
from biot_plugin_cli.errors import UsageError

if TYPE_CHECKING:
    from mypy_boto3_ecr.client import ECRClient
    from mypy_boto3_ecr.type_defs import GetAuthorizationTokenResponseTypeDef

__all__ = ["SessionKey", "exchange", "read_authorization"]

_CONNECT_SECONDS = 10
_READ_SECONDS = 60
_MAX_ATTEMPTS = 4


@dataclass(frozen=True, slots=True)
class SessionKey:
    """Temporary AWS credentials, of which nothing is ever shown.

    Attributes:
        access_key_id: The id of the access key.
        secret_access_key: The secret of the access key.
        session_token: The session token.
        region: The region that they are for.
    """

    access_key_id: str = field(repr=False)
    secret_access_key: str = field(repr=False)
    session_token: str = field(repr=False)
    region: str


def exchange(key: SessionKey, host: str, platform: str) -> tuple[str, str]:
    """Exchange temporary credentials for the user and the password of a registry.

    Args:
        key: The credentials.
        host: The host of the registry, with its port.
        platform: The base URL of the platform that the credentials are from.

    Raises:
        UsageError: It is unknown where to exchange them, or they would be sent unencrypted.
        AwsRefused: ECR refuses them, or answers with something else than a login.
        AwsUnreachable: ECR cannot be reached.
    """
    try:
        with explained():
            client = _client_for(key, host, platform)
            return read_authorization(client.get_authorization_token())
    except AwsRefused as error:
        # AWS's own words may quote what it was sent, and its usual advice is for credentials of one's own.
        raise AwsRefused(
            f"The platform's temporary credentials for its image registry were refused ({error.code or 'no reason'}): "
            "run this command again",
            error.code,
        ) from None


def _client_for(key: SessionKey, host: str, platform: str) -> ECRClient:
    client = _client(key, None)
    configured = client.meta.endpoint_url
    endpoint = find_endpoint(configured, host, platform)
    return client if endpoint == configured and not is_loopback(endpoint) else _client(key, endpoint)


def read_authorization(response: GetAuthorizationTokenResponseTypeDef | Mapping[str, object]) -> tuple[str, str]:
    """Read the user and the password from ECR's answer.

    Raises:
        AwsRefused: It has none.
    """
    data = response.get("authorizationData")
    token = data[0].get("authorizationToken") if isinstance(data, list) and data else None
    try:
        user, separator, password = base64.b64decode(str(token or ""), validate=True).decode("ascii").partition(":")
    except (binascii.Error, UnicodeDecodeError):
        separator = user = password = ""
    if not (user and separator and password):
        # Without the answer, which may have the password in another form.
        raise AwsRefused("ECR answered without a login for the registry", "no login in the answer")
    return user, password


def _client(key: SessionKey, endpoint: str | None) -> ECRClient:
    from boto3.session import Session
    from botocore.config import Config
    from botocore.session import Session as CoreSession

    # The profile that a user has chosen for an account of their own is not asked for, and need not exist.
    core = CoreSession(session_vars={"profile": (None, None, None, None)})
    session = Session(
        aws_access_key_id=key.access_key_id,
        aws_secret_access_key=key.secret_access_key,
        aws_session_token=key.session_token,
        region_name=key.region,
        botocore_session=core,
    )
    config = Config(
        retries={"mode": "standard", "max_attempts": _MAX_ATTEMPTS},
        connect_timeout=_CONNECT_SECONDS,
        read_timeout=_READ_SECONDS,
        user_agent_extra="biot-plugin",
        # A proxy does not know this machine.
        proxies={} if endpoint and is_loopback(endpoint) else None,
    )
    try:
        return session.client("ecr", endpoint_url=endpoint, config=config)
    except ValueError as error:
        raise UsageError(f"AWS cannot be called at {endpoint} ({error}): correct AWS_ENDPOINT_URL") from error
