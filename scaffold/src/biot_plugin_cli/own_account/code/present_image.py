"""Whether the account has an image already, which then need not be built."""

from __future__ import annotations

from dataclasses import replace

from biot_plugin_cli.aws.ecr.repository import find_manifest, has_image
from biot_plugin_cli.aws.errors import explained
from biot_plugin_cli.aws.function.lifecycle import find_function
from biot_plugin_cli.aws.session import Account
from biot_plugin_cli.image.artifact import UnbuiltImage
from biot_plugin_cli.image.labels import CONTENT_HASH
from biot_plugin_cli.own_account.actual_state import CODE_TAG
from biot_plugin_cli.registry.manifest import Manifest

__all__ = ["find_present_image"]


def find_present_image(account: Account, function: str, repository: str, image: UnbuiltImage) -> UnbuiltImage | None:
    """Return an image as the repository has it; None if it lacks the image.

    Args:
        account: The account.
        function: The name of the function, which may run it under another tag.
        repository: The name of the repository.
        image: The image.

    Raises:
        CliError: AWS cannot be reached, or refuses.
    """
    with explained():
        digest = _find_deployed(account, function, image)
        if digest is None or not has_image(account, repository, digest):
            digest = _find_pushed(account, repository, image)
    return replace(image, digest=digest) if digest else None


def _find_deployed(account: Account, function: str, image: UnbuiltImage) -> str | None:
    state = find_function(account, function)
    if state is None or state.status == "Failed" or state.package_type != "Image":
        return None
    is_same = state.tags.get(CODE_TAG) == f"{image.content_hash} {state.code_sha256}"
    return f"sha256:{state.code_sha256}" if is_same else None


def _find_pushed(account: Account, repository: str, image: UnbuiltImage) -> str | None:
    """Find the digest of an image by its tag, if what has the tag says that it is this one."""
    content = find_manifest(account, repository, image.tag)
    manifest = Manifest.parse(content) if content else None
    if manifest is None or manifest.annotations.get(CONTENT_HASH) != image.content_hash:
        return None
    return manifest.digest if has_image(account, repository, manifest.digest) else None
