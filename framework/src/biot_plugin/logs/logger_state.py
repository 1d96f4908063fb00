"""What a handler may change of the logger, which ends with its event."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from aws_lambda_powertools.logging import Logger


class LoggerState:
    """The keys, level, filters and handlers of a logger at one moment."""

    __slots__ = ("_disabled", "_handlers", "_logger", "_state")

    def __init__(self, logger: Logger) -> None:
        self._logger = std = logging.getLogger(logger.name)
        self._disabled = logging.root.manager.disable
        self._state = (std.level, std.disabled, std.propagate, list(std.filters))
        self._handlers = [_HandlerState(handler) for handler in std.handlers]

    def restore(self) -> None:
        """Bring the logger back to that moment."""
        logger = self._logger
        level, logger.disabled, logger.propagate, logger.filters = self._state
        logger.handlers = [state.restore() for state in self._handlers]
        if logger.level != level:
            logger.setLevel(level)
        if logging.root.manager.disable != self._disabled:
            logging.disable(self._disabled)


class _HandlerState:
    __slots__ = ("_handler", "_keys", "_state")

    def __init__(self, handler: logging.Handler) -> None:
        self._handler = handler
        self._state = (handler.level, handler.formatter, list(handler.filters))
        # The keys that `append_keys` and its kind add are in powertools' formatter.
        keys: dict[str, Any] | None = getattr(handler.formatter, "log_format", None)
        self._keys = None if keys is None else dict(keys)

    def restore(self) -> logging.Handler:
        handler = self._handler
        handler.level, handler.formatter, handler.filters = self._state
        if self._keys is not None:
            handler.formatter.log_format = self._keys  # type: ignore[union-attr]
        return handler
