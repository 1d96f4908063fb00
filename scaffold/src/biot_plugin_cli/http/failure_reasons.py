"""Why a request got no response, without urllib3's decoration, and without anything that the server sent."""

from __future__ import annotations

import re
from http.client import BadStatusLine, LineTooLong, RemoteDisconnected, UnknownProtocol
from ssl import SSLCertVerificationError

from urllib3.exceptions import (
    InvalidChunkLength,
    InvalidHeader,
    NewConnectionError,
    ProtocolError,
    ReadTimeoutError,
    SSLError,
)

__all__ = ["failure_reason", "is_untrusted"]

# The text of these errors has what the server sent, which may be the token that it got.
_QUOTING = (BadStatusLine, LineTooLong, UnknownProtocol, InvalidChunkLength, InvalidHeader, ValueError)


def is_untrusted(error: object) -> bool:
    """Tell whether an error says that a certificate is not trusted."""
    return isinstance(error, SSLError) and any(isinstance(cause, SSLCertVerificationError) for cause in error.args)


def failure_reason(error: object) -> str:
    """Return the reason of a failed connection in a few words."""
    if isinstance(error, ProtocolError) and len(error.args) > 1:
        error = error.args[1]
    if isinstance(error, ReadTimeoutError | TimeoutError):
        return "no response in time"
    if isinstance(error, _QUOTING) and not isinstance(error, RemoteDisconnected):
        return "the response is not valid HTTP"
    text = str(error).rpartition(": ")[2] if isinstance(error, NewConnectionError) else str(error)
    return re.sub(r"\[Errno -?\d+\] ", "", " ".join(text.split())) or type(error).__name__
