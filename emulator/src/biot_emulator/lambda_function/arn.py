"""The AWS account and region that functions appear to be in, and their ARNs."""

from __future__ import annotations

from biot_emulator.lambda_function.configuration import Function

__all__ = ["ACCOUNT", "REGION", "function_arn"]

ACCOUNT = "123456789012"
REGION = "eu-central-1"


def function_arn(function: Function) -> str:
    """Build the ARN of a function."""
    return f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:{function.full_name}"
