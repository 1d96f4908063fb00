"""Tells plugins what has happened, once the caller has its answer (contract section 3.1)."""

from __future__ import annotations

import contextvars
import logging
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import datetime
from functools import partial
from typing import Any

from biot_emulator.api.call import Call
from biot_emulator.fixtures.events import EventKind
from biot_emulator.hooks.endpoints import Endpoints
from biot_emulator.hooks.events import Happening, hook_headers, notification
from biot_emulator.invocations.records import Trigger
from biot_emulator.platform import Platform
from biot_emulator.services.dispatcher.subscriptions import Subscriptions

__all__ = ["Notifications"]

_log = logging.getLogger("biot_emulator")
_THREADS = 16

_collecting: contextvars.ContextVar[tuple[datetime, list[Happening]] | None] = contextvars.ContextVar(
    "collecting", default=None
)


class Notifications:
    """The platform's `happened`: each change is told to each subscriber at most once, and nobody waits for it.

    Args:
        platform: The platform where it happens.
        subscriptions: Who is to be told.
        endpoints: How.
    """

    def __init__(self, platform: Platform, subscriptions: Subscriptions, endpoints: Endpoints) -> None:
        self._platform = platform
        self._subscriptions = subscriptions
        self._endpoints = endpoints
        self._idle = threading.Condition()
        self._pending = 0
        self._closed = False
        self._threads = ThreadPoolExecutor(_THREADS, "biot-emulator-notification")
        platform.happened = self._note

    @contextmanager
    def collected(self) -> Iterator[list[Happening]]:
        """Collect what the call that is answered inside does."""
        happenings: list[Happening] = []
        token = _collecting.set((self._platform.clock.now(), happenings))
        try:
            yield happenings
        finally:
            _collecting.reset(token)

    def prepared(self, happenings: Sequence[Happening]) -> Callable[[], None]:
        """Make what tells whoever is subscribed, without waiting for it; to be called once."""
        with self._idle:
            # Counted from now on, so that nobody who has the answer finds that all is told already.
            self._pending += 1
        return partial(self._send, happenings)

    def wait(self, seconds: float) -> bool:
        """Wait until everybody is told; tell whether it was so in time."""
        with self._idle:
            return self._idle.wait_for(lambda: self._pending == 0, seconds)

    def close(self) -> None:
        """Tell nobody any more."""
        with self._idle:
            self._closed = True
        self._threads.shutdown(cancel_futures=True)

    def _note(
        self, entity_type: str, action: str, entity: dict[str, Any], old_entity: dict[str, Any] | None, call: Call
    ) -> None:
        if (collecting := _collecting.get()) is not None:
            start, happenings = collecting
            end = self._platform.clock.now()
            happenings.append(Happening(entity_type, action, entity, old_entity, call, start, end))

    def _send(self, happenings: Sequence[Happening]) -> None:
        try:
            for happening in happenings:
                wanted = (happening.entity_type, happening.action, happening.template)
                for endpoint in self._subscriptions.subscribers(*wanted):
                    if not self._endpoints.is_passed_by(endpoint):
                        self._submit(endpoint, happening)
        finally:
            self._done()

    def _done(self) -> None:
        with self._idle:
            self._pending -= 1
            self._idle.notify_all()

    def _submit(self, endpoint: str, happening: Happening) -> None:
        with self._idle:
            if self._closed:
                return
            self._pending += 1
            self._threads.submit(self._tell, endpoint, happening)

    def _tell(self, endpoint: str, happening: Happening) -> None:
        try:
            body = notification(happening, self._platform.tokens.sign_for("notification"))
            headers = hook_headers(EventKind.NOTIFICATION, happening.call, None)
            hook = f"{happening.entity_type} {happening.action}"
            trigger = Trigger(EventKind.NOTIFICATION, hook, happening.call.trace_id)
            self._endpoints.call(endpoint, headers, body, trigger)
        except Exception:
            _log.exception("A notification could not be sent")
        finally:
            self._done()
