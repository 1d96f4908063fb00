"""Redacts every record of the process, whichever logger it is for and whichever handler writes it."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

from biot_plugin.logs import redaction

#: A server's loggers whose formatters read the arguments of a record rather than its message.
_READ_BY_ARGUMENT = frozenset(("uvicorn.access",))


class Redacted(str):
    """A message that was formatted and redacted."""

    __slots__ = ()


class RedactingFactory:
    """Creates log records whose message and traceback are redacted.

    A record is redacted before any handler can see it, so that neither a library's logger nor the standard library's
    own reports of a record that cannot be formatted print what it was about.
    """

    def __init__(self, create: Callable[..., logging.LogRecord]) -> None:
        self._create = create

    def __call__(self, *arguments: Any, **keywords: Any) -> logging.LogRecord:
        """Create a record."""
        record = self._create(*arguments, **keywords)
        redact(record)
        return record


class RedactingFormatter(logging.Formatter):
    """Masks the tokens in what another formatter writes, which may read more of a record than its message."""

    def __init__(self, formatter: logging.Formatter) -> None:
        super().__init__()
        self._formatter = formatter

    def format(self, record: logging.LogRecord) -> str:
        """Format a record."""
        return redaction.mask_tokens(self._formatter.format(record))


def redact(record: logging.LogRecord) -> None:
    """Format and redact the message of a record, and the text of its exception, unless that was done."""
    if record.name in _READ_BY_ARGUMENT:
        record.args = redaction.mask_targets(record.args)
    elif not isinstance(record.msg, Redacted):
        record.msg = Redacted(redaction.mask_message(record.msg, record.args))
        record.args = ()
    if isinstance(record.exc_info, tuple) and record.exc_info[0] and not record.exc_text:
        record.exc_text = redaction.mask_tokens(logging.Formatter().formatException(record.exc_info))


def redact_all() -> None:
    """Redact all records that are created from now on."""
    factory = logging.getLogRecordFactory()
    if not isinstance(factory, RedactingFactory):
        logging.setLogRecordFactory(RedactingFactory(factory))


def redact_handlers_of_root() -> None:
    """Redact what the handlers write that Lambda's runtime client installed."""
    for handler in logging.getLogger().handlers:
        if not isinstance(handler.formatter, RedactingFormatter):
            handler.setFormatter(RedactingFormatter(handler.formatter or logging.Formatter()))
