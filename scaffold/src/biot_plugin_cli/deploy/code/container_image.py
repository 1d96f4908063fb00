"""A container image, which is pushed before the call that changes the plugin, and named by it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from biot_plugin_cli.deploy.code.deployable import Saved
from biot_plugin_cli.deploy.code.image_store import save_image
from biot_plugin_cli.image.artifact import Image
from biot_plugin_cli.platform.client import PlatformClient
from biot_plugin_cli.platform.plugin_calls import CodePart
from biot_plugin_cli.publish.platform_repository import platform_repository
from biot_plugin_cli.publish.repository import Pushed

__all__ = ["ImageCode"]


class ImageCode:
    """A container image.

    Args:
        image: The image.
    """

    def __init__(self, image: Image) -> None:
        self._image = image
        self._pushed: Pushed | None = None

    @property
    def content_hash(self) -> str:
        """The image's content hash."""
        return self._image.content_hash

    def send(self, client: PlatformClient, progress: Callable[[str], None]) -> CodePart:
        """Push what the platform's repository lacks of it; return the part of the call, which has the tag."""
        self._pushed = platform_repository(client).push(self._image, progress)
        return CodePart(fields={"imageTag": self._pushed.tag})

    @property
    def remains(self) -> str:
        """Say that the image was pushed."""
        if self._pushed is None:
            return ""
        return (
            f"The image {self._pushed.tag} is in the platform's registry, where nothing uses it, and is not sent again"
        )

    @property
    def document(self) -> Mapping[str, Any]:
        """Describe what was pushed."""
        return {} if self._pushed is None else {"image": self._pushed.document}

    def save(self, folder: Path, name: str) -> Saved:
        """Save its manifest, its configuration and its own layers."""
        return save_image(self._image, folder, name)
