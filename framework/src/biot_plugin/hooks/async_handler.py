"""Runs `async def` handlers. Imported only when one is called, because asyncio is expensive to import."""

from __future__ import annotations

import asyncio  # noqa: TID253
from collections.abc import Coroutine
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from aws_lambda_powertools.logging import Logger

R = TypeVar("R")

_loop: asyncio.AbstractEventLoop | None = None


def run(coroutine: Coroutine[Any, Any, R], logger: Logger) -> R:
    """Run a coroutine to its end.

    Args:
        coroutine: The coroutine.
        logger: Logs the errors of tasks that nobody awaited. asyncio would print them with their results.

    The event loop lives as long as the container, so that what an author opens in it, such as a connection pool, can be
    used by the next event, too.
    """
    if _is_running():
        return _run_in_thread(coroutine)
    global _loop
    if _loop is None or _loop.is_closed():
        _loop = asyncio.new_event_loop()
    _loop.set_exception_handler(lambda _loop, context: _log(context, logger))
    return _loop.run_until_complete(coroutine)


def _log(context: dict[str, Any], logger: Logger) -> None:
    """Log an error that the event loop reports, such as that of a task that nobody awaited."""
    logger.error(f"asyncio: {context.get('message')}", exc_info=context.get("exception"))


def _is_running() -> bool:
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return False
    return True


def _run_in_thread(coroutine: Coroutine[Any, Any, R]) -> R:
    """Run a coroutine in a thread while the caller's own loop waits, as in an async test."""
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(1) as executor:
        return executor.submit(asyncio.run, coroutine).result()
