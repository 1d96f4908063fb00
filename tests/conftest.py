"""What holds for all tests."""

from __future__ import annotations

import signal

# Whoever runs the tests in the background has interrupts ignored, and so would every process that they start.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)
