"""A repository that images are pushed to: the registry, the name, and who logs in."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from biot_plugin_cli.image.artifact import Image, UnbuiltImage
from biot_plugin_cli.image.labels import CONTENT_HASH
from biot_plugin_cli.publish.progress import TransferProgress
from biot_plugin_cli.registry.client import Registry
from biot_plugin_cli.registry.login import LoginSource
from biot_plugin_cli.registry.manifest import Manifest
from biot_plugin_cli.registry.push import push_image

__all__ = ["ImageRepository", "Pushed"]

_DIGEST_DIGITS = 8
# What an image that was pushed was built by is not known any more.
_BUILDER = "unknown"


@dataclass(frozen=True, slots=True)
class Pushed:
    """An image in a repository.

    Attributes:
        repository: The registry's host and the repository.
        tag: The tag that it has there.
        digest: The digest of its manifest.
        bytes_sent: How many bytes of it were sent, since the registry did not have them.
    """

    repository: str
    tag: str
    digest: str
    bytes_sent: int

    @property
    def document(self) -> dict[str, Any]:
        """The document of `--json`."""
        return {
            "repository": self.repository,
            "tag": self.tag,
            "digest": self.digest,
            "bytesSent": self.bytes_sent,
        }


@dataclass(frozen=True, slots=True)
class ImageRepository:
    """A repository for images.

    Attributes:
        host: The host of the registry, with its port.
        name: The name of the repository.
        login: Gives credentials; each time new ones.
    """

    host: str
    name: str
    login: LoginSource

    def push(self, image: Image, progress: Callable[[str], None]) -> Pushed:
        """Push what the repository lacks of an image.

        A tag that is there with another image stays what it is, as it may be in use, or may not be changed. The same
        content makes other bytes where it is compressed otherwise; then the tag is a longer one.

        Args:
            image: The image.
            progress: Receives a short description of each step.

        Raises:
            PlatformRefused: The registry refuses.
            PlatformUnreachable: The registry cannot be reached, or the connection broke too often.
            OperationFailed: The image is not what its manifest says.
        """
        progress(f"Asking the registry {self.host} what it has of the image")
        with Registry(self.host, self.login, progress=TransferProgress(image, progress)) as registry:
            tag = self._free_tag(registry, image)
            pushed = push_image(registry, self.name, tag, image)
        return Pushed(f"{self.host}/{self.name}", tag, pushed.digest, pushed.bytes_sent)

    def find(self, image: UnbuiltImage) -> Pushed | None:
        """Find an image that need not be built, as it was pushed already.

        Args:
            image: The image.

        Raises:
            PlatformRefused: The registry refuses.
            PlatformUnreachable: The registry cannot be reached.
        """
        present = self._find(image)
        return Pushed(f"{self.host}/{self.name}", image.tag, present.digest, 0) if present else None

    def find_image(self, image: UnbuiltImage) -> Image | None:
        """Find an image that was pushed already as if it had been built; its bytes come from the registry when needed.

        The arguments and errors are those of `find`.
        """
        present = self._find(image)
        if present is None:
            return None
        registry = Registry(self.host, self.login)
        config, *layers = (registry.blob(self.name, blob) for blob in (present.config, *present.layers))
        return Image(present, config, tuple(layers), image.content_hash, image.tag, _BUILDER)

    def _find(self, image: UnbuiltImage) -> Manifest | None:
        """Return the manifest of an image, if what has its tag says that it is this one."""
        with Registry(self.host, self.login) as registry:
            present = registry.find_manifest(self.name, image.tag)
        is_same = present is not None and present.annotations.get(CONTENT_HASH) == image.content_hash
        return present if is_same else None

    def _free_tag(self, registry: Registry, image: Image) -> str:
        present = registry.find_manifest(self.name, image.tag)
        if present is None or present.digest == image.digest:
            return image.tag
        return f"{image.tag}-{image.digest.partition(':')[2][:_DIGEST_DIGITS]}"
