"""Writes log records of the standard library, and errors, in Lambda's format."""

from __future__ import annotations

import logging
import sys
import time
from typing import Any

__all__ = ["LambdaLoggerHandler", "set_up_logging", "write_error"]

_RECORD = "[%(levelname)s]\t%(asctime)s.%(msecs)03dZ\t%(aws_request_id)s\t%(message)s\n"
_TIME = "%Y-%m-%dT%H:%M:%S"


class LambdaLoggerHandler(logging.Handler):
    """Writes records to the current standard output.

    Attributes:
        request_id: The id of the event that is being handled; empty while the plugin is loaded.
    """

    def __init__(self) -> None:
        super().__init__()
        self.request_id = ""
        self.setFormatter(logging.Formatter(_RECORD, _TIME))
        self.addFilter(self._add_request)

    def emit(self, record: logging.LogRecord) -> None:
        """Write one record."""
        sys.stdout.write(self.format(record))

    def _add_request(self, record: logging.LogRecord) -> bool:
        record.aws_request_id = self.request_id
        record.tenant_id = None
        return True


def set_up_logging() -> LambdaLoggerHandler:
    """Write the records of all loggers in Lambda's format, with times in UTC."""
    logging.Formatter.converter = time.gmtime
    handler = LambdaLoggerHandler()
    logging.getLogger().addHandler(handler)
    return handler


def write_error(report: dict[str, Any]) -> None:
    """Write the report of an error to the log."""
    lines = [f"[ERROR] {report['errorType']}" + (f": {report['errorMessage']}" if report["errorMessage"] else "")]
    lines += ["Traceback (most recent call last):", *(frame.rstrip("\n") for frame in report["stackTrace"])]
    sys.stdout.write("\n".join(lines) + "\n")
