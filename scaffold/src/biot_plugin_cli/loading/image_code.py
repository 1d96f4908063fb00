"""The code in an image's own layers as a zip file, which is loaded as that of a zip package is."""

from __future__ import annotations

import shutil
import tarfile
import zipfile
from contextlib import closing
from pathlib import Path

from biot_plugin_cli.archive.bytecode import LAMBDA_ROOT
from biot_plugin_cli.image.artifact import Image
from biot_plugin_cli.registry.blobs import Blob

__all__ = ["MAX_UNPACKED_BYTES", "write_code_of"]

MAX_UNPACKED_BYTES = 250 * 1024 * 1024
"""The size of the files that can be loaded here: that of the largest zip package."""

_FOLDER = f"{LAMBDA_ROOT.strip('/')}/"
_MODE = 0o100644
_EXECUTABLE_MODE = 0o100755
_EXECUTABLE = 0o100


def write_code_of(image: Image, path: Path) -> bool:
    """Write the files that an image's own layers have in Lambda's folder for code; False if they are too large.

    Args:
        image: The image, whose own layers were made without a container engine.
        path: The zip file to write.
    """
    left = MAX_UNPACKED_BYTES
    with zipfile.ZipFile(path, "w") as archive:
        for layer in image.own_layers:
            left = _add_layer(archive, layer, left)
            if left < 0:
                return False
    return True


def _add_layer(archive: zipfile.ZipFile, layer: Blob, left: int) -> int:
    """Add the files of a layer, as long as there is space left for them; return how much is left after it."""
    with closing(layer.open()) as reader, tarfile.open(fileobj=reader, mode="r|gz") as members:  # type: ignore[call-overload]
        for member in members:
            if not member.isfile() or not member.name.startswith(_FOLDER):
                continue
            left -= member.size
            if left < 0:
                break
            entry = zipfile.ZipInfo(member.name.removeprefix(_FOLDER))
            mode = _EXECUTABLE_MODE if member.mode & _EXECUTABLE else _MODE
            entry.external_attr = mode << 16
            content = members.extractfile(member)
            if content is not None:
                with content, archive.open(entry, "w") as file:
                    shutil.copyfileobj(content, file)
    return left
