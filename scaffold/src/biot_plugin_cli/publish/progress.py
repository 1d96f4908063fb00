"""How far a push has come, in words that are few enough for the log of a pipeline."""

from __future__ import annotations

from collections.abc import Callable

from biot_plugin_cli.image.artifact import Image
from biot_plugin_cli.registry.descriptor import Descriptor
from biot_plugin_cli.terminal.byte_sizes import format_size

__all__ = ["TransferProgress"]

_SMALL = 8 * 1024 * 1024
_TENTH = 10


class TransferProgress:
    """Describes the transfer of each blob of an image, large ones ten times.

    Args:
        image: The image.
        show: Receives the descriptions.
    """

    def __init__(self, image: Image, show: Callable[[str], None]) -> None:
        digests = [blob.descriptor.digest for blob in image.blobs]
        self._numbers = {digest: number for number, digest in enumerate(digests, start=1)}
        self._show = show
        self._shown: dict[str, int] = {}

    def __call__(self, descriptor: Descriptor, transferred: int) -> None:
        """Describe a transfer.

        Args:
            descriptor: What is transferred.
            transferred: How many bytes of it have been.
        """
        tenth = _TENTH * transferred // descriptor.size if descriptor.size > _SMALL else 0
        if self._shown.get(descriptor.digest, -1) >= tenth:
            return
        self._shown[descriptor.digest] = tenth
        size = format_size(descriptor.size)
        size = f"{format_size(transferred)} of {size}" if tenth else size
        self._show(f"Pushing {self._numbers.get(descriptor.digest, 1)} of {len(self._numbers)} parts: {size}")
