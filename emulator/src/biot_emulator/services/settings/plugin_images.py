"""The images of plugins: found by tag, checked as AWS does, unpacked, and removed with their last plugin."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager
from functools import partial
from pathlib import Path
from typing import Any

from biot_emulator.errors import EmulatorError
from biot_emulator.image.execution import Execution
from biot_emulator.image.unpacked import UnpackedImages
from biot_emulator.lambda_function.arn import REGION
from biot_emulator.registry.credentials import RegistryCredentials
from biot_emulator.registry.function_images import check_function_image
from biot_emulator.registry.sources import Images, ImageSource
from biot_emulator.services.settings.errors import AwsFailed, ImageTagNotFound
from biot_emulator.services.settings.plugin import Plugin
from biot_emulator.state.timestamps import timestamp

__all__ = ["PluginImages"]

#: What AWS's own error is called for an image that a function cannot have, and for one that cannot be read.
_NOT_SUPPORTED = "InvalidParameterValueException"


class PluginImages:
    """The images that plugins have.

    Args:
        images: Where they are.
        credentials: Who may push there.
        unpacked: Where they are unpacked.
    """

    def __init__(self, images: Images, credentials: RegistryCredentials, unpacked: UnpackedImages) -> None:
        self._images = images
        self._credentials = credentials
        self._unpacked = unpacked
        self._resolving: list[str] = []
        self._removing = threading.Lock()

    def temporary_credentials(self, host: str) -> dict[str, Any]:
        """Hand out credentials for the repository, and its address, as the settings API does.

        Args:
            host: Host and port by which the caller has reached the platform.
        """
        key = self._credentials.new_key()
        credentials = {
            "accessKeyId": key.id,
            "secretAccessKey": key.secret,
            "sessionToken": key.session_token,
            "expiration": timestamp(key.expiration),
        }
        return {"credentials": credentials, "region": REGION, "repositoryUri": self._images.repository_uri(host)}

    @contextmanager
    def resolve(self, tag: str) -> Iterator[dict[str, str]]:
        """Unpack the image with a tag; yield what a plugin stores about it. Meanwhile it is not removed.

        Raises:
            ImageTagNotFound: There is none.
            AwsFailed: A function cannot have it.
        """
        digest = str(_require(tag, partial(self._images.find, tag)).manifest.digest)
        with self._unpacked.hold(digest), self._staying(digest):
            # Its last plugin may have been deleted since it was looked up.
            self._unpack(_require(tag, partial(self._images.get, digest)), tag)
            yield {"image": digest}

    def execution(self, digest: str) -> Execution:
        """Return how an image is run. Raises EmulatorError."""
        return self._unpacked.execution(digest, partial(self._images.get, digest))

    def hold(self, digest: str) -> AbstractContextManager[None]:
        """Have `keep` leave an unpacked image meanwhile."""
        return self._unpacked.hold(digest)

    def is_held(self, digest: str) -> bool:
        """Whether somebody has an unpacked image stay."""
        return self._unpacked.is_held(digest)

    def repair(self, digest: str) -> None:
        """Make sure that an image is as it was when it was unpacked. Raises EmulatorError."""
        self._unpacked.repair(digest, partial(self._images.get, digest))

    def keep(self, plugins: Iterable[Plugin], folders: Iterable[Path]) -> None:
        """Remove every unpacked image but those of some plugins, and those that processes are at work in."""
        self._unpacked.keep((plugin.code["image"] for plugin in plugins if "image" in plugin.code), folders)

    def remove(self, plugin: Plugin, used: Iterable[str]) -> None:
        """Remove the image of a plugin that is deleted, unless another plugin has it, or is about to (contract 6.2)."""
        if digest := plugin.code.get("image"):
            with self._removing:
                self._images.remove(digest, [*used, *self._resolving])

    @contextmanager
    def _staying(self, digest: str) -> Iterator[None]:
        """Have `remove` leave an image meanwhile; what it removes just now is gone when this begins."""
        with self._removing:
            self._resolving.append(digest)
        try:
            yield
        finally:
            self._resolving.remove(digest)

    def _unpack(self, source: ImageSource, tag: str) -> None:
        try:
            check_function_image(source)
            self._unpacked.unpack(source)
        except EmulatorError as error:
            raise _unusable(tag, error) from None


def _require(tag: str, find: Callable[[], ImageSource | None]) -> ImageSource:
    try:
        source = find()
    except EmulatorError as error:
        raise _unusable(tag, error) from None
    if source is None:
        raise ImageTagNotFound(f"There is no image with the tag [{tag}]: push it first")
    return source


def _unusable(tag: str, error: EmulatorError) -> AwsFailed:
    return AwsFailed(f"The image with the tag [{tag}] cannot be used: {error}", className=_NOT_SUPPORTED)
