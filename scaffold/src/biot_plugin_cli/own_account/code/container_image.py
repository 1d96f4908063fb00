"""A container image, which is pushed to the account's registry, and named by its digest."""

from __future__ import annotations

from dataclasses import dataclass, field

from biot_plugin_cli.aws.ecr.repository import image_uri
from biot_plugin_cli.aws.function.state import FunctionCode
from biot_plugin_cli.aws.session import Account
from biot_plugin_cli.image.artifact import Image

__all__ = ["ImageCode"]


@dataclass(frozen=True)
class ImageCode:
    """A container image.

    Attributes:
        image: The image.
        repository: The name of the account's repository that it is in, or will be.
    """

    image: Image = field(repr=False)
    repository: str

    @property
    def content_hash(self) -> str:
        """The image's content hash."""
        return self.image.content_hash

    @property
    def sha256(self) -> str:
        """The digest of the image, in hexadecimal, as Lambda shows it."""
        return self.image.digest.partition(":")[2]

    def function_code(self, account: Account) -> FunctionCode:
        """Return the address of the image."""
        return FunctionCode("Image", {"ImageUri": image_uri(account, self.repository, self.image.digest)})
