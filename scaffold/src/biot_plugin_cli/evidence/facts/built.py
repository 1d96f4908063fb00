"""What a release consists of: the package that the plugin's folder makes, or a file that is the same."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from biot_plugin_cli.archive.cache_folder import scratch_folder
from biot_plugin_cli.deploy.older.package_file import read_package_file
from biot_plugin_cli.errors import OperationFailed, UsageError
from biot_plugin_cli.image.examination import building
from biot_plugin_cli.loading.image_code import write_code_of
from biot_plugin_cli.package.builder import build_package
from biot_plugin_cli.package.report import showing_progress
from biot_plugin_cli.package.source_tree import SourceTree
from biot_plugin_cli.plugin.repository import Plugin

__all__ = ["Built", "building_release"]

_DIGITS = 16


@dataclass(frozen=True, slots=True)
class Built:
    """The package of a release.

    Attributes:
        path: The zip file; for an image the code that is in it. It exists as long as its context.
        name: The name of the file in the evidence.
        sha256: The SHA-256 of the file.
        content_hash: The content hash of the code.
        bill: The bill of materials of the package.
        tree: What git says of the folder that it was made of.
        image: The digest of the image that the code is in; None for a zip file.
    """

    path: Path
    name: str
    sha256: str
    content_hash: str
    bill: Mapping[str, Any]
    tree: SourceTree
    image: str | None = None


@contextmanager
def building_release(plugin: Plugin, file: Path | None = None) -> Iterator[Built]:
    """Build the package of a plugin, beside the folder `dist`, which stays as it is.

    Args:
        plugin: The plugin.
        file: A package that is to be the release; it must be what the folder makes.

    Raises:
        CliError: It cannot be built, or the file is another one.
    """
    if plugin.manifest.package == "image":
        with _building_image(plugin, file) as built:
            yield built
        return
    with scratch_folder(plugin.root) as scratch:
        with showing_progress() as progress:
            package = build_package(plugin, scratch / f"{plugin.manifest.name}.zip", progress=progress)
        bill = json.loads(package.sbom.read_bytes())
        path, sha256 = package.path, package.sha256
        if file is not None:
            path, sha256 = file, _require_same(file, package.content_hash)
        yield Built(path, f"{plugin.manifest.name}.zip", sha256, package.content_hash, bill, package.tree)


@contextmanager
def _building_image(plugin: Plugin, file: Path | None) -> Iterator[Built]:
    if file is not None:
        raise UsageError(f"{plugin.manifest.name} is a container image, and --package is for zip files: leave it out")
    with scratch_folder(plugin.root) as scratch, building(plugin, None) as (image, _):
        code = scratch / f"{plugin.manifest.name}-code.zip"
        if image.bill is None or not write_code_of(image, code):
            raise OperationFailed(
                "Evidence is made of images that biot-plugin builds itself: set builder = 'layers' in "
                "[tool.biot-plugin.image] of pyproject.toml, so that all that is in it is known"
            )
        sha256 = hashlib.sha256(code.read_bytes()).hexdigest()
        tree = SourceTree.of(plugin.root)
        yield Built(code, code.name, sha256, image.content_hash, image.bill, tree, image.manifest.digest)


def _require_same(file: Path, content_hash: str) -> str:
    package = read_package_file(file)
    if package.content_hash != content_hash:
        raise OperationFailed(
            f"{file} is not what this folder makes: its content is {package.content_hash[:_DIGITS]}, and that of the "
            f"folder {content_hash[:_DIGITS]}; check out the commit that it was made of"
        )
    return hashlib.sha256(package.content).hexdigest()
