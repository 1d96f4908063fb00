"""The environment variables that Lambda sets for a function; none of the developer's own."""

from __future__ import annotations

import datetime
import uuid
from collections.abc import Mapping

from biot_emulator.lambda_function.arn import REGION
from biot_emulator.lambda_function.configuration import Function, Node, Program

__all__ = ["TASK_ROOT", "lambda_environment", "node_environment", "program_environment", "without_reserved"]

TASK_ROOT = "/var/task"
"""Where code is in an image."""

# Lambda always sets credentials. With these, an AWS client neither uses the developer's own nor searches for any.
_DUMMY_CREDENTIALS = {"AWS_ACCESS_KEY_ID": "local", "AWS_SECRET_ACCESS_KEY": "local", "AWS_SESSION_TOKEN": "local"}


# What an image's own variables cannot change; a function's own cannot either, on Lambda.
_RESERVED = frozenset({"AWS_DEFAULT_REGION", "AWS_EXECUTION_ENV", "AWS_REGION", "LAMBDA_TASK_ROOT", "_HANDLER"})
_RESERVED_PREFIXES = ("AWS_LAMBDA_", "AWS_ACCESS_KEY", "AWS_SECRET_", "AWS_SESSION_", "_X_AMZN_")


def lambda_environment(function: Function, api_address: str, python_version: str) -> dict[str, str]:
    """Build the complete environment of a function's process.

    Args:
        function: The function; its own variables take precedence.
        api_address: Host and port of its Runtime API.
        python_version: Such as `3.13`.
    """
    return _handler_environment(function, api_address, {"AWS_EXECUTION_ENV": f"AWS_Lambda_python{python_version}"})


def node_environment(function: Function, node: Node, api_address: str) -> dict[str, str]:
    """Build the complete environment of a function's process, where Node.js runs it.

    Args:
        function: The function; its own variables take precedence.
        node: Which Node.js it is.
        api_address: Host and port of its Runtime API.
    """
    own = {
        "AWS_EXECUTION_ENV": f"AWS_Lambda_{node.runtime}",
        # Lambda's other folders are not on this machine, or hold what is none of the plugin's.
        "NODE_PATH": str(function.root.absolute()),
    }
    return _handler_environment(function, api_address, own)


def program_environment(function: Function, program: Program, api_address: str) -> dict[str, str]:
    """Build the complete environment of a program's process.

    Args:
        function: The function; its own variables take precedence over the program's.
        program: What it runs.
        api_address: Host and port of its Runtime API.
    """
    return {
        "LAMBDA_RUNTIME_DIR": "/var/runtime",
        "LANG": "en_US.UTF-8",
        "PATH": "/usr/local/bin:/usr/bin:/bin:/opt/bin",
        "TZ": ":UTC",
        **without_reserved(program.environment),
        **_settings(function),
        **function.environment,
        "AWS_LAMBDA_RUNTIME_API": api_address,
        "LAMBDA_TASK_ROOT": TASK_ROOT,
        "_HANDLER": program.handler,
    }


def _handler_environment(function: Function, api_address: str, runtime: Mapping[str, str]) -> dict[str, str]:
    return {
        **_settings(function),
        **runtime,
        "LAMBDA_RUNTIME_DIR": "/var/runtime",
        "LANG": "en_US.UTF-8",
        "PATH": f"{function.interpreter.absolute().parent}:/usr/local/bin:/usr/bin:/bin",
        "TZ": ":UTC",
        **({"TMPDIR": str(function.temporary)} if function.temporary else {}),
        **function.environment,
        "AWS_LAMBDA_RUNTIME_API": api_address,
        "LAMBDA_TASK_ROOT": str(function.root.absolute()),
        "_HANDLER": function.handler,
    }


def without_reserved(environment: Mapping[str, str]) -> dict[str, str]:
    """Return variables without those that are Lambda's alone to set."""
    return {
        name: value
        for name, value in environment.items()
        if name not in _RESERVED and not name.startswith(_RESERVED_PREFIXES)
    }


def _settings(function: Function) -> dict[str, str]:
    day = datetime.datetime.now(datetime.UTC).strftime("%Y/%m/%d")
    return {
        "AWS_DEFAULT_REGION": REGION,
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": str(function.memory_mb),
        "AWS_LAMBDA_FUNCTION_NAME": function.full_name,
        "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST",
        "AWS_LAMBDA_INITIALIZATION_TYPE": "on-demand",
        "AWS_LAMBDA_LOG_GROUP_NAME": f"/aws/lambda/{function.full_name}",
        "AWS_LAMBDA_LOG_STREAM_NAME": f"{day}/[$LATEST]{uuid.uuid4().hex}",
        "AWS_REGION": REGION,
        **_DUMMY_CREDENTIALS,
    }
