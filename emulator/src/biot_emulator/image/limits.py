"""How much an image may hold."""

from __future__ import annotations

from dataclasses import dataclass

from biot_emulator.image.errors import InvalidImage
from biot_emulator.lambda_function.limits import MAX_IMAGE_BYTES

__all__ = ["Budget", "Limits"]


@dataclass(frozen=True, slots=True)
class Limits:
    """The most that is unpacked of an image.

    Attributes:
        total_bytes: All of its layers, uncompressed; the same number bounds the files that they make.
        entries: The files, folders and links that its layers make.
        name_bytes: The names of all its entries and the targets of links together.
        steps: The folders and links that are walked through on the way to its entries.
    """

    total_bytes: int = MAX_IMAGE_BYTES
    entries: int = 500_000
    name_bytes: int = 200_000_000
    steps: int = 20_000_000


class Budget:
    """What is left of the limits while an image is unpacked.

    Args:
        limits: The limits.
    """

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._layer_bytes = limits.total_bytes
        self._file_bytes = limits.total_bytes
        self._entries = limits.entries
        self._name_bytes = limits.name_bytes
        self._steps = limits.steps

    def spend_layer(self, size: int) -> None:
        """Take bytes of an uncompressed layer. Raises InvalidImage."""
        self._layer_bytes -= size
        if self._layer_bytes < 0:
            raise self._too_large()

    def spend_file(self, size: int) -> None:
        """Take the bytes of a file, which what is sparse has without taking room in a layer. Raises InvalidImage."""
        self._file_bytes -= size
        if self._file_bytes < 0:
            raise self._too_large()

    def spend_entry(self, *names: str) -> None:
        """Take a file, folder or link, with its names. Raises InvalidImage."""
        self._entries -= 1
        if self._entries < 0:
            raise InvalidImage(f"The image has more than {self._limits.entries} files and folders: leave some out")
        self._name_bytes -= sum(map(len, names))
        if self._name_bytes < 0:
            raise InvalidImage("The names of the image's files are too long altogether: leave some out")

    def spend_step(self) -> None:
        """Take a step on the way to a file. Raises InvalidImage."""
        self._steps -= 1
        if self._steps < 0:
            raise InvalidImage("The image has too many folders and links within each other: build it again")

    def _too_large(self) -> InvalidImage:
        size = self._limits.total_bytes
        text = f"{size / 1024**3:g} GB" if size >= 1024**3 else f"{size} bytes"
        return InvalidImage(
            f"The image is larger than {text} uncompressed, which is Lambda's limit: leave out what the plugin "
            "does not need"
        )
