"""The environment variables of a plugin (contract section 7.3): most are set by the platform."""

# Without `annotations` of the future, as in `events.initiator`.
import os
from collections.abc import Mapping
from typing import NamedTuple

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


class Settings(NamedTuple):
    """The environment variables, read once when the plugin is created."""

    app_name: str
    base_url: str | None
    environment: str
    credentials: Credentials | None
    validate_jwt: bool
    interception_scope: str
    notification_scope: str
    token_types: frozenset[str]
    in_lambda: bool
    record: str = ""

    @classmethod
    def from_environment(cls, environ: Mapping[str, str] = os.environ) -> "Settings":
        """Read the settings; defaults are those of the platform's samples."""
        service_id, secret_key = environ.get("BIOT_SERVICE_USER_ID"), environ.get("BIOT_SERVICE_USER_SECRET_KEY", "")
        secret_arn = environ.get("BIOT_SERVICE_USER_SECRET_ARN", "")
        return cls(
            app_name=well_formed(environ.get("BIOT_APP_NAME") or environ.get("AWS_LAMBDA_FUNCTION_NAME") or "Plugin"),
            base_url=environ.get("BIOT_BASE_URL", "").rstrip("/") or None,
            environment=well_formed(environ.get("BIOT_SERVICE_ENVIRONMENT") or "Not specified"),
            credentials=Credentials(service_id, secret_key, secret_arn)
            if service_id and (secret_key or secret_arn)
            else None,
            validate_jwt=environ.get("BIOT_SHOULD_VALIDATE_JWT", "").strip().lower() != "false",
            interception_scope=environ.get("BIOT_JWT_PERMISSION_INTERCEPTION") or "PLUGIN_INTERCEPTOR",
            notification_scope=environ.get("BIOT_JWT_PERMISSION_NOTIFICATION") or "ACTION_NOTIFICATION",
            token_types=frozenset(environ.get("JWT_TOKEN_TYPES", "").replace(",", " ").split()) or ACCESS_TOKEN_TYPES,
            in_lambda="AWS_LAMBDA_RUNTIME_API" in environ,
            record=environ.get("PLUGIN_RECORD", "").strip(),
        )
