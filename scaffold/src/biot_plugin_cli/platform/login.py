"""The log-in to the platform: credentials in, access token out (contract sections 5.3 and 5.5)."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping

from biot_plugin_cli.platform.credentials import Credentials
from biot_plugin_cli.platform.errors import AnswerLost, Unreachable
from biot_plugin_cli.platform.response_schemas import SERVICE_TOKEN, USER_TOKEN, parse

__all__ = ["Send", "log_in"]

Send = Callable[[str, str, Mapping[str, str], bytes], bytes]
"""Sends a request (method, path, headers, body) and returns the body of a successful response."""

_HEADERS = {"content-type": "application/json"}


def log_in(credentials: Credentials, send: Send, base_url: str) -> str:
    """Log in and return the access token.

    Args:
        credentials: The credentials of a service user or a person.
        send: Sends the request.
        base_url: The URL that responds.

    Raises:
        Unreachable: The platform did not respond.
        Refusal: The platform rejected the credentials.
    """
    if credentials.is_service:
        path, schema = "/ums/v2/services/accessToken", SERVICE_TOKEN
        body = {"id": credentials.name, "secretKey": credentials.secret}
    else:
        path, schema = "/ums/v2/users/login", USER_TOKEN
        body = {"username": credentials.name, "password": credentials.secret}
    try:
        content = send("POST", path, _HEADERS, json.dumps(body).encode())
    except AnswerLost as error:
        raise Unreachable(str(error)) from error
    response = parse(content, schema, base_url)
    token = response["accessToken"] if credentials.is_service else response["accessJwt"]["token"]
    return str(token)
