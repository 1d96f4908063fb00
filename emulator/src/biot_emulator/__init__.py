"""The BioT platform as plugins see it, on the developer's own machine.

It knows the platform by its wire contract alone, and runs any plugin in Python or JavaScript that has a Lambda handler.

Example:
    >>> with Ums() as ums, Runtime(Function(root, python, "demo", environment=ums.plugin_environment)) as runtime:
    ...     invocation = runtime.invoke(prepare_event(fixture, ums.tokens.sign_for))
    ...     invocation.status_code, invocation.body, invocation.logs
"""

from __future__ import annotations

from biot_emulator.errors import ClientUnavailable, EmulatorError, InvalidEvent, SandboxUnavailable
from biot_emulator.event_kind import EventKind, event_body, event_kind
from biot_emulator.fixtures.events import PLACEHOLDER, prepare_event
from biot_emulator.fixtures.key_and_token_service import Ums
from biot_emulator.function_url.response_from_reply import MalformedReply, respond
from biot_emulator.http.response import Response
from biot_emulator.lambda_function.configuration import Function, Node, RuntimeClient
from biot_emulator.lambda_function.environment import lambda_environment
from biot_emulator.lambda_function.invocation import Invocation, InvocationError
from biot_emulator.runtime.execution_environment import Runtime
from biot_emulator.security.tokens import TokenIssuer

__all__ = [
    "PLACEHOLDER",
    "ClientUnavailable",
    "EmulatorError",
    "EventKind",
    "Function",
    "InvalidEvent",
    "Invocation",
    "InvocationError",
    "MalformedReply",
    "Node",
    "Response",
    "Runtime",
    "RuntimeClient",
    "SandboxUnavailable",
    "TokenIssuer",
    "Ums",
    "event_body",
    "event_kind",
    "lambda_environment",
    "prepare_event",
    "respond",
]
