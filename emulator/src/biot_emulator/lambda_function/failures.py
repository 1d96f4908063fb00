"""The failures that Lambda itself reports, with its names and words for them."""

from __future__ import annotations

import signal

from biot_emulator.lambda_function.invocation import InvocationError, Phase
from biot_emulator.lambda_function.limits import MAX_PAYLOAD_BYTES

__all__ = [
    "DEBUGGER_QUIT",
    "NO_DEBUGGER",
    "debugger_quit",
    "ends_process",
    "exited",
    "is_throttled",
    "malformed_reply",
    "no_debugger",
    "out_of_memory",
    "out_of_storage",
    "reply_not_json",
    "request_too_large",
    "response_too_large",
    "sandbox_closed",
    "sandbox_unavailable",
    "throttled",
    "timed_out",
]

_MEGABYTE = 1024 * 1024
_OUT_OF_MEMORY = "Runtime.OutOfMemory"
_OUT_OF_STORAGE = "Sandbox.StorageExceeded"
_EXITED = "Runtime.ExitError"
_TIMED_OUT = "Sandbox.Timedout"
DEBUGGER_QUIT = "Sandbox.DebuggerQuit"
"""The error of an event whose process was ended at the prompt of `breakpoint()`."""
NO_DEBUGGER = "Sandbox.NoDebugger"
"""The error of a process that has waited for a debugger for too long."""
_THROTTLED = "TooManyRequestsException"
_ENDS = {_OUT_OF_MEMORY, _OUT_OF_STORAGE, _EXITED, _TIMED_OUT, DEBUGGER_QUIT, NO_DEBUGGER}


def ends_process(error: InvocationError) -> bool:
    """Whether a process that failed like this handles no further event."""
    return error.phase == "init" or error.type in _ENDS


def is_throttled(error: InvocationError) -> bool:
    """Whether no process was free for an event."""
    return error.type == _THROTTLED


def throttled(seconds: float) -> InvocationError:
    """Every process that a function may have was busy for as long as an event waits."""
    return InvocationError(_THROTTLED, f"Rate Exceeded: no process was free for {seconds:g} seconds")


def timed_out(seconds: float, phase: Phase) -> InvocationError:
    """Loading the plugin or handling the event took longer than allowed."""
    task = "Task" if phase == "invoke" else "Init"
    return InvocationError(_TIMED_OUT, f"{task} timed out after {seconds:.2f} seconds", phase)


def exited(exit_code: int, phase: Phase) -> InvocationError:
    """The process ended by itself, or by a signal: then `exit_code` is negative."""
    return InvocationError(_EXITED, _exit_message(exit_code), phase)


def out_of_memory(limit_mb: int, used_bytes: int, phase: Phase) -> InvocationError:
    """The processes used more memory than the function has."""
    message = f"Memory limit of {limit_mb} MB exceeded: {_megabytes(used_bytes)} MB used"
    return InvocationError(_OUT_OF_MEMORY, message, phase)


def out_of_storage(limit_mb: int, used_bytes: int) -> InvocationError:
    """The temporary folder holds more than the function's ephemeral storage."""
    message = f"Ephemeral storage of {limit_mb} MB exceeded: {_megabytes(used_bytes)} MB used"
    return InvocationError(_OUT_OF_STORAGE, message)


def debugger_quit() -> InvocationError:
    """Whoever debugs the plugin has ended it."""
    return InvocationError(DEBUGGER_QUIT, "The plugin was ended at its breakpoint")


def no_debugger(seconds: float, address: str) -> InvocationError:
    """Nobody has attached a debugger."""
    return InvocationError(NO_DEBUGGER, f"No debugger was attached on {address} within {seconds:g} seconds", "init")


def request_too_large(size: int) -> InvocationError:
    """The event has more bytes than Lambda accepts."""
    message = f"Request must be smaller than {MAX_PAYLOAD_BYTES} bytes, and the event has {size}"
    return InvocationError("RequestEntityTooLarge", message)


def response_too_large(size: int) -> InvocationError:
    """The reply has more bytes than Lambda accepts."""
    message = f"Response payload size ({size} bytes) exceeded maximum allowed payload size (6 MB)"
    return InvocationError("Function.ResponseSizeTooLarge", message)


def reply_not_json(reason: object) -> InvocationError:
    """The reply's bytes are not JSON."""
    return InvocationError("Runtime.MarshalError", f"The reply is not JSON: {reason}")


def malformed_reply(reason: object) -> InvocationError:
    """The reply is JSON, and not an HTTP response that a function URL accepts."""
    return InvocationError("Function.MalformedReply", str(reason))


def sandbox_unavailable(reason: object) -> InvocationError:
    """The process cannot be started on this machine."""
    return InvocationError("Sandbox.Unavailable", str(reason), "init")


def sandbox_closed() -> InvocationError:
    """The emulator stops, and starts no process any more."""
    return InvocationError("Sandbox.Closed", "The emulator is being stopped")


def _exit_message(exit_code: int) -> str:
    if exit_code == 0:
        return "Runtime exited without providing a reason"
    if exit_code > 0:
        return f"Runtime exited with error: exit status {exit_code}"
    # macOS adds the number to the name.
    name = (signal.strsignal(-exit_code) or f"signal {-exit_code}").partition(":")[0].lower()
    return f"Runtime exited with error: signal: {name}"


def _megabytes(size: int) -> int:
    """Convert bytes to megabytes, rounded up."""
    return -(-size // _MEGABYTE)
