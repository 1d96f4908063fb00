"""Runs the probes' own code in this process, so that hundreds of runs on a platform take seconds."""

from __future__ import annotations

import os
import sys
import threading
import time
import types
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from biot_emulator.client import Client, Reply
from biot_emulator.function_url.response_from_reply import BAD_GATEWAY, respond
from biot_emulator.hooks.plugin_functions import PluginFunctions
from biot_emulator.invocations.records import Trigger
from biot_emulator.lambda_function import failures
from biot_emulator.lambda_function.invocation import Invocation, InvocationError
from biot_emulator.learning.connection import Connection
from biot_emulator.learning.errors import ConnectionLost
from biot_emulator.learning.pace import Pace
from biot_emulator.learning.session import Session
from biot_emulator.services.settings.plugin import Plugin
from biot_emulator.testing import Emulator

RUNTIME = f"python{sys.version_info.major}.{sys.version_info.minor}"
#: Nothing is waited for, as nothing sleeps; and sizes are small.
PACE = Pace(
    function_timeout=1,
    margin=1,
    longest_wait=2,
    notification_sleep=1,
    notification_wait=1,
    retry_watch=0.02,
    schedule_wait=0.1,
    poll=0.02,
    settle=0.02,
    largest_body=8000,
    largest_code=20_000,
)


class _TooLong(Exception):
    """The code would sleep for longer than it may."""


class _Code:
    """The probe's module, with what it uses of the process it runs in."""

    def __init__(self, folder: Path, plugin: Plugin, variables: dict[str, str]) -> None:
        self.module: dict[str, Any] = {"__file__": str(folder / "index.py"), "__name__": "index"}
        exec(compile((folder / "index.py").read_text(encoding="utf-8"), "index.py", "exec"), self.module)
        self.module["os"] = types.SimpleNamespace(environ=variables, urandom=os.urandom)
        self.module["time"] = types.SimpleNamespace(time=time.time, sleep=self._sleep)
        self.timeout = plugin.config["timeout"]

    def _sleep(self, seconds: float) -> None:
        if seconds > self.timeout:
            raise _TooLong


class InProcessFunctions:
    """Takes the place of what runs plugins in processes of their own."""

    def __init__(self) -> None:
        self._codes: dict[str, _Code] = {}
        self._lock = threading.Lock()

    def invoke(self, functions: Any, plugin: Plugin, event: Any, trigger: Trigger) -> tuple[Invocation, Any]:
        with self._lock:
            key = f"{plugin.full_name} {plugin.last_modified_time} {plugin.code['id']}"
            if key not in self._codes:
                folder = functions._code.folder(plugin.code["id"])
                self._codes = {key: _Code(folder, plugin, functions._environment.variables(plugin)), **self._codes}
            code = self._codes[key]
        try:
            reply = code.module["handler"](event, None)
        except _TooLong:
            return _failed(failures.timed_out(code.timeout, "invoke")), None
        except Exception as error:
            return _failed(InvocationError(type(error).__name__, str(error))), None
        return Invocation(reply, respond(reply), None, 1.0, None, 0, [], cold=False), None


def _failed(error: InvocationError) -> Invocation:
    return Invocation(None, BAD_GATEWAY, error, 1.0, None, 0, [], cold=False)


@contextmanager
def probes_in_process() -> Iterator[None]:
    """Run all probes in this process."""
    instead = InProcessFunctions()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(PluginFunctions, "invoke", lambda *arguments: instead.invoke(*arguments))
        yield


class CountedConnection(Connection):
    """Counts the requests of a run, and does something after one of them has been handled."""

    def __init__(self, emulator: Emulator) -> None:
        super().__init__(emulator.url, (emulator.username, emulator.password), None, threading.Event())
        self.count = 0
        self.sent: list[str] = []
        self._at = 0
        self._do: Callable[[CountedConnection], None] = _nothing
        self.is_dead = False

    def do_after(self, number: int, do: Callable[[CountedConnection], None]) -> None:
        """Have something done after a request has been handled."""
        self._at, self._do = number, do

    @property
    def stop(self) -> threading.Event:
        return self._stop

    def send(self, client: Client, method: str, path: str, request: Any) -> Reply:
        if self.is_dead:
            raise ConnectionLost("The connection is gone")
        reply = super().send(client, method, path, request)
        self.count += 1
        self.sent.append(f"{method} {path.partition('?')[0]}")
        if self.count == self._at:
            self._do(self)
        return reply


def _nothing(connection: CountedConnection) -> None:
    """What is done after a request unless a test says more."""


def session(emulator: Emulator, connection: Connection, **options: Any) -> Session:
    """A run that asks nobody."""

    def tick() -> None:
        emulator.platform.clock.set(emulator.platform.clock.now() + timedelta(minutes=1))

    chosen: dict[str, Any] = {"pace": PACE, "adapt_entity": True, "runtimes": (RUNTIME,), "pass_time": tick, **options}
    return Session(connection, lambda _: None, lambda _: True, **chosen)


def everything(emulator: Emulator) -> dict[str, Any]:
    """What a run could leave on the platform."""
    return {
        "plugins": emulator.search("/settings/v2/plugins"),
        "entities": emulator.search("/generic-entity/v1/generic-entities"),
        "interceptions": emulator.search("/dispatcher/v1/hooks/interceptions"),
        "notifications": emulator.search("/dispatcher/v1/hooks/notifications"),
        "services": [user["name"] for user in emulator.search("/ums/v2/services")],
    }
