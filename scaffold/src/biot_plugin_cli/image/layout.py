"""OCI image layouts (image-layout.md): images as folders, or as tar archives of such a folder."""

from __future__ import annotations

import shutil
import tarfile
from collections.abc import Iterable
from pathlib import Path

from biot_plugin_cli.errors import OperationFailed
from biot_plugin_cli.image.artifact import Image
from biot_plugin_cli.image.build_time import build_time
from biot_plugin_cli.image.configuration import canonical_json
from biot_plugin_cli.image.layers.writer import FolderEntry, folder_entries
from biot_plugin_cli.registry.blobs import Blob
from biot_plugin_cli.registry.media_types import OCI_INDEX
from biot_plugin_cli.registry.transfers.verified_bytes import VerifiedBytes
from biot_plugin_cli.terminal.scratch import scratch_folder

__all__ = ["write_layout", "write_layout_to"]

_VERSION = canonical_json({"imageLayoutVersion": "1.0.0"})
_MARKER, _INDEX = "oci-layout", "index.json"
_ARCHIVE = ".tar"
_PIECE = 1024 * 1024


def write_layout_to(image: Image, output: Path) -> Path:
    """Write an image where a user wants it, in one step.

    Args:
        image: The image.
        output: A folder, which is new, empty or a layout to replace; or, with the suffix `.tar`, an archive.

    Returns:
        The absolute path.

    Raises:
        OperationFailed: It cannot be written, or the folder has something else in it; what is there is unchanged.
    """
    output = output.absolute()
    is_archive = output.suffix == _ARCHIVE
    if output.exists() and (output.is_dir() == is_archive or not (is_archive or _may_be_replaced(output))):
        raise OperationFailed(f"{output} has something else than an image in it: choose another path, or remove it")
    try:
        output.parent.mkdir(parents=True, exist_ok=True)
        with scratch_folder(output.parent, ".biot-plugin-image-") as scratch:
            layout = scratch / "layout"
            layout.mkdir()
            write_layout(image, layout)
            if is_archive:
                _write_archive(layout, scratch / "archive")
                (scratch / "archive").replace(output)
            else:
                shutil.rmtree(output, ignore_errors=True)
                layout.rename(output)
    except OSError as error:
        raise _write_error(output, error) from error
    return output


def write_layout(image: Image, folder: Path) -> None:
    """Write an image as a layout.

    Args:
        image: The image; a base that is in a registry is downloaded.
        folder: An empty folder.

    Raises:
        OperationFailed: It cannot be written, or the registry sends something else than the manifest says.
        RegistryRefused: The registry of the base refuses.
        RegistryUnreachable: The registry of the base cannot be reached.
    """
    manifest = Blob.from_bytes(image.manifest.content, image.manifest.media_type)
    platform = {"architecture": image.configuration["architecture"], "os": image.configuration["os"]}
    annotations = {"org.opencontainers.image.ref.name": image.tag}
    descriptor = {**manifest.descriptor.dump(), "platform": platform, "annotations": annotations}
    index = {"schemaVersion": 2, "mediaType": OCI_INDEX, "manifests": [descriptor]}
    try:
        for blob in {blob.descriptor.digest: blob for blob in (*image.blobs, manifest)}.values():
            _write_blob(blob, folder)
        (folder / _MARKER).write_bytes(_VERSION)
        (folder / _INDEX).write_bytes(canonical_json(index))
    except OSError as error:
        raise _write_error(folder, error) from error


def _may_be_replaced(folder: Path) -> bool:
    return (folder / _MARKER).is_file() or not any(folder.iterdir())


def _write_blob(blob: Blob, folder: Path) -> None:
    algorithm, _, digits = blob.descriptor.digest.partition(":")
    path = folder / "blobs" / algorithm / digits
    path.parent.mkdir(parents=True, exist_ok=True)
    content = VerifiedBytes(blob)
    try:
        with path.open("wb") as file:
            while piece := content.read(_PIECE):
                file.write(piece)
    finally:
        content.close()


def _write_archive(folder: Path, path: Path) -> None:
    with tarfile.open(path, mode="w", format=tarfile.PAX_FORMAT) as archive:
        for entry in _sorted(folder_entries(folder)):
            member = tarfile.TarInfo(entry.name)
            member.size, member.mode, member.mtime = entry.size, 0o644, build_time()
            with entry.path.open("rb") as content:
                archive.addfile(member, content)


def _sorted(entries: Iterable[FolderEntry]) -> list[FolderEntry]:
    return sorted(entries, key=lambda entry: entry.name)


def _write_error(path: Path, error: OSError) -> OperationFailed:
    return OperationFailed(f"Cannot write {path} ({error.strerror}): make room there, or choose another path")
