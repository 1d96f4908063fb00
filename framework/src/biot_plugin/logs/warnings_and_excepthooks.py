"""What Python prints by itself, as records of the plugin's log: warnings, and errors that nothing caught.

The standard library prints them to standard error as they are, with whatever of an event is in their text.
"""

from __future__ import annotations

import logging
import sys
import threading
import warnings
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from biot_plugin.logs import redaction
from biot_plugin.logs.thread_traces import trace_of_thread

if TYPE_CHECKING:
    from aws_lambda_powertools.logging import Logger

_format_as_usual = warnings.formatwarning


def redirect(logger: Logger) -> None:
    """Write to a logger what Python would print."""
    warnings.formatwarning = _WarningFormat(logger)
    threading.excepthook = _ThreadHook(logger, _custom(threading.excepthook, threading.__excepthook__))
    sys.unraisablehook = _UnraisableHook(logger, _custom(sys.unraisablehook, sys.__unraisablehook__))


class _Report:
    """A function of ours in place of Python's."""

    def __init__(self, logger: Logger, previous: Callable[[Any], Any] | None = None) -> None:
        self._logger = logger
        self._previous = previous

    def _log(self, message: str, error: BaseException | None, event: Any) -> None:
        self._logger.error(message, exc_info=error)
        # A test runner or a monitoring service that is there as well.
        if self._previous is not None:
            self._previous(event)


class _ThreadHook(_Report):
    def __call__(self, event: threading.ExceptHookArgs) -> None:
        if event.exc_type is not SystemExit:
            self._log("A thread failed", event.exc_value, event)


class _UnraisableHook(_Report):
    def __call__(self, event: sys.UnraisableHookArgs) -> None:
        self._log(f"An error was ignored in a {type(event.object).__name__}", event.exc_value, event)


class _WarningFormat(_Report):
    """Formats a warning as a record, without its text while an event is handled: nobody knows what is in it."""

    def __call__(
        self, message: Warning | str, category: type[Warning], filename: str, lineno: int, line: str | None = None
    ) -> str:
        if trace_of_thread() is None:
            return redaction.mask_tokens(_format_as_usual(message, category, filename, lineno, line))
        text = f"{category.__name__} at {filename}:{lineno} [redacted text]"
        record = logging.LogRecord(self._logger.name, logging.WARNING, filename, lineno, text, (), None)
        return f"{self._logger.registered_handler.format(record)}\n"


def _custom(hook: Any, default: Any) -> Callable[[Any], Any] | None:
    """A hook that somebody else installed; None for Python's own and for ours."""
    previous: Callable[[Any], Any] | None = hook._previous if isinstance(hook, _Report) else hook
    return None if previous is default else previous
