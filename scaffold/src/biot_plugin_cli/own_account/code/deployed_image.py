"""Whether the account has an image already, which then need not be built."""

from __future__ import annotations

from dataclasses import replace

from biot_plugin_cli.aws.ecr.repository import has_image
from biot_plugin_cli.aws.errors import explained
from biot_plugin_cli.aws.function import find_function
from biot_plugin_cli.aws.session import Account
from biot_plugin_cli.image.artifact import UnbuiltImage
from biot_plugin_cli.own_account.actual_state import CODE_TAG

__all__ = ["find_deployed_image"]


def find_deployed_image(account: Account, function: str, repository: str, image: UnbuiltImage) -> UnbuiltImage | None:
    """Return an image as a function runs it; None if it runs other code, or the repository has lost the image.

    Args:
        account: The account.
        function: The name of the function.
        repository: The name of the repository.
        image: The image.

    Raises:
        CliError: AWS cannot be reached, or refuses.
    """
    with explained():
        state = find_function(account, function)
        if state is None or state.status == "Failed" or state.package_type != "Image":
            return None
        if state.tags.get(CODE_TAG) != f"{image.content_hash} {state.code_sha256}":
            return None
        deployed = replace(image, digest=f"sha256:{state.code_sha256}")
        return deployed if has_image(account, repository, deployed.digest) else None
