"""The BioT platform as plugins see it, on the developer's own machine.

It knows the platform by its wire contract alone, and runs any plugin in Python or JavaScript that has a Lambda handler.

Example:
    >>> with Ums() as ums, Runtime(Function(root, python, "demo", environment=ums.plugin_environment)) as runtime:
    ...     invocation = runtime.invoke(prepare_event(fixture, ums.tokens.sign_for))
    ...     invocation.status_code, invocation.body, invocation.logs
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

# Its module has the same name, so that this has to be bound to the function now.
from biot_emulator.event_kind import EventKind, event_body, event_kind

if TYPE_CHECKING:
    from biot_emulator.errors import ClientUnavailable, EmulatorError, InvalidEvent, SandboxUnavailable
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

# Where the names are, which are loaded when they are asked for: who needs one module is not to pay for all of them.
_MODULES = {
    "errors": ("ClientUnavailable", "EmulatorError", "InvalidEvent", "SandboxUnavailable"),
    "fixtures.events": ("PLACEHOLDER", "prepare_event"),
    "fixtures.key_and_token_service": ("Ums",),
    "function_url.response_from_reply": ("MalformedReply", "respond"),
    "http.response": ("Response",),
    "lambda_function.configuration": ("Function", "Node", "RuntimeClient"),
    "lambda_function.environment": ("lambda_environment",),
    "lambda_function.invocation": ("Invocation", "InvocationError"),
    "runtime.execution_environment": ("Runtime",),
    "security.tokens": ("TokenIssuer",),
}


def __getattr__(name: str) -> object:
    """Load a public name, once."""
    for module, names in _MODULES.items():
        if name in names:
            value = globals()[name] = getattr(importlib.import_module(f"{__name__}.{module}"), name)
            return value
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
