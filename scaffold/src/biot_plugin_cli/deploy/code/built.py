"""What was built of a plugin, as code that can be deployed to the platform."""

from __future__ import annotations

import hashlib

from biot_plugin_cli.deploy.code.deployable import Code
from biot_plugin_cli.deploy.code.unbuilt import UnbuiltCode
from biot_plugin_cli.deploy.code.zip_file import ZipCode
from biot_plugin_cli.errors import OperationFailed
from biot_plugin_cli.image.artifact import Image, UnbuiltImage
from biot_plugin_cli.package.built import Package

__all__ = ["code_of", "read_package"]


def code_of(built: Package | Image | UnbuiltImage) -> Code:
    """Return the code of a package or an image.

    Raises:
        OperationFailed: Another build has replaced the package.
    """
    if isinstance(built, Image):
        from biot_plugin_cli.deploy.code.container_image import ImageCode

        return ImageCode(built)
    if isinstance(built, UnbuiltImage):
        return UnbuiltCode(built.content_hash)
    # The planned package is uploaded, even if another build replaces the file during the confirmation.
    return ZipCode(built.path.name, read_package(built), built.content_hash)


def read_package(package: Package) -> bytes:
    """Read a package's zip file.

    Raises:
        OperationFailed: Another build has replaced it.
    """
    content = package.path.read_bytes()
    if hashlib.sha256(content).hexdigest() != package.sha256:
        raise OperationFailed(f"{package.path} was changed after it was built: run this command again")
    return content
