"""Rules for a plugin's environment variables: reserved names, form and size (contract section 6.3, and Lambda's)."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from biot_plugin_cli.errors import UsageError
from biot_plugin_cli.manifest.problem import ManifestProblem, table_header

__all__ = [
    "COMMIT_VARIABLE",
    "HASH_VARIABLE",
    "MAX_BYTES",
    "MAX_OWN_BYTES",
    "NAME_PATTERN",
    "RECORD_VARIABLES",
    "RESERVED_NAMES",
    "RESERVED_PREFIX",
    "SECRETS_VARIABLE",
    "TEXT_PATTERN",
    "VERSIONS_VARIABLE",
    "find_variable_problems",
    "looks_secret",
    "measure_variables",
    "require_variable",
]

HASH_VARIABLE = "PLUGIN_CONTENT_HASH"
"""The variable that a deployment adds: the SHA-256 of the code, which identifies it from any machine."""

COMMIT_VARIABLE = "PLUGIN_COMMIT"
"""The variable with the commit that the code was built from."""

VERSIONS_VARIABLE = "PLUGIN_VERSIONS"
"""The variable with the versions before, by which any machine can roll back."""

SECRETS_VARIABLE = "PLUGIN_SECRETS"
"""The variable that says when the variables were set that live on the platform alone."""

RECORD_VARIABLES = frozenset([HASH_VARIABLE, COMMIT_VARIABLE, VERSIONS_VARIABLE, SECRETS_VARIABLE])
"""What deployments record on the platform; nobody else sets these."""

MAX_BYTES = 4096
"""Lambda's limit for all variables."""

RESERVED_PREFIX = "BIOT_"
"""The prefix of the platform's own environment variables."""

NAME_PATTERN = "^[a-zA-Z][a-zA-Z0-9_]+$"
"""What a name matches as a whole."""

TEXT_PATTERN = r"^[^\x00]+$"
"""What a value matches as a whole."""

# Lambda measures all variables as one JSON object.
_HASH_BYTES = len(f',"{HASH_VARIABLE}":""') + 64

MAX_OWN_BYTES = MAX_BYTES - _HASH_BYTES
"""The limit for the variables of the manifest."""

_TEXTS_ADVICE = "make it a table of non-empty strings"
_SECRET_NAME = re.compile(r"(?i)(?:^|_)(?:PASSWORD|PASSWD|SECRET|SECRET_KEY|TOKEN|API_?KEY|PRIVATE_KEY)$")
_RESERVED_BY_LAMBDA = frozenset(
    [
        *("AWS_REGION", "AWS_DEFAULT_REGION", "AWS_EXECUTION_ENV", "AWS_LAMBDA_RUNTIME_API"),
        *("AWS_ACCESS_KEY", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"),
        *("AWS_LAMBDA_FUNCTION_NAME", "AWS_LAMBDA_FUNCTION_VERSION", "AWS_LAMBDA_FUNCTION_MEMORY_SIZE"),
        *("AWS_LAMBDA_INITIALIZATION_TYPE", "AWS_LAMBDA_LOG_GROUP_NAME", "AWS_LAMBDA_LOG_STREAM_NAME"),
        *("LAMBDA_TASK_ROOT", "LAMBDA_RUNTIME_DIR"),
    ]
)

RESERVED_NAMES = RECORD_VARIABLES | _RESERVED_BY_LAMBDA
"""The names, besides those with the prefix, that no plugin may set."""


def find_variable_problems(value: Any, within: tuple[str, ...]) -> Iterator[ManifestProblem]:
    """Find every problem of a table `environment`; no message contains a value, as it may be a secret.

    Args:
        value: The table.
        within: The path of its parent below `tool.biot-plugin`.
    """
    keys, table = (*within, "environment"), f"'environment' of {table_header(*within)}"
    if not isinstance(value, dict):
        yield ManifestProblem("environment-invalid", keys, f"{table} is not a table", _TEXTS_ADVICE)
        return
    for name, text in value.items():
        if problem := _describe_problem(name, text):
            code, description, advice = problem
            yield ManifestProblem(code, (*keys, name), f"{table} has {description}", advice)
    if (size := measure_variables(value)) > MAX_OWN_BYTES:
        advice = (
            f"keep names and values within {MAX_OWN_BYTES} bytes in all (Lambda's limit is {MAX_BYTES}, deploy "
            f"adds {_HASH_BYTES} for {HASH_VARIABLE}, and the platform adds its own {RESERVED_PREFIX} variables)"
        )
        yield ManifestProblem("environment-too-large", keys, f"{table} has {size} bytes as JSON", advice)


def looks_secret(name: str) -> bool:
    """Whether a variable's name is that of a secret."""
    return bool(_SECRET_NAME.search(name))


def require_variable(name: str, text: str) -> None:
    """Require that Lambda and the platform accept a variable.

    Args:
        name: Its name.
        text: Its value, which is never shown.

    Raises:
        UsageError: They would refuse it.
    """
    if problem := _describe_problem(name, text):
        code, description, advice = problem
        advice = "choose another name" if code == "environment-reserved" else advice
        raise UsageError(f"Cannot set or remove {description}: {advice}")


def _describe_problem(name: str, text: Any) -> tuple[str, str, str] | None:
    """Describe the problem of a variable: code, description and advice; None if it is valid."""
    if name.startswith(RESERVED_PREFIX):
        description = f"{name}; names that start with {RESERVED_PREFIX} are reserved for the platform"
        return "environment-reserved", description, "choose another name"
    if name in RECORD_VARIABLES:
        return "environment-reserved", f"{name}, which deploy sets", "remove it, or choose another name"
    if name in _RESERVED_BY_LAMBDA:
        return "environment-reserved", f"{name}, which is reserved for Lambda", "choose another name"
    if not isinstance(text, str) or not re.fullmatch(TEXT_PATTERN, text):
        return "environment-invalid", f"{name}, whose value is not a non-empty string", _TEXTS_ADVICE
    if not re.fullmatch(NAME_PATTERN, name):
        advice = "use 2 or more letters, digits and '_', starting with a letter"
        return "environment-invalid", f"the invalid name {name!r}", advice
    return None


def measure_variables(variables: Mapping[str, Any]) -> int:
    """Measure variables as Lambda does: as one JSON object, in bytes."""
    texts = {name: text for name, text in variables.items() if isinstance(text, str)}
    return len(json.dumps(texts, ensure_ascii=False, separators=(",", ":")).encode())
