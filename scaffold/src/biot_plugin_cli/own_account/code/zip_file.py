"""A zip file, which is a part of the calls of Lambda."""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass, field

from biot_plugin_cli.aws.function.state import FunctionCode
from biot_plugin_cli.aws.session import Account

__all__ = ["ZipCode"]


@dataclass(frozen=True)
class ZipCode:
    """A zip file.

    Attributes:
        content: Its content.
        content_hash: The content hash of the code in it.
    """

    content: bytes = field(repr=False)
    content_hash: str

    @property
    def sha256(self) -> str:
        """The SHA-256 of the file, in base64."""
        return base64.b64encode(hashlib.sha256(self.content).digest()).decode()

    def function_code(self, account: Account) -> FunctionCode:  # noqa: ARG002 - as images
        """Return the code, which has all of the file."""
        return FunctionCode("Zip", {"ZipFile": self.content})
