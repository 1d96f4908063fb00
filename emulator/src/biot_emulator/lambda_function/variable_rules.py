"""Lambda's rules for the environment variables of a function: names, and the size of all of them."""

from __future__ import annotations

import re
from collections.abc import Mapping

from biot_emulator.wire_json import encode

__all__ = ["is_reserved", "is_variable_name", "variables_size"]

_NAME = re.compile(r"[a-zA-Z][a-zA-Z0-9_]+")
# `TZ`, `LANG`, `PATH` and their like are set by Lambda as well, but everybody may set them.
_RESERVED = frozenset(
    {
        "AWS_ACCESS_KEY",
        "AWS_ACCESS_KEY_ID",
        "AWS_DEFAULT_REGION",
        "AWS_EXECUTION_ENV",
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE",
        "AWS_LAMBDA_FUNCTION_NAME",
        "AWS_LAMBDA_FUNCTION_VERSION",
        "AWS_LAMBDA_INITIALIZATION_TYPE",
        "AWS_LAMBDA_LOG_GROUP_NAME",
        "AWS_LAMBDA_LOG_STREAM_NAME",
        "AWS_LAMBDA_RUNTIME_API",
        "AWS_REGION",
        "AWS_SECRET_ACCESS_KEY",
        "AWS_SESSION_TOKEN",
        "LAMBDA_RUNTIME_DIR",
        "LAMBDA_TASK_ROOT",
        "_HANDLER",
        "_X_AMZN_TRACE_ID",
    }
)


def is_reserved(name: str) -> bool:
    """Whether Lambda sets the variable itself, and lets nobody else set it."""
    return name in _RESERVED


def is_variable_name(name: str) -> bool:
    """Whether a variable may have this name."""
    return _NAME.fullmatch(name) is not None


def variables_size(variables: Mapping[str, str]) -> int:
    """Return the size of variables in bytes as Lambda measures it: as one JSON object."""
    return len(encode(variables))
