"""Runs the last working version of the plugin on this machine for the calls of a platform elsewhere."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from biot_emulator.debugging.settings import Debugging
from biot_emulator.event_kind import EventKind, event_body, event_kind
from biot_emulator.function_url.event_from_request import UrlRequest, function_event
from biot_emulator.http.response import Response
from biot_emulator.invocations.records import Trigger, invocation_record
from biot_emulator.lambda_function.configuration import Function
from biot_emulator.runtime.holds import Holds
from biot_emulator.runtime.worker_pool import Workers
from biot_plugin_cli.dev.public.only import Only
from biot_plugin_cli.dev.snapshots import Snapshots
from biot_plugin_cli.errors import CliError
from biot_plugin_cli.hooks.discovery import Hooks, discover_hooks
from biot_plugin_cli.own_url.registration import require_hooks
from biot_plugin_cli.plugin.debugging import IGNORED_BREAKPOINTS
from biot_plugin_cli.plugin.local_function import local_function
from biot_plugin_cli.plugin.repository import Plugin

__all__ = ["PluginRunner"]

_JSON = {"content-type": "application/json"}
_NOTHING_RUNS = Response(503, _JSON, b'{"code": "PLUGIN_NOT_LOADED", "message": "The plugin has not been loaded yet"}')
_ADDRESS_LENGTH = 32
_SECRET_KEY = "BIOT_SERVICE_USER_SECRET_KEY"  # noqa: S105 - the name of a variable


class PluginRunner:
    """The last working version of the plugin; a context manager that ends its processes.

    Args:
        plugin: The plugin, with the overrides of its environment.
        base_url: The base URL of the platform that calls it.
        variables: Environment variables that take precedence over the plugin's own.
        only: Whose calls it handles; those of others are answered without it, unchanged.
        listener: Called with the record of every event that it handles, from any thread.
        debugging: How it is debugged. Where a debugger can attach, it runs from its own folder.
    """

    def __init__(
        self,
        plugin: Plugin,
        base_url: str,
        variables: Mapping[str, str],
        only: Only,
        listener: Callable[[dict[str, Any]], None],
        debugging: Debugging,
    ) -> None:
        self._plugin = plugin
        self._platform = {"BIOT_BASE_URL": base_url, "BIOT_SERVICE_ENVIRONMENT": plugin.environment or ""}
        self._variables = variables
        self._only = only
        self._listener = listener
        self._debugging = debugging
        self._runs_in_place = debugging.port is not None
        if debugging.port:
            debugging.port.start = self._start
        self._resources = ExitStack()
        self._snapshots = self._resources.enter_context(Snapshots(plugin.root))
        self._workers = Workers()
        self._resources.callback(self._workers.close)
        self._function: Function | None = None
        self._replacing = threading.Lock()
        self._called = Holds[Path]()
        self._address = hashlib.sha256(base_url.encode()).hexdigest()[:_ADDRESS_LENGTH]
        self.version = 0

    def __enter__(self) -> Self:
        """Return itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """End every process of the plugin."""
        self._resources.close()

    def load(self) -> tuple[Plugin, Hooks]:
        """Load the plugin with its current files; if it cannot be loaded, the previous version keeps running.

        Raises:
            CliError: It cannot be imported, or its manifest is invalid.
        """
        plugin = Plugin.load(self._plugin.root, self._plugin.environment)
        copy = plugin.root if self._runs_in_place else self._snapshots.take()
        try:
            copied = plugin.copied_to(copy)
            variables = {**IGNORED_BREAKPOINTS, **self._variables}
            hooks = require_hooks(discover_hooks(copied, variables, platform=self._platform))
        except CliError as error:
            raise type(error)(self._snapshots.original(str(error))) from error
        function = local_function(copied, plugin.python, self._platform, self._variables, self._debugging)
        with self._replacing:
            before, self._function = self._function, function
        if before and self._runs_in_place:
            # Of the same files, which have changed.
            self._workers.retire(before.name)
        # Calls may be on their way to previous versions, and processes of them at work.
        self._snapshots.keep(copy, *self._called.all(), *self._workers.folders())
        self.version += 1
        return plugin, hooks

    @contextmanager
    def _calling(self) -> Iterator[Function | None]:
        """Yield the last working version, whose copy stays until it has been called."""
        with ExitStack() as call:
            with self._replacing:
                function = self._function
                if function:
                    call.enter_context(self._called.hold(function.root))
            yield function

    def _start(self) -> None:
        """Start what a debugger can attach to."""
        if self._function:
            self._workers.start(self._function)

    def respond(self, request: UrlRequest) -> Response:
        """Respond to a call of the platform."""
        event = function_event(request, self._address, datetime.now(UTC))
        kind, body = event_kind(event), event_body(event)
        if kind is not EventKind.DIRECT and not self._only.accepts(body):
            # With the bytes that came: nothing of them is anybody's here to change.
            return Response(200, _JSON, request.content if kind is not EventKind.NOTIFICATION else b"{}")
        with self._calling() as function:
            if function is None:
                return _NOTHING_RUNS
            invocation = self._workers.invoke(function, event)
        trigger = Trigger(kind, _hook(kind, body, request), None)
        record = invocation_record(
            self._plugin.manifest.name,
            trigger,
            event,
            invocation,
            time=datetime.now(UTC),
            secrets=[function.environment.get(_SECRET_KEY, "")],
            variables=self._variables,
        )
        self._listener({**record, "logs": [self._snapshots.original(line) for line in record["logs"]]})
        return invocation.response


def _hook(kind: EventKind, body: Any, request: UrlRequest) -> str:
    """Name what the plugin is called for, from what anybody may have sent."""
    document = body if isinstance(body, dict) else {}
    if kind is EventKind.DIRECT:
        return f"{request.method} {request.path}"
    if kind is EventKind.NOTIFICATION:
        metadata = document.get("metadata")
        names = metadata if isinstance(metadata, dict) else {}
        return f"{names.get('entityTypeName')} {names.get('actionName')}"
    return str(document.get("entityName" if kind is EventKind.ADAPT_ENTITY else "apiId"))
