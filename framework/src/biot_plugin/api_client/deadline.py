"""How long API calls may take: their timeout, and the end of the invocation."""

from __future__ import annotations

from typing import TYPE_CHECKING

from biot_plugin.http.time_limit import TimeLimit

if TYPE_CHECKING:
    from biot_plugin.wire.lambda_context import LambdaContext


class Deadline:
    """The deadline of one invocation.

    Args:
        context: Lambda's context; without one there is only the timeout of each call.
    """

    #: Seconds that a call may take by default.
    TIMEOUT = 30.0
    #: Seconds of the invocation that are reserved for what the handler does after a call timed out.
    RESERVE = 0.5

    def __init__(self, context: LambdaContext | None) -> None:
        self._context = context

    @property
    def seconds_left(self) -> float:
        """Seconds that a call may take before Lambda ends the invocation; 0 where there are none."""
        if self._context is None:
            return self.TIMEOUT
        return max(0.0, self._context.get_remaining_time_in_millis() / 1000 - self.RESERVE)

    def limit(self, timeout: float | None = None) -> TimeLimit:
        """Start the time limit of a call, of at most `timeout` seconds."""
        return TimeLimit(min(self.TIMEOUT if timeout is None else timeout, self.seconds_left))
