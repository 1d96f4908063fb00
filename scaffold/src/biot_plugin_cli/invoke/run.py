"""One event on its way through the plugin."""

from __future__ import annotations

import signal
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from types import FrameType
from typing import TYPE_CHECKING, Any

from biot_plugin_cli.errors import OperationFailed, UsageError
from biot_plugin_cli.plugin.interpreters import plugin_python
from biot_plugin_cli.plugin.local_function import local_function
from biot_plugin_cli.terminal.redaction import Secrets

if TYPE_CHECKING:
    from biot_emulator import Invocation
    from biot_plugin_cli.plugin.manifest import Manifest

__all__ = ["run_event"]

_SIGNAL_EXIT = 128


def run_event(manifest: Manifest, event: Mapping[str, Any], variables: Mapping[str, str]) -> tuple[Invocation, Secrets]:
    """Run one event through the plugin, with a key and token service of its own behind it.

    Args:
        manifest: The plugin.
        event: The event as its file has it.
        variables: Environment variables that win over all others.

    Returns:
        What came of it, and what must not be shown of it.

    Raises:
        OperationFailed: There is no interpreter for the plugin, or its process cannot be started.
        UsageError: The event cannot be sent.
    """
    from biot_emulator import InvalidEvent, Runtime, SandboxUnavailable, Ums, prepare_event

    python = plugin_python(manifest.root, manifest.runtime)
    with Ums() as ums:
        function = local_function(manifest, python, ums.plugin_environment, variables)
        try:
            # The plugin loads while the event's token is signed.
            with _orderly_end(), Runtime(function) as runtime:
                invocation = runtime.invoke(prepare_event(event, ums.tokens.sign_for))
        except InvalidEvent as error:
            raise UsageError(str(error)) from error
        except SandboxUnavailable as error:
            raise OperationFailed(str(error)) from error
        return invocation, Secrets(ums.tokens.issued, ums.secret_key)


@contextmanager
def _orderly_end() -> Iterator[None]:
    """Leave through all `finally` blocks when this process is told to end: the plugin's process must not outlive it."""

    def leave(number: int, _: FrameType | None) -> None:
        sys.exit(_SIGNAL_EXIT + number)

    before = {number: signal.signal(number, leave) for number in (signal.SIGTERM, signal.SIGHUP)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
