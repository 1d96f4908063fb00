"""The end of Lambda's init phase: it waits for what the plugin has started in the background.

Init has a whole processor, and an invocation a part of one: 0.07 in 128 MB. A thread that is started while the plugin's
code is imported gets little done before the import ends, as the import holds the interpreter. Without the wait, the
first event would do the rest at a fourteenth of the speed, in somebody's API call.
"""

from __future__ import annotations

import threading
import time


class InitPhase:
    """The threads that init started. None of them may keep a plugin from starting."""

    #: Seconds that the end of init waits for all of them together; Lambda allows 10 for the whole of init.
    PATIENCE = 3.0

    def __init__(self) -> None:
        self._threads: list[threading.Thread] = []

    def start(self, thread: threading.Thread) -> None:
        """Start a thread that the end waits for."""
        self._threads.append(thread)
        thread.start()

    def end(self, *, verifies: bool, intercepts: bool) -> None:
        """Load what only events need, while the threads wait for the network; then wait for the threads.

        Those that take too long go on in the background.

        Args:
            verifies: Whether callers are verified.
            intercepts: Whether there are events whose part goes back to the platform.
        """
        _load(verifies=verifies, intercepts=intercepts)
        until = time.monotonic() + self.PATIENCE
        while self._threads:
            self._threads.pop().join(max(0.0, until - time.monotonic()))


def _load(*, verifies: bool, intercepts: bool) -> None:
    from biot_plugin import stopped_calls  # noqa: F401
    from biot_plugin.logs import secret_patterns  # noqa: F401
    from biot_plugin.replies import problems  # noqa: F401
    from biot_plugin.wire import usual_floats  # noqa: F401

    if intercepts:
        from biot_plugin.bodies.texts import reader  # noqa: F401
    if verifies:
        from biot_plugin.callers import public_key_parser, signature  # noqa: F401
