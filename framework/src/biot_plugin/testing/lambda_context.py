"""A Lambda context for tests."""

from __future__ import annotations

import time
import uuid


class Context:
    """The context of an invocation, with a running deadline.

    Args:
        timeout: Seconds until the deadline.
        name: The plugin's name, without the platform's prefix.
        memory_size: Megabytes.
    """

    function_version = "$LATEST"

    def __init__(self, timeout: float = 3.0, name: str = "test", memory_size: int = 128) -> None:
        self.function_name = f"Plugin-{name}"
        self.memory_limit_in_mb = memory_size
        self.aws_request_id = str(uuid.uuid4())
        self.invoked_function_arn = f"arn:aws:lambda:eu-central-1:123456789012:function:{self.function_name}"
        self.log_group_name = f"/aws/lambda/{self.function_name}"
        self.log_stream_name = f"2026/01/02/[$LATEST]{uuid.uuid4().hex}"
        self._deadline = time.monotonic() + timeout

    def get_remaining_time_in_millis(self) -> int:
        """Milliseconds until the deadline, at least 0."""
        return max(0, int((self._deadline - time.monotonic()) * 1000))
