"""What handlers and libraries read from Lambda's context, outside of Lambda."""

from __future__ import annotations

import os
import socket
from functools import cache
from pathlib import Path

from biot_plugin.http.time_limit import TimeIsUp, TimeLimit

_LIMIT_OF_CONTAINER = Path("/sys/fs/cgroup/memory.max")


class InvocationContext:
    """The context of one request: Lambda's, with what there is in place of AWS's names.

    Args:
        name: The plugin's name.
        request_id: An id of the request.
        time_limit: The time limit of the request.
    """

    function_version = "$LATEST"

    def __init__(self, name: str, request_id: str, time_limit: TimeLimit) -> None:
        self.function_name = name
        self.aws_request_id = request_id
        self.invoked_function_arn = f"arn:aws:lambda:local:000000000000:function:{name}"
        self.memory_limit_in_mb = _memory() // 1024**2
        self.log_group_name = name
        self.log_stream_name = _host()
        self._time_limit = time_limit

    def get_remaining_time_in_millis(self) -> int:
        """Milliseconds until the caller gets 504, at least 0."""
        try:
            return int(self._time_limit.left() * 1000)
        except TimeIsUp:
            return 0


@cache
def _host() -> str:
    return socket.gethostname()


@cache
def _memory() -> int:
    """The bytes that the container may use; those of the machine where it has no limit."""
    try:
        return int(_LIMIT_OF_CONTAINER.read_text(encoding="ascii"))
    except (OSError, ValueError):
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
