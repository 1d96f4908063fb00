"""Pieces of handlers that call the platform, and what runs them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from biot_plugin import Plugin
from biot_plugin.testing import Context, events

PATIENTS = "/organization/v1/users/patients"
API = f"POST{PATIENTS}"
TRACE = "00-0123456789abcdef0123456789abcdef-0123456789abcdef-01"
Do = Callable[[Any], object]


class Run:
    """Runs pieces of handlers in one plugin, and gives what they return or raise, and the reply."""

    def __init__(self) -> None:
        self.plugin = Plugin()
        self.result: Any = None
        self.left = 0
        self._do: Do = lambda event: None
        self.plugin.pre_request(API)(self._handle)

    def _handle(self, event: Any) -> None:
        try:
            self.result = self._do(event)
        except Exception as error:
            self.result = error
            raise
        finally:
            self.left = event.context.get_remaining_time_in_millis()

    def __call__(self, do: Do, timeout: float = 10, **event: Any) -> dict[str, Any]:
        self._do, self.result = do, None
        return self.plugin.handler(events.pre_request(API, **event), Context(timeout))


def get(event: Any) -> object:
    return event.biot.get(f"{PATIENTS}/7")


def patch(event: Any) -> object:
    return event.biot.patch(f"{PATIENTS}/7", json={"mrn": "8"})
