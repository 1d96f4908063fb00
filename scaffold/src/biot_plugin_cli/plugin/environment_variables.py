"""What a plugin's environment variables may be (contract section 6.3, and Lambda's own rules)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from biot_plugin_cli.plugin.manifest_problem import Mistake, named

__all__ = ["HASH_VARIABLE", "RESERVED_PREFIX", "environment_mistakes"]

HASH_VARIABLE = "PLUGIN_CONTENT_HASH"
"""The variable that a deployment adds: it tells any machine which code is on the platform, by its SHA-256."""

RESERVED_PREFIX = "BIOT_"
"""What the names of the platform's own environment variables begin with."""

_LAMBDAS_MAX_BYTES = 4096
_HASH_BYTES = len(HASH_VARIABLE) + 64
_MAX_BYTES = _LAMBDAS_MAX_BYTES - _HASH_BYTES
_NAME = re.compile(r"[a-zA-Z][a-zA-Z0-9_]+")
_LAMBDAS_OWN = frozenset(
    [
        *("AWS_REGION", "AWS_DEFAULT_REGION", "AWS_EXECUTION_ENV", "AWS_LAMBDA_RUNTIME_API"),
        *("AWS_ACCESS_KEY", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"),
        *("AWS_LAMBDA_FUNCTION_NAME", "AWS_LAMBDA_FUNCTION_VERSION", "AWS_LAMBDA_FUNCTION_MEMORY_SIZE"),
        *("AWS_LAMBDA_INITIALIZATION_TYPE", "AWS_LAMBDA_LOG_GROUP_NAME", "AWS_LAMBDA_LOG_STREAM_NAME"),
        *("LAMBDA_TASK_ROOT", "LAMBDA_RUNTIME_DIR"),
    ]
)


def environment_mistakes(value: Any, within: tuple[str, ...]) -> Iterator[Mistake]:
    """Find everything that is wrong with `environment`; no value is told, as it may be a secret.

    Args:
        value: The table.
        within: Where the table is, below `tool.biot-plugin`.
    """
    here, table = (*within, "environment"), f"'environment' of {named(*within)}"
    if not isinstance(value, dict):
        yield Mistake("environment-invalid", here, f"{table} is no table", "make it a table of texts, none empty")
        return
    for name, text in value.items():
        if wrong := _wrong(name, text):
            code, said, advice = wrong
            yield Mistake(code, (*here, name), f"{table} has {said}", advice)
    if (size := _size(value)) > _MAX_BYTES:
        advice = (
            f"keep names and values within {_MAX_BYTES} bytes in all, as Lambda takes {_LAMBDAS_MAX_BYTES}, "
            f"{HASH_VARIABLE}, which deploy adds, needs {_HASH_BYTES}, and the platform's own {RESERVED_PREFIX} "
            "variables come on top"
        )
        yield Mistake("environment-too-large", here, f"{table} has {size} bytes", advice)


def _wrong(name: str, text: Any) -> tuple[str, str, str] | None:
    """The code, what is wrong and what to do; None where nothing is."""
    if name.startswith(RESERVED_PREFIX):
        said = f"{name}, and names that start with {RESERVED_PREFIX} are the platform's own"
        return "environment-reserved", said, "choose another name"
    if name == HASH_VARIABLE:
        return "environment-reserved", f"{name}, which deploy sets itself", "take it away, or choose another name"
    if name in _LAMBDAS_OWN:
        return "environment-reserved", f"{name}, which is Lambda's own", "choose another name"
    if not isinstance(text, str) or not text or "\0" in text:
        return "environment-invalid", f"{name}, which is no text", "make it a table of texts, none empty"
    if not _NAME.fullmatch(name):
        return (
            "environment-invalid",
            f"the variable {name!r}",
            "name it with 2 or more letters, digits and '_', a letter first",
        )
    return None


def _size(variables: Mapping[str, Any]) -> int:
    texts = [text for text in variables.values() if isinstance(text, str)]
    return sum(len(text.encode()) for text in (*variables, *texts))
