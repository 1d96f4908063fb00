"""What a handler gets beside the event."""

from __future__ import annotations

import os
import sys
import time
from typing import Any

from biot_emulator.sandbox.runtime_client.api import Event

__all__ = ["CognitoIdentity", "LambdaContext"]


class _Shown:
    def __repr__(self) -> str:
        fields = ",".join(f"{name}={value}" for name, value in vars(self).items() if not name.startswith("_"))
        return f"{type(self).__name__}([{fields}])"


class CognitoIdentity(_Shown):
    """Who called through AWS's mobile SDK; nobody does, through a function URL."""

    def __init__(self) -> None:
        self.cognito_identity_id = None
        self.cognito_identity_pool_id = None


class LambdaContext(_Shown):
    """Lambda's context of one event.

    Args:
        event: The event as it was fetched.
    """

    def __init__(self, event: Event) -> None:
        self.aws_request_id = event.request_id
        self.log_group_name = os.environ.get("AWS_LAMBDA_LOG_GROUP_NAME")
        self.log_stream_name = os.environ.get("AWS_LAMBDA_LOG_STREAM_NAME")
        self.function_name = os.environ.get("AWS_LAMBDA_FUNCTION_NAME")
        self.memory_limit_in_mb = os.environ.get("AWS_LAMBDA_FUNCTION_MEMORY_SIZE")
        self.function_version = os.environ.get("AWS_LAMBDA_FUNCTION_VERSION")
        self.invoked_function_arn = event.function_arn
        self.client_context = None
        self.identity = CognitoIdentity()
        self.tenant_id = None
        self._deadline_ms = event.deadline_ms

    def get_remaining_time_in_millis(self) -> int:
        """Tell how many milliseconds are left; never less than none."""
        return max(0, self._deadline_ms - int(time.time() * 1000))

    def w3c(self) -> dict[str, str]:
        """Give the trace fields of the client context, which there is none of."""
        return {}

    def log(self, message: Any) -> None:
        """Write to the log as it is, without a line's end."""
        sys.stdout.write(str(message))
