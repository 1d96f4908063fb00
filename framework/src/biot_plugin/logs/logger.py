"""The plugin's logger: powertools' Logger, writing the platform's log format (contract section 7.5)."""

from __future__ import annotations

import json
import logging
import sys
from contextlib import suppress
from typing import Any

from aws_lambda_powertools.logging import Logger
from aws_lambda_powertools.logging.formatter import LambdaPowertoolsFormatter

from biot_plugin.logs import records, redaction, warnings_and_excepthooks
from biot_plugin.logs.thread_traces import follow_threads, scope_of_thread, trace_of_thread

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
    container, in every thread and task. So are the keys: those that a handler appends are of its event alone, also
    while another event is in progress.
    """

    def __init__(self, app_name: str) -> None:
        super().__init__(datefmt="%Y-%m-%dT%H:%M:%S.%FZ", utc=True)
        self._app_name = app_name
        self._shared_keys: dict[str, Any] = {**dict.fromkeys(self.log_record_order), **self.keys_combined}

    @property
    def log_format(self) -> dict[str, Any]:
        """The keys of the current event, or outside of events those that all of them share.

        Powertools' name for them, by which it reads, adds and removes keys.
        """
        scope = scope_of_thread()
        if scope is None:
            return self._shared_keys
        keys = scope.keys.get(id(self))
        if keys is None:
            keys = scope.keys[id(self)] = {**self._shared_keys}
        return keys

    @log_format.setter
    def log_format(self, keys: dict[str, Any]) -> None:
        scope = scope_of_thread()
        if scope is None:
            self._shared_keys = keys
        else:
            scope.keys[id(self)] = keys

    def serialize(self, log: Any) -> str:
        """Render powertools' structured record as one line of JSON."""
        trace = trace_of_thread()
        level, value = _LEVELS.get(log.get("level", "INFO"), ("INFO", 30000))
        record = {
            "@timestamp": log.get("timestamp"),
            "message": log.get("message"),
            "level": level,
            "level_value": value,
            "appName": self._app_name,
            "traceId": trace.trace_id if trace else None,
            **redaction.mask_fields({name: entry for name, entry in log.items() if name not in _STANDARD_KEYS}),
        }
        return json.dumps(record)

    def _extract_log_message(self, log_record: logging.LogRecord) -> str:
        """Powertools would parse a message that is JSON, and format the record's arguments as they are."""
        records.redact(log_record)
        return str(log_record.msg)


class _StandardOutput(logging.Handler):
    """Writes to the `sys.stdout` of the moment, not to that of the logger's creation."""

    def emit(self, record: logging.LogRecord) -> None:
        """Write one line."""
        try:
            self._write(self.format(record))
        except Exception as error:
            self._report(record, error)

    def _report(self, record: logging.LogRecord, error: Exception) -> None:
        """Say that a record is lost, without a word of it: `logging` would print the whole of it."""
        name = type(error).__name__
        message = f"A record of {record.funcName}:{record.lineno} could not be written ({name})"
        with suppress(Exception):  # Nothing is left to write to.
            self._write(json.dumps({"message": message, "level": "ERROR", "level_value": 50000}))

    @staticmethod
    def _write(line: str) -> None:
        sys.stdout.write(f"{line}\n")
        sys.stdout.flush()


def create_logger(app_name: str, *, in_lambda: bool) -> Logger:
    """Create the plugin's logger, and have everything else that is logged or printed by Python redacted as well.

    Args:
        app_name: The plugin's name.
        in_lambda: Whether the handlers of the root logger are those of Lambda's runtime client.
    """
    logger = Logger(service=app_name, logger_formatter=PlatformFormatter(app_name), logger_handler=_handler(app_name))
    records.redact_all()
    if in_lambda:
        records.redact_handlers_of_root()
    warnings_and_excepthooks.redirect(logger)
    follow_threads()
    return logger


def _handler(app_name: str) -> logging.Handler:
    """The handler of an earlier plugin of the name, or a new one.

    Loggers of a name are one, which powertools configures once: whoever did so first, the log is the platform's.
    """
    logger: Any = logging.getLogger(app_name)
    for handler in logger.handlers:
        if isinstance(handler, _StandardOutput):
            return handler
    logger.handlers.clear()
    logger.init = False
    return _StandardOutput()
