"""The environment variables of a plugin (contract section 7.3): most are set by the platform."""

from __future__ import annotations

import os
from collections.abc import Mapping

from biot_plugin.wire.well_formed import well_formed

#: Every kind of access token of the platform. A refresh token is of another kind, and opens nothing.
ACCESS_TOKEN_TYPES = frozenset(("USER", "SERVICE_INTERNAL", "SERVICE_EXTERNAL", "DEVICE"))


class Credentials:
    """The plugin's service user. Not a tuple, so that its `repr` does not show the secret.

    Its key is either here, or in a secret of AWS Secrets Manager.
    """

    __slots__ = ("id", "secret_arn", "secret_key")

    def __init__(self, id: str, secret_key: str, secret_arn: str = "") -> None:
        self.id = id
        self.secret_key = secret_key
        self.secret_arn = secret_arn


class Settings:
    """The environment variables, read once when the plugin is created; defaults are those of the platform's samples."""

    def __init__(self, environ: Mapping[str, str] = os.environ) -> None:
        self.app_name = well_formed(environ.get("BIOT_APP_NAME") or environ.get("AWS_LAMBDA_FUNCTION_NAME") or "Plugin")
        self.base_url = environ.get("BIOT_BASE_URL", "").rstrip("/") or None
        self.environment = well_formed(environ.get("BIOT_SERVICE_ENVIRONMENT") or "Not specified")
        self.credentials = _credentials(environ)
        self.validate_jwt = environ.get("BIOT_SHOULD_VALIDATE_JWT", "").strip().lower() != "false"
        self.interception_scope = environ.get("BIOT_JWT_PERMISSION_INTERCEPTION") or "PLUGIN_INTERCEPTOR"
        self.notification_scope = environ.get("BIOT_JWT_PERMISSION_NOTIFICATION") or "ACTION_NOTIFICATION"
        named = environ.get("JWT_TOKEN_TYPES", "").replace(",", " ").split()
        self.token_types = frozenset(named) or ACCESS_TOKEN_TYPES
        self.in_lambda = "AWS_LAMBDA_RUNTIME_API" in environ
        self.record = environ.get("PLUGIN_RECORD", "").strip()


def _credentials(environ: Mapping[str, str]) -> Credentials | None:
    """The plugin's service user; None where the environment lacks its id or its key."""
    service_id, secret_key = environ.get("BIOT_SERVICE_USER_ID"), environ.get("BIOT_SERVICE_USER_SECRET_KEY", "")
    secret_arn = environ.get("BIOT_SERVICE_USER_SECRET_ARN", "")
    return Credentials(service_id, secret_key, secret_arn) if service_id and (secret_key or secret_arn) else None
