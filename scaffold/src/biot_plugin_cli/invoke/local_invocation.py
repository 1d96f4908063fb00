"""Runs one event through the plugin on this machine."""

from __future__ import annotations

import signal
import sys
from collections.abc import Callable, Iterator, Mapping, Set
from contextlib import closing, contextmanager
from types import FrameType
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

from biot_plugin_cli.errors import OperationFailed, UsageError
from biot_plugin_cli.invoke.prepared_key import prepared_key
from biot_plugin_cli.plugin.local_function import local_function
from biot_plugin_cli.plugin.repository import Plugin

if TYPE_CHECKING:
    from biot_emulator import Invocation
    from biot_emulator.debugging.settings import Debugging
    from biot_emulator.http.request import Request
    from biot_emulator.http.response import Response
    from biot_plugin_cli.answers.platform_calls import CallLog, PlatformCall
    from biot_plugin_cli.terminal.redaction import Secrets

__all__ = ["LocalInvocation", "PlatformSide", "invoke_locally"]

_SIGNAL_EXIT = 128
# A part of an upload has five megabytes or more.
_MAX_BODY_BYTES = 64 * 1024 * 1024


class PlatformSide(Protocol):
    """What answers the plugin's calls to the platform.

    Attributes:
        calls: The calls that it has answered.
        source: What the answers are from, for people; empty if there are none.
    """

    calls: CallLog
    source: str

    def __call__(self, request: Request) -> Response | None:
        """Respond to a request; None ends the connection."""
        ...

    def advice(self, call: PlatformCall) -> str:
        """Say how to have a call answered that was not; empty for one that was."""
        ...

    def close(self) -> None:
        """End the calls that get no answer."""
        ...


class LocalInvocation(NamedTuple):
    """An invocation of the plugin on this machine.

    Attributes:
        result: Its result.
        secrets: Redacts its secrets.
        platform_errors: Status and code of the errors that calls of the plugin were answered with.
        calls: The calls of the plugin to the platform, log-ins left out.
    """

    result: Invocation
    secrets: Secrets
    platform_errors: Set[tuple[int, str]]
    calls: tuple[PlatformCall, ...] = ()


def invoke_locally(
    plugin: Plugin,
    event: Mapping[str, Any],
    variables: Mapping[str, str],
    platform: PlatformSide,
    debugging: Debugging | None = None,
    meanwhile: Callable[[], None] | None = None,
) -> LocalInvocation:
    """Run one event through the plugin, with a local key and token service.

    Args:
        plugin: The plugin.
        event: The event, unchanged from its file.
        variables: Environment variables that take precedence over all others.
        platform: Answers the plugin's calls to the platform.
        debugging: How the plugin is debugged; None if it is not.
        meanwhile: What is done while the plugin loads.

    Raises:
        OperationFailed: There is no interpreter for the plugin, its process cannot be started, nobody attached a
            debugger, or whoever did so ended the plugin.
        UsageError: The event cannot be sent.
    """
    from biot_emulator import InvalidEvent, Runtime, SandboxUnavailable, TokenIssuer, Ums, prepare_event
    from biot_emulator.security.separate_key import KeyUnavailable

    python = plugin.python
    tokens = TokenIssuer(key=prepared_key())
    with Ums(tokens, others=platform, max_body=_MAX_BODY_BYTES) as ums, closing(platform):
        function = local_function(plugin, python, ums.plugin_environment, variables, debugging)
        try:
            # The plugin loads meanwhile, and the key that signs the event's token may still be made.
            with _exit_on_signals(), Runtime(function) as runtime:
                if meanwhile:
                    meanwhile()
                invocation = runtime.invoke(prepare_event(event, ums.tokens.sign_for))
        except InvalidEvent as error:
            raise UsageError(str(error)) from error
        except (SandboxUnavailable, KeyUnavailable) as error:
            raise OperationFailed(str(error)) from error
        _require_end_of_its_own(invocation)
        from biot_plugin_cli.terminal.redaction import Secrets

        secrets = Secrets(ums.tokens.issued, ums.secret_key, function.environment, event)
        calls = platform.calls.all()
        errors = {(call.status_code, call.code) for call in calls if call.status_code and call.is_error}
        return LocalInvocation(invocation, secrets, frozenset({*ums.errors, *errors}), calls)


def _require_end_of_its_own(invocation: Invocation) -> None:
    """Require that nobody who debugs the plugin has ended it. Raises OperationFailed."""
    from biot_emulator.lambda_function.failures import DEBUGGER_QUIT, NO_DEBUGGER

    if invocation.error and invocation.error.type == DEBUGGER_QUIT:
        raise OperationFailed("You ended the plugin at its breakpoint: nothing was replied")
    if invocation.error and invocation.error.type == NO_DEBUGGER:
        raise OperationFailed(f"{invocation.error.message}: attach one, or run it without --debug")


@contextmanager
def _exit_on_signals() -> Iterator[None]:
    """Run all `finally` blocks when this process is terminated: the plugin's process must not outlive it."""

    def leave(number: int, _: FrameType | None) -> None:
        sys.exit(_SIGNAL_EXIT + number)

    before = {number: signal.signal(number, leave) for number in (signal.SIGTERM, signal.SIGHUP)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
