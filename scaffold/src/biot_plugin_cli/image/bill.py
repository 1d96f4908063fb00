"""The file of an image's bill of materials: beside the image, or in the folder that the packages of others are in."""

from __future__ import annotations

import json
from pathlib import Path

from biot_plugin_cli.image.artifact import Image
from biot_plugin_cli.plugin.repository import Plugin
from biot_plugin_cli.terminal.file_writer import write_atomically

__all__ = ["bill_beside", "bill_of", "write_bill"]

_ARCHIVE = ".tar"


def bill_beside(output: Path) -> Path:
    """Return the file of the bill of materials of an image that is written somewhere."""
    return output.with_name(f"{output.name.removesuffix(_ARCHIVE)}.cdx.json")


def bill_of(plugin: Plugin) -> Path:
    """Return the file of the bill of materials of a plugin's image that is written nowhere."""
    return plugin.root / "dist" / f"{plugin.manifest.name}.cdx.json"


def write_bill(image: Image, path: Path) -> None:
    """Write the bill of materials of an image; nothing for an image that has none.

    Raises:
        OperationFailed: It cannot be written.
    """
    if image.bill is not None:
        write_atomically(path, (json.dumps(image.bill, indent=2) + "\n").encode())
