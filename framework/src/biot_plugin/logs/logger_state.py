"""What a handler may change of the logger, which ends with its event."""

from __future__ import annotations

import logging
import threading
from typing import TYPE_CHECKING, Any

from biot_plugin.logs.logger import PlatformFormatter

if TYPE_CHECKING:
    from aws_lambda_powertools.logging import Logger

State = tuple[Any, ...]


class LoggerState:
    """Takes the level, filters and handlers of a logger before an event, and restores them after it.

    They are the process's: where events overlap, a change is seen by all of them, and ends with the first that ends.
    So the state is that before the first of them, or a change would become the state of an event that began after it.
    """

    __slots__ = ("_events", "_lock", "_logger", "_state")

    def __init__(self, logger: Logger) -> None:
        self._logger = logging.getLogger(logger.name)
        self._lock = threading.Lock()
        self._events = 0
        self._state: State = ()

    def begin(self) -> None:
        """Take the state, unless another event is in progress."""
        with self._lock:
            self._events += 1
            if self._events == 1:
                self._state = self._take()

    def end(self) -> None:
        """Bring the logger back to its state."""
        with self._lock:
            self._events -= 1
            self._restore(*self._state)

    def _take(self) -> State:
        logger = self._logger
        handlers = [
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

    def _restore(
        self, handlers: list[Any], level: int, is_off: bool, propagate: bool, filters: list[Any], disabled: int
    ) -> None:
        logger = self._logger
        logger.disabled, logger.propagate, logger.filters = is_off, propagate, [*filters]
        logger.handlers = [_restore_handler(*handler) for handler in handlers]
        if logger.level != level:
            logger.setLevel(level)
        if logging.root.manager.disable != disabled:
            logging.disable(disabled)


def _copy_keys(formatter: Any) -> dict[str, Any] | None:
    """The keys in a formatter of powertools' own; ours has them by event."""
    keys = None if isinstance(formatter, PlatformFormatter) else getattr(formatter, "log_format", None)
    return None if keys is None else {**keys}


def _restore_handler(
    handler: logging.Handler, level: int, formatter: Any, filters: list[Any], keys: dict[str, Any] | None
) -> logging.Handler:
    handler.level, handler.formatter, handler.filters = level, formatter, [*filters]
    if keys is not None:
        formatter.log_format = {**keys}
    return handler
