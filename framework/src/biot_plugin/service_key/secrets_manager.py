"""Reads the service user's key from AWS Secrets Manager, with the rights of the function's role."""

from __future__ import annotations

import os
import time as clock
from collections.abc import Callable, Mapping
from typing import Any

from biot_plugin.http.messages import Request, Response
from biot_plugin.http.time_limit import TimeLimit
from biot_plugin.platform_errors import NotConfigured, PlatformUnreachable
from biot_plugin.service_key.signature import AwsCredentials, sign
from biot_plugin.wire import strict_json

_CALL = "event.biot"
_VARIABLE = "BIOT_SERVICE_USER_SECRET_ARN"
_ENDPOINTS = ("AWS_ENDPOINT_URL_SECRETS_MANAGER", "AWS_ENDPOINT_URL")
_SUFFIXES = {"aws-cn": "amazonaws.com.cn"}
_ARN_PARTS = 7
_SERVER_ERROR = 500


def read_key(
    arn: str,
    send: Callable[[Request, TimeLimit], Response],
    time: TimeLimit,
    *,
    environ: Mapping[str, str] = os.environ,
    now: Callable[[], float] = clock.time,
) -> str:
    """Read the key from a secret with the JSON `{"secretKey": ...}`.

    Args:
        arn: The ARN of the secret.
        send: Sends a request.
        time: The time limit.
        environ: The environment, with the credentials of the function's role.
        now: Seconds since the epoch.

    Raises:
        NotConfigured: The ARN is not one of a secret, AWS refuses, or the secret has another form.
        PlatformError: AWS did not respond.
    """
    parts = arn.split(":")
    if len(parts) != _ARN_PARTS or parts[2] != "secretsmanager":
        raise NotConfigured(_CALL, f"{_VARIABLE} is not the ARN of a secret")
    credentials = AwsCredentials.from_environment(environ)
    if credentials is None:
        raise NotConfigured(_CALL, f"{_VARIABLE} is set, but there are no credentials of AWS to read the secret with")
    request = sign(_request(arn, parts, environ), "secretsmanager", parts[3], credentials, now())
    return _parse(send(request, time))


def _request(arn: str, parts: list[str], environ: Mapping[str, str]) -> Request:
    default = f"https://secretsmanager.{parts[3]}.{_SUFFIXES.get(parts[1], 'amazonaws.com')}"
    url = next(filter(None, map(environ.get, _ENDPOINTS)), default).rstrip("/")
    headers = {"content-type": "application/x-amz-json-1.1", "x-amz-target": "secretsmanager.GetSecretValue"}
    return Request("POST", f"{url}/", headers, strict_json.dumps({"SecretId": arn}).encode())


def _parse(response: Response) -> str:
    document = _object(response.content)
    # The code is a name such as AccessDeniedException; the message might have more in it.
    code = str(document.get("__type", "")).rpartition("#")[2]
    if response.status >= _SERVER_ERROR or code == "ThrottlingException":
        raise PlatformUnreachable(_CALL, f"AWS Secrets Manager answered {response.status} {code}".rstrip(), sent=False)
    if response.status != 200:
        reason = f"AWS answered {response.status} {code}".rstrip()
        raise NotConfigured(_CALL, f"the secret {_VARIABLE} cannot be read: {reason}")
    key = _object(document.get("SecretString")).get("secretKey")
    if not isinstance(key, str) or not key:
        raise NotConfigured(_CALL, f"the secret {_VARIABLE} has no secretKey")
    return key


def _object(text: Any) -> dict[str, Any]:
    """Parse a JSON object; an empty one for everything else."""
    try:
        document = strict_json.loads(text) if isinstance(text, str | bytes) else None
    except ValueError:
        return {}
    return document if isinstance(document, dict) else {}
