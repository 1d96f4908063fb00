"""An image as an engine saves it: an archive of Docker's, or an OCI layout in an archive.

Its layers are compressed anew where they are not, as Lambda is not known to accept that.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import posixpath
import tarfile
import zlib
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from biot_plugin_cli.errors import OperationFailed
from biot_plugin_cli.image.layers.reader import PlainReader
from biot_plugin_cli.image.layers.writer import Compressor, Layer

__all__ = ["SavedImage", "read_archive"]

_GZIP, _ZSTD = b"\x1f\x8b", b"\x28\xb5\x2f\xfd"
_MAX_DOCUMENT = 8 * 1024 * 1024
_MAX_LINKS = 5
_PIECE = 1024 * 1024


@dataclass(frozen=True, slots=True)
class SavedImage:
    """An image that an engine has built.

    Attributes:
        configuration: Its configuration.
        layers: Its layers, the lowest first.
    """

    configuration: dict[str, Any]
    layers: tuple[Layer, ...]


def read_archive(archive: Path, folder: Path) -> SavedImage:
    """Read the only image in an archive.

    Args:
        archive: The archive.
        folder: An existing folder for its layers.

    Raises:
        OperationFailed: It is no such archive, or damaged.
    """
    try:
        with tarfile.open(archive, mode="r:") as opened:
            return _Archive(opened).read(folder)
    except (tarfile.TarError, ValueError, KeyError, TypeError, IndexError, zlib.error, EOFError) as error:
        reason = " ".join(str(error).split())[:200]
        raise OperationFailed(
            f"The engine has saved an image that cannot be read ({reason}): update it, or use another --builder"
        ) from error
    except OSError as error:
        raise OperationFailed(f"Cannot read {archive} ({error.strerror}): make room there, or run it again") from error


class _Archive:
    """An opened archive."""

    def __init__(self, archive: tarfile.TarFile) -> None:
        self._archive = archive
        self._members = {posixpath.normpath(member.name): member for member in archive}

    def read(self, folder: Path) -> SavedImage:
        """Read the image, and write its layers to a folder."""
        name, layers = self._list()
        configuration = self._document(name)
        diff_ids = configuration["rootfs"]["diff_ids"]
        if len(diff_ids) != len(layers):
            raise ValueError("its layers are not those of its configuration")
        saved = []
        for number, (layer, diff_id) in enumerate(zip(layers, diff_ids, strict=True)):
            with self._open(layer) as content:
                saved.append(_write_layer(content, folder / f"layer-{number}.tar.gz"))
            if saved[-1].diff_id != diff_id:
                raise ValueError("a layer is not that of its configuration")
        return SavedImage(configuration, tuple(saved))

    def _list(self) -> tuple[str, Sequence[str]]:
        """Return the names of the configuration and the layers."""
        # Docker's newer archives are both; what its index lists may be an index itself.
        if "manifest.json" in self._members:
            [image] = self._document("manifest.json")
            return image["Config"], image["Layers"]
        [descriptor] = self._document("index.json")["manifests"]
        manifest = self._document(_blob(descriptor))
        return _blob(manifest["config"]), [_blob(layer) for layer in manifest["layers"]]

    def _document(self, name: str) -> Any:
        with self._open(name) as file:
            content = file.read(_MAX_DOCUMENT + 1)
        if len(content) > _MAX_DOCUMENT:
            raise ValueError(f"{name} is too large")
        return json.loads(content)

    def _open(self, name: str) -> IO[bytes]:
        """Open a file; older archives have links from a layer to an equal one."""
        name = posixpath.normpath(name)
        member = self._members[name]
        for _ in range(_MAX_LINKS):
            if not member.issym():
                break
            name = posixpath.normpath(posixpath.join(posixpath.dirname(name), member.linkname))
            member = self._members[name]
        # A link to another link, or to itself, would be followed for ever.
        file = None if member.issym() else self._archive.extractfile(member)
        if file is None:
            raise ValueError(f"{name} is no file")
        return file


def _blob(descriptor: dict[str, Any]) -> str:
    algorithm, _, digits = str(descriptor["digest"]).partition(":")
    return f"blobs/{algorithm}/{digits}"


def _write_layer(content: IO[bytes], path: Path) -> Layer:
    """Write a layer, compressed with gzip; one that is stays as it is."""
    start = content.read(len(_ZSTD))
    content.seek(0)
    if start.startswith(_ZSTD):
        raise ValueError("a layer is compressed with zstd")
    return _copy(content, path) if start.startswith(_GZIP) else _compress(content, path)


def _copy(content: IO[bytes], path: Path) -> Layer:
    hashed, size = hashlib.sha256(), 0
    with path.open("wb") as file:
        while piece := content.read(_PIECE):
            hashed.update(piece)
            size += len(piece)
            file.write(piece)
    with gzip.open(path) as opened:
        plain = PlainReader(opened)
        while plain.read(_PIECE):
            pass
    return Layer(path, f"sha256:{hashed.hexdigest()}", size, plain.diff_id, plain.size)


def _compress(content: IO[bytes], path: Path) -> Layer:
    plain = PlainReader(content)
    with path.open("wb") as file, closing(Compressor(file)) as compressor:
        while piece := plain.read(_PIECE):
            compressor.write(piece)
    return Layer(path, compressor.digest, compressor.size, plain.diff_id, plain.size)
