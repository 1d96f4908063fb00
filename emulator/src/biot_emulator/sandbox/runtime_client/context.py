"""The context that a handler receives with the event."""

from __future__ import annotations

import os
import sys
import time
from typing import Any

from biot_emulator.sandbox.runtime_client.api import Event

__all__ = ["CognitoIdentity", "LambdaContext"]


class _Printable:
    def __repr__(self) -> str:
        fields = ",".join(f"{name}={value}" for name, value in vars(self).items() if not name.startswith("_"))
        return f"{type(self).__name__}([{fields}])"


class CognitoIdentity(_Printable):
    """The caller's identity in AWS's mobile SDK; a function URL has none."""

    def __init__(self) -> None:
        self.cognito_identity_id = None
        self.cognito_identity_pool_id = None


class LambdaContext(_Printable):
    """Lambda's context of one event.

    Args:
        event: The event as fetched from the Runtime API.
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
        """Return the milliseconds until the timeout, at least 0."""
        return max(0, self._deadline_ms - int(time.time() * 1000))

    def w3c(self) -> dict[str, str]:
        """Return the trace fields of the client context: none."""
        return {}

    def log(self, message: Any) -> None:
        """Write a message to the log, without adding a newline."""
        sys.stdout.write(str(message))
