"""Turns the outcome of an event in the process into an HTTP response, or into the error that the caller sees."""

from __future__ import annotations

from typing import Any

from biot_emulator.function_url.response_from_reply import (
    BAD_GATEWAY,
    PAYLOAD_TOO_LARGE,
    MalformedReply,
    respond,
)
from biot_emulator.http.response import Response
from biot_emulator.lambda_function import failures
from biot_emulator.lambda_function.invocation import Invocation, InvocationError
from biot_emulator.lambda_function.limits import MAX_PAYLOAD_BYTES
from biot_emulator.sandbox.runtime_api import Answer
from biot_emulator.wire_json import decode

__all__ = ["failed", "refused_as_too_large", "reply_and_response"]


def reply_and_response(answer: Answer) -> tuple[Any, Response] | InvocationError:
    """Decode a reply and build the function URL's HTTP response to it, or say why that is impossible."""
    if answer.size > MAX_PAYLOAD_BYTES:
        return failures.response_too_large(answer.size)
    try:
        reply = decode(answer.payload)
    except ValueError as error:
        return failures.reply_not_json(error)
    try:
        return reply, respond(reply)
    except MalformedReply as error:
        return failures.malformed_reply(error)


def failed(error: InvocationError, response: Response = BAD_GATEWAY) -> Invocation:
    """Build the result of an event that no process received."""
    return Invocation(None, response, error, 0.0, None, 0, [], cold=False)


def refused_as_too_large(size: int) -> Invocation:
    """Build the result of an event with more bytes than Lambda accepts."""
    return failed(failures.request_too_large(size), PAYLOAD_TOO_LARGE)
