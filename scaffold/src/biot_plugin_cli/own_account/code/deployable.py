"""What a deployment to an AWS account does with a plugin's code, whatever it is."""

from __future__ import annotations

from typing import Protocol

from biot_plugin_cli.aws.function.state import FunctionCode
from biot_plugin_cli.aws.session import Account

__all__ = ["Code"]


class Code(Protocol):
    """The code of a plugin."""

    @property
    def content_hash(self) -> str:
        """The content hash; another one means another version of the plugin."""
        ...

    @property
    def sha256(self) -> str:
        """What AWS shows as the SHA-256 of the function's code."""
        ...

    def function_code(self, account: Account) -> FunctionCode:
        """Return the code as calls of Lambda have it.

        Args:
            account: The account that the function is in.
        """
        ...
