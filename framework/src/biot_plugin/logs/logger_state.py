"""What a handler may change of the logger, which ends with its event."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from aws_lambda_powertools.logging import Logger


class LoggerState:
    """The keys, level, filters and handlers of a logger at one moment."""

    __slots__ = ("_disabled", "_filters", "_formatter", "_handler", "_handlers", "_keys", "_logger", "_own")

    def __init__(self, logger: Logger) -> None:
        self._logger = logging.getLogger(logger.name)
        self._disabled = logging.root.manager.disable
        self._handlers = list(self._logger.handlers)
        self._filters = list(self._logger.filters)
        self._own = (self._logger.level, self._logger.disabled, self._logger.propagate)
        self._handler = self._logger.handlers[0]
        self._formatter: Any = self._handler.formatter
        self._keys = (dict(self._formatter.log_format), list(self._handler.filters), self._handler.level)

    def restore(self) -> None:
        """Bring the logger back to that moment."""
        logger, handler = self._logger, self._handler
        logger.handlers[:] = self._handlers
        logger.filters[:] = self._filters
        level, logger.disabled, logger.propagate = self._own
        handler.formatter = self._formatter
        self._formatter.log_format, handler.filters[:], handler_level = self._keys
        if logger.level != level:
            logger.setLevel(level)
        if handler.level != handler_level:
            handler.setLevel(handler_level)
        if logging.root.manager.disable != self._disabled:
            logging.disable(self._disabled)
