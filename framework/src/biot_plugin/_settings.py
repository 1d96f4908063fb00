"""What the platform tells a plugin through its environment (contract section 7.3)."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import NamedTuple


class Settings(NamedTuple):
    """The platform's environment variables, read once when the plugin is made."""

    app_name: str
    base_url: str | None
    environment: str
    validate_jwt: bool
    interception_scope: str
    notification_scope: str
    in_lambda: bool

    @classmethod
    def from_environment(cls, environ: Mapping[str, str] = os.environ) -> Settings:
        """Reads the settings; what is not set has the default that the platform's samples use."""
        return cls(
            app_name=environ.get("BIOT_APP_NAME") or environ.get("AWS_LAMBDA_FUNCTION_NAME") or "Plugin",
            base_url=environ.get("BIOT_BASE_URL", "").rstrip("/") or None,
            environment=environ.get("BIOT_SERVICE_ENVIRONMENT") or "Not specified",
            validate_jwt=environ.get("BIOT_SHOULD_VALIDATE_JWT", "").strip().lower() != "false",
            interception_scope=environ.get("BIOT_JWT_PERMISSION_INTERCEPTION") or "PLUGIN_INTERCEPTOR",
            notification_scope=environ.get("BIOT_JWT_PERMISSION_NOTIFICATION") or "ACTION_NOTIFICATION",
            in_lambda="AWS_LAMBDA_RUNTIME_API" in environ,
        )
