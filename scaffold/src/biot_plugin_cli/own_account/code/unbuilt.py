"""Code that was not built, as the account's repository has it already."""

from __future__ import annotations

from dataclasses import dataclass

from biot_plugin_cli.aws.ecr.repository import image_uri
from biot_plugin_cli.aws.function.state import FunctionCode
from biot_plugin_cli.aws.session import Account

__all__ = ["UnbuiltCode"]


@dataclass(frozen=True, slots=True)
class UnbuiltCode:
    """Code that was not built.

    Attributes:
        content_hash: The content hash that it would have.
        sha256: What AWS shows of it: the digest of the image, in hexadecimal.
        repository: The name of the account's repository that it is in.
    """

    content_hash: str
    sha256: str
    repository: str

    def function_code(self, account: Account) -> FunctionCode:
        """Return the address of the image."""
        return FunctionCode("Image", {"ImageUri": image_uri(account, self.repository, f"sha256:{self.sha256}")})
