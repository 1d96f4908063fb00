"""What is wrong with an image."""

from __future__ import annotations

from biot_emulator.errors import EmulatorError

__all__ = ["InvalidImage", "LayersMissing"]


class InvalidImage(EmulatorError):
    """An image cannot be unpacked."""


class LayersMissing(EmulatorError):
    """What an image is made of cannot be had any more."""
