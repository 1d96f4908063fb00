"""Runs `async def` handlers. Imported only when one is registered, because asyncio is expensive to import."""

from __future__ import annotations

import asyncio  # noqa: TID253
import threading
from collections.abc import Coroutine
from contextvars import Context
from typing import TYPE_CHECKING, Any, TypeVar

from biot_plugin.errors import HandlerTimeout

if TYPE_CHECKING:
    from biot_plugin.events.base import Event
    from biot_plugin.wire.lambda_context import LambdaContext

R = TypeVar("R")

_loop: asyncio.AbstractEventLoop | None = None
_shared_loop: asyncio.AbstractEventLoop | None = None
_lock = threading.Lock()


def run(coroutine: Coroutine[Any, Any, R], event: Event) -> R:
    """Run a coroutine to its end.

    Args:
        coroutine: The coroutine.
        event: The event that it handles. Its logger logs the errors of tasks that nobody awaited; asyncio would print
            them with their results.

    The event loop lives as long as the process, so that what an author opens in it, such as a connection pool, can be
    used by the next event, too. The main thread, which Lambda calls, runs it itself; the threads of a server share one,
    or each would need such a pool of its own.

    Raises:
        HandlerTimeout: In the thread of a server, it took longer than the event may.
    """
    if _is_running():
        return _run_in_thread(coroutine)
    if threading.current_thread() is not threading.main_thread():
        return _run_in_shared_loop(coroutine, event)
    global _loop
    if _loop is None or _loop.is_closed():
        _loop = asyncio.new_event_loop()
    _report_to(event, _loop)
    return _loop.run_until_complete(coroutine)


def _report_to(event: Event, loop: asyncio.AbstractEventLoop) -> None:
    logger = event.logger

    def log(_loop: object, context: dict[str, Any]) -> None:
        logger.error(f"asyncio: {context.get('message')}", exc_info=context.get("exception"))

    loop.set_exception_handler(log)


def _run_in_shared_loop(coroutine: Coroutine[Any, Any, R], event: Event) -> R:
    loop = _shared()
    _report_to(event, loop)
    future = asyncio.run_coroutine_threadsafe(coroutine, loop)
    context: LambdaContext | None = event.context  # Tests may have none.
    try:
        return future.result(None if context is None else context.get_remaining_time_in_millis() / 1000)
    except BaseException as error:
        # What ended has an error of its own, which may be a TimeoutError, too.
        if future.done():
            raise
        future.cancel()
        raise HandlerTimeout from error


def _shared() -> asyncio.AbstractEventLoop:
    global _shared_loop
    with _lock:
        if _shared_loop is None:
            _shared_loop = asyncio.new_event_loop()
            thread = threading.Thread(target=_shared_loop.run_forever, name="biot-async-handlers", daemon=True)
            # It works for no event, or what it logs by itself would have the trace of the first.
            Context().run(thread.start)
        return _shared_loop


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
