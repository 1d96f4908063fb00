"""The Python distributions in an image that an engine has built, for its bill of materials.

Nothing says what of an image is the base's, and what the Dockerfile has added: all that are installed are listed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from tarfile import TarInfo
from typing import IO, Any

from biot_plugin_cli.dependencies.components import Component, describe_components
from biot_plugin_cli.errors import OperationFailed
from biot_plugin_cli.image.layers.file_list import merge, normalise
from biot_plugin_cli.image.layers.reader import read_members

__all__ = ["find_distributions"]

_FILE, _ORIGIN = ".dist-info/METADATA", ".dist-info/direct_url.json"
_FOLDER = "distribution.dist-info"
_NAME = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_VERSION = re.compile(r"[\w.!+-]{1,100}")
# Of all files together; no image of real distributions comes near.
_MAX_BYTES = 64 * 1024 * 1024


def find_distributions(layers: Iterable[Path], folder: Path, environment: Mapping[str, Any]) -> tuple[Component, ...]:
    """Find the distributions that are installed anywhere in an image.

    Args:
        layers: The files of its layers, the lowest first.
        folder: A folder for temporary files, which is created.
        environment: The values of environment markers on the target.

    Returns:
        The distributions, sorted by name. What has no readable metadata is none.

    Raises:
        OperationFailed: A layer cannot be read, or the temporary files cannot be written.
        InvalidPlugin: It is too large, or compressed with zstd.
    """
    texts: dict[str, bytes] = {}

    def take(member: TarInfo, content: IO[bytes]) -> None:
        path = normalise(member.name)
        if path.endswith((_FILE, _ORIGIN)) and member.size <= _MAX_BYTES - sum(map(len, texts.values())):
            # What the origin is does not matter, and it may have a password in it.
            texts[path] = content.read() if path.endswith(_FILE) else b""

    files = merge(read_members(layer, "The image", take=take) for layer in layers).files
    try:
        return _describe({path: text for path, text in texts.items() if path in files}, folder, dict(environment))
    except OSError as error:
        raise OperationFailed(f"Cannot write {folder} ({error.strerror}): make room there") from error


def _describe(texts: Mapping[str, bytes], folder: Path, environment: dict[str, Any]) -> tuple[Component, ...]:
    (all_of_them := folder / "all").mkdir(parents=True)
    local, seen = set[str](), set[tuple[str, str]]()
    for path, text in texts.items():
        if not path.endswith(_FILE):
            continue
        component = _read(folder / "one", text, environment)
        # The same may be installed in several folders of the image.
        if component is None or (component.name, component.version) in seen:
            continue
        (folder / "one" / _FOLDER).rename(all_of_them / f"{len(seen)}.dist-info")
        seen.add((component.name, component.version))
        if f"{path.removesuffix(_FILE)}{_ORIGIN}" in texts:
            local.add(component.name)
    return describe_components(all_of_them, environment, frozenset(local))


def _read(folder: Path, text: bytes, environment: dict[str, Any]) -> Component | None:
    """Write the metadata of a distribution; None if it is not valid, as anything can be in an image."""
    (folder / _FOLDER).mkdir(parents=True, exist_ok=True)
    (folder / _FOLDER / "METADATA").write_bytes(text)
    try:
        [component] = describe_components(folder, environment, frozenset())
        is_valid = _NAME.fullmatch(component.name) and _VERSION.fullmatch(component.version)
    except (ValueError, TypeError, KeyError, AttributeError):
        return None
    return component if is_valid else None
