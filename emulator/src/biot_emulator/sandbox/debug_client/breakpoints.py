"""What `breakpoint()` does: it asks whoever is there, and never waits for somebody who is not."""

from __future__ import annotations

import os
import sys
from typing import Any

from biot_emulator.sandbox.debug_client.attachment import Attachment
from biot_emulator.sandbox.debug_client.prompt import Terminal

__all__ = ["BreakpointHook"]

_WARNING = "[WARNING] breakpoint() does nothing: no debugger is attached, and there is no terminal to ask at\n"


class BreakpointHook:
    """The function behind `breakpoint()`.

    Args:
        attachment: Where a debugger may be attached; None if none can be.
        terminal: Where a prompt can be shown; None if nowhere.
    """

    def __init__(self, attachment: Attachment | None, terminal: Terminal | None) -> None:
        self._attachment = attachment
        self._terminal = terminal
        self._has_warned = False

    def __call__(self, *_: Any, **__: Any) -> None:
        """Stop at the caller."""
        if os.environ.get("PYTHONBREAKPOINT") == "0":
            return
        caller = sys._getframe(1)
        if self._attachment and self._attachment.is_attached:
            self._attachment.stop_at(caller)
        elif self._terminal:
            self._terminal.stop_at(caller)
        elif not self._has_warned:
            self._has_warned = True
            sys.stderr.write(_WARNING)
