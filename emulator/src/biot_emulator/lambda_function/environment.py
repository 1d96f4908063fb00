"""The environment variables that Lambda sets for a function; none of the developer's own."""

from __future__ import annotations

import datetime
import uuid

from biot_emulator.lambda_function.arn import REGION
from biot_emulator.lambda_function.configuration import Function

__all__ = ["lambda_environment"]

# Lambda always sets credentials. With these, an AWS client neither uses the developer's own nor searches for any.
_DUMMY_CREDENTIALS = {"AWS_ACCESS_KEY_ID": "local", "AWS_SECRET_ACCESS_KEY": "local", "AWS_SESSION_TOKEN": "local"}


def lambda_environment(function: Function, api_address: str, python_version: str) -> dict[str, str]:
    """Build the complete environment of a function's process.

    Args:
        function: The function; its own variables take precedence.
        api_address: Host and port of its Runtime API.
        python_version: Such as `3.13`.
    """
    day = datetime.datetime.now(datetime.UTC).strftime("%Y/%m/%d")
    return {
        "AWS_DEFAULT_REGION": REGION,
        "AWS_EXECUTION_ENV": f"AWS_Lambda_python{python_version}",
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": str(function.memory_mb),
        "AWS_LAMBDA_FUNCTION_NAME": function.full_name,
        "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST",
        "AWS_LAMBDA_INITIALIZATION_TYPE": "on-demand",
        "AWS_LAMBDA_LOG_GROUP_NAME": f"/aws/lambda/{function.full_name}",
        "AWS_LAMBDA_LOG_STREAM_NAME": f"{day}/[$LATEST]{uuid.uuid4().hex}",
        "AWS_REGION": REGION,
        "LAMBDA_RUNTIME_DIR": "/var/runtime",
        "LANG": "en_US.UTF-8",
        "PATH": f"{function.python.absolute().parent}:/usr/local/bin:/usr/bin:/bin",
        "TZ": ":UTC",
        **_DUMMY_CREDENTIALS,
        **function.environment,
        "AWS_LAMBDA_RUNTIME_API": api_address,
        "LAMBDA_TASK_ROOT": str(function.root.absolute()),
        "_HANDLER": function.handler,
    }
