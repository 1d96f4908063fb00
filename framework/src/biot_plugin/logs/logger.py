"""The plugin's logger: powertools' Logger, writing the platform's log format (contract section 7.5)."""

from __future__ import annotations

import json
import logging
import sys
from typing import Any

from aws_lambda_powertools.logging import Logger
from aws_lambda_powertools.logging.formatter import LambdaPowertoolsFormatter

from biot_plugin.logs import redaction
from biot_plugin.wire.trace import current_trace

_LEVELS = {
    "DEBUG": ("DEBUG", 10000),
    "INFO": ("INFO", 30000),
    "WARNING": ("WARN", 40000),
    "ERROR": ("ERROR", 50000),
    "CRITICAL": ("ERROR", 50000),
}
_STANDARD_KEYS = frozenset(("level", "message", "timestamp", "service", "sampling_rate", "xray_trace_id", "taskName"))


class PlatformFormatter(LambdaPowertoolsFormatter):
    """Formats a record as the platform's log pipeline expects it, with tokens and bodies redacted.

    The trace id is read when the line is written, so it is that of the current event on every invocation of a warm
    container, in every thread and task.
    """

    def __init__(self, app_name: str) -> None:
        super().__init__(datefmt="%Y-%m-%dT%H:%M:%S.%FZ", utc=True)
        self._app_name = app_name

    def serialize(self, log: Any) -> str:
        """Render powertools' structured record as one line of JSON."""
        trace = current_trace.get()
        level, value = _LEVELS.get(log.get("level", "INFO"), ("INFO", 30000))
        record = {
            "@timestamp": log.get("timestamp"),
            "message": redaction.mask_message(log.get("message")),
            "level": level,
            "level_value": value,
            "appName": self._app_name,
            "traceId": trace.trace_id if trace else None,
            **redaction.mask_fields({name: entry for name, entry in log.items() if name not in _STANDARD_KEYS}),
        }
        return json.dumps(record, default=str)


class _StandardOutput(logging.Handler):
    """Writes to the `sys.stdout` of the moment, not to that of the logger's creation."""

    def emit(self, record: logging.LogRecord) -> None:
        """Write one line."""
        try:
            sys.stdout.write(f"{self.format(record)}\n")
            sys.stdout.flush()
        except Exception:
            self.handleError(record)


def create_logger(app_name: str) -> Logger:
    """Create the plugin's logger. Its level is `POWERTOOLS_LOG_LEVEL`, or INFO."""
    return Logger(service=app_name, logger_formatter=PlatformFormatter(app_name), logger_handler=_StandardOutput())
