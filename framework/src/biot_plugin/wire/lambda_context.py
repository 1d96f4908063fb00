"""The context object that Lambda passes to a function."""

from __future__ import annotations

from typing import Protocol


class LambdaContext(Protocol):
    """What Lambda tells a function about the current invocation."""

    function_name: str
    function_version: str
    invoked_function_arn: str
    memory_limit_in_mb: int
    aws_request_id: str
    log_group_name: str
    log_stream_name: str

    def get_remaining_time_in_millis(self) -> int:
        """Milliseconds until Lambda ends the invocation."""
        ...
