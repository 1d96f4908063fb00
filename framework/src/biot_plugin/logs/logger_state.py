"""What a handler may change of the logger, which ends with its event."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from aws_lambda_powertools.logging import Logger

State = tuple[Any, ...]


class LoggerState:
    """Takes and restores the keys, level, filters and handlers of a logger, once for each event."""

    __slots__ = ("_logger",)

    def __init__(self, logger: Logger) -> None:
        self._logger = logging.getLogger(logger.name)

    def take(self) -> State:
        """Return the state of this moment."""
        logger = self._logger
        handlers = [
            # The keys that `append_keys` and its kind add are in powertools' formatter.
            (handler, handler.level, handler.formatter, [*handler.filters], _copy_keys(handler.formatter))
            for handler in logger.handlers
        ]
        return (
            handlers,
            logger.level,
            logger.disabled,
            logger.propagate,
            [*logger.filters],
            logging.root.manager.disable,
        )

    def restore(self, state: State) -> None:
        """Bring the logger back to an earlier state."""
        logger = self._logger
        handlers, level, logger.disabled, logger.propagate, logger.filters, disabled = state
        logger.handlers = [_restore(*handler) for handler in handlers]
        if logger.level != level:
            logger.setLevel(level)
        if logging.root.manager.disable != disabled:
            logging.disable(disabled)


def _copy_keys(formatter: Any) -> dict[str, Any] | None:
    keys = getattr(formatter, "log_format", None)
    return None if keys is None else {**keys}


def _restore(
    handler: logging.Handler, level: int, formatter: Any, filters: list[Any], keys: dict[str, Any] | None
) -> logging.Handler:
    handler.level, handler.formatter, handler.filters = level, formatter, filters
    if keys is not None:
        formatter.log_format = keys
    return handler
