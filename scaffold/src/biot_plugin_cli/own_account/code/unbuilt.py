"""Code that was not built, as the function has it already."""

from __future__ import annotations

from dataclasses import dataclass

from biot_plugin_cli.aws.function import FunctionCode
from biot_plugin_cli.aws.session import Account
from biot_plugin_cli.deploy.code.unbuilt import refuse

__all__ = ["UnbuiltCode"]


@dataclass(frozen=True, slots=True)
class UnbuiltCode:
    """Code that was not built.

    Attributes:
        content_hash: The content hash that it would have.
        sha256: What AWS shows of it.
    """

    content_hash: str
    sha256: str

    def function_code(self, account: Account) -> FunctionCode:  # noqa: ARG002 - as images
        """Refuse, since there is nothing to send."""
        refuse()
