"""Runs the handlers of events in threads: each within its time, and none for a caller who has hung up."""

from __future__ import annotations

import asyncio  # noqa: TID253
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING, Any

from biot_plugin.asgi.handler_threads import HandlerThreads, Job
from biot_plugin.asgi.interface import Receive
from biot_plugin.asgi.invocation_context import InvocationContext
from biot_plugin.asgi.refusals import Overloaded
from biot_plugin.errors import HandlerTimeout
from biot_plugin.http.time_limit import TimeLimit
from biot_plugin.replies.response import Reply
from biot_plugin.wire import exact_numbers

if TYPE_CHECKING:
    from biot_plugin.wire.lambda_context import LambdaContext

Dispatch = Callable[[Any, "LambdaContext"], Reply]


class Invocations:
    """Handles events, several at a time.

    Args:
        dispatch: Handles one event, in the thread that calls it.
        name: The plugin's name.
        threads: The threads for handlers.
        seconds: How long an event may take, waiting included.
    """

    def __init__(self, dispatch: Dispatch, name: str, threads: HandlerThreads[Reply], seconds: float) -> None:
        self._dispatch = dispatch
        self._name = name
        self._threads = threads
        self._seconds = seconds
        self._running: set[asyncio.Future[Reply]] = set()

    @property
    def are_exhausted(self) -> bool:
        """Whether nothing can be handled any more, because all threads hang."""
        return self._threads.is_exhausted

    async def run(self, event: dict[str, Any], receive: Receive) -> Reply | None:
        """Handle an event.

        Args:
            event: The event.
            receive: Receives the news that the caller has hung up. Its event is not handled, unless it was begun.

        Returns:
            The reply; None where the caller hung up before it was begun.

        Raises:
            Overloaded: It could not be begun in time.
            HandlerTimeout: It was begun, and took too long; its thread goes on.
        """
        limit = TimeLimit(self._seconds)
        context = InvocationContext(self._name, event["requestContext"]["requestId"], limit)
        job = self._threads.submit(partial(self._dispatch, event, context))
        reply = asyncio.wrap_future(job.future)
        self._running.add(reply)
        reply.add_done_callback(self._running.discard)
        try:
            is_gone = await self._wait(reply, job, receive)
        except asyncio.CancelledError:
            job.future.cancel()  # Nothing happens to what was begun.
            raise
        if is_gone:
            return None
        if reply.done():
            return reply.result()
        raise self._abandoned(job)

    async def drain(self, seconds: float) -> int:
        """Wait for the events that are handled, also those whose callers wait no more; return how many are left."""
        if self._running:
            await asyncio.wait(self._running, timeout=seconds)
        self._threads.close()
        return len(self._running)

    async def _wait(self, reply: asyncio.Future[Reply], job: Job[Reply], receive: Receive) -> bool:
        """Wait for the reply until the time is up; return whether the caller hung up before it was begun."""
        hung_up = asyncio.ensure_future(_hung_up(receive))
        end = asyncio.get_running_loop().time() + self._seconds
        try:
            await asyncio.wait((reply, hung_up), timeout=self._seconds, return_when=asyncio.FIRST_COMPLETED)
            if not hung_up.done():
                return False
            if job.future.cancel():
                return True
            await asyncio.wait((reply,), timeout=end - asyncio.get_running_loop().time())
            return False
        finally:
            hung_up.cancel()

    def _abandoned(self, job: Job[Reply]) -> Overloaded | HandlerTimeout:
        if not self._threads.abandon(job):
            return Overloaded()
        exact_numbers.abandon(job.thread)
        return HandlerTimeout()


async def _hung_up(receive: Receive) -> None:
    with suppress(Exception):  # A server may have nothing more to say of a connection that is gone.
        while (await receive())["type"] != "http.disconnect":
            await asyncio.sleep(0)
