"""Prepares a process for debugging, before the plugin is loaded."""

from __future__ import annotations

import json
import os
import sys
from typing import Any

from biot_emulator.sandbox.debug_client.attachment import Attachment
from biot_emulator.sandbox.debug_client.breakpoints import BreakpointHook
from biot_emulator.sandbox.debug_client.context_clock import ContextClock
from biot_emulator.sandbox.debug_client.prompt import Terminal
from biot_emulator.sandbox.debug_client.service import Service

__all__ = ["start"]


def start(options: str, context_class: Any) -> None:
    """Have debuggers attach, `breakpoint()` ask, and the remaining time stand still as the emulator's clock does.

    Args:
        options: What the emulator says, as JSON.
        context_class: The runtime client's class of Lambda contexts.
    """
    settings = json.loads(options)
    service = Service(os.environ["AWS_LAMBDA_RUNTIME_API"])

    def follow_clock() -> None:
        context_class.get_remaining_time_in_millis = ContextClock(service, settings["timedModules"])

    terminal = None
    if settings["terminal"] is not None:
        terminal = Terminal(settings["terminal"], settings["term"], service, follow_clock)
    attachment = Attachment(settings["library"]) if settings["library"] else None
    if attachment:
        follow_clock()
        service.listen(*attachment.listen())
        if settings["waits"]:
            attachment.wait()
    # The debugger has put its own there.
    sys.breakpointhook = BreakpointHook(attachment, terminal)
