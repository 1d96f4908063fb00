"""What was built of a plugin, as code for a function."""

from __future__ import annotations

from biot_plugin_cli.deploy.code.built import read_package
from biot_plugin_cli.errors import InvalidPlugin
from biot_plugin_cli.image.artifact import Image, UnbuiltImage
from biot_plugin_cli.manifest.aws_settings import AwsSettings
from biot_plugin_cli.own_account.code.container_image import ImageCode
from biot_plugin_cli.own_account.code.deployable import Code
from biot_plugin_cli.own_account.code.unbuilt import UnbuiltCode
from biot_plugin_cli.own_account.code.zip_file import ZipCode
from biot_plugin_cli.package.built import Package

__all__ = ["code_of", "require_repository_name"]


def code_of(built: Package | Image | UnbuiltImage, settings: AwsSettings) -> Code:
    """Return the code of a package or an image.

    Args:
        built: The package or image.
        settings: The settings for the account.

    Raises:
        InvalidPlugin: It is an image, and no repository is named for it.
        OperationFailed: Another build has replaced the package.
    """
    if isinstance(built, Image):
        return ImageCode(built, require_repository_name(settings))
    if isinstance(built, UnbuiltImage):
        return UnbuiltCode(built.content_hash, built.digest.partition(":")[2], require_repository_name(settings))
    return ZipCode(read_package(built), built.content_hash)


def require_repository_name(settings: AwsSettings) -> str:
    """Return the name of the account's repository for images.

    Raises:
        InvalidPlugin: There is none.
    """
    if settings.repository is None:
        raise InvalidPlugin(
            "No repository for the container image: set repository in [tool.biot-plugin.aws] to the name of one in the "
            "account's ECR, and create-repository = true if deploy is to make it"
        )
    return settings.repository
