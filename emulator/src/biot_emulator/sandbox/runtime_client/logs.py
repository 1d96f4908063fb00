"""What a plugin's process writes: the log records of the standard library, and errors, in Lambda's own shapes."""

from __future__ import annotations

import logging
import sys
import time
from typing import Any

__all__ = ["LambdaLoggerHandler", "set_up_logging", "write_error"]

_RECORD = "[%(levelname)s]\t%(asctime)s.%(msecs)03dZ\t%(aws_request_id)s\t%(message)s\n"
_TIME = "%Y-%m-%dT%H:%M:%S"


class LambdaLoggerHandler(logging.Handler):
    """Writes records to whatever is the standard output at that moment.

    Attributes:
        request_id: The event that is being handled; empty while the plugin is loaded.
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
    """Have the records of all loggers written in Lambda's format, with the times in UTC."""
    logging.Formatter.converter = time.gmtime
    handler = LambdaLoggerHandler()
    logging.getLogger().addHandler(handler)
    return handler


def write_error(report: dict[str, Any]) -> None:
    """Write an error's report."""
    lines = [f"[ERROR] {report['errorType']}" + (f": {report['errorMessage']}" if report["errorMessage"] else "")]
    lines += ["Traceback (most recent call last):", *(frame.rstrip("\n") for frame in report["stackTrace"])]
    sys.stdout.write("\n".join(lines) + "\n")
