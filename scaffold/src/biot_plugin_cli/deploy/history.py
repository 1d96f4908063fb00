"""The packages that were deployed from this folder, kept so that an older one can go up again."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from biot_plugin_cli.terminal.file_writer import write_atomically

__all__ = ["Deployed", "History"]

_FOLDER = ".biot-plugin"
_KEPT = 5


@dataclass(frozen=True, slots=True)
class Deployed:
    """A package that was deployed.

    Attributes:
        version: The version that it became on the platform.
        content_hash: What tells its code from all other code.
        config: The part of its configuration that belongs to the code.
        endpoint_url: The address of the plugin that it was deployed to. A plugin that is removed and made again has a
            new one (contract section 6.2), and counts its versions anew.
        file: The zip.
    """

    version: int
    content_hash: str
    config: Mapping[str, Any]
    endpoint_url: str | None
    file: Path


class History:
    """Keeps the last packages of one environment, in a folder that git ignores.

    Args:
        root: The plugin's folder.
        platform: Where they were deployed: the environment's name, or the platform's address.
        name: The plugin's name there.
    """

    def __init__(self, root: Path, platform: str, name: str) -> None:
        self._top = root / _FOLDER
        self._folder = self._top / "deployed" / re.sub(r"[^\w.-]+", "_", f"{platform}_{name}")

    def all(self) -> list[Deployed]:
        """The packages, the newest first."""
        found = [_read(file) for file in self._folder.glob("*.json")]
        return sorted((one for one in found if one and one.file.is_file()), key=lambda one: one.version, reverse=True)

    def add(
        self, package: bytes, version: int, content_hash: str, config: Mapping[str, Any], endpoint_url: str | None
    ) -> None:
        """Keep a package; the oldest are removed, and those of a plugin that is no more.

        Args:
            package: The zip's content.
            version: The version that it became on the platform.
            content_hash: What tells its code from all other code.
            config: The part of its configuration that belongs to the code.
            endpoint_url: The plugin's address.

        Raises:
            OperationFailed: It cannot be kept.
        """
        write_atomically(self._top / ".gitignore", b"*\n")
        file = self._folder / f"{version:05d}.zip"
        write_atomically(file, package)
        told = {**asdict(Deployed(version, content_hash, config, endpoint_url, file)), "file": file.name}
        write_atomically(file.with_suffix(".json"), json.dumps(told, indent=2).encode())
        kept = self.of(endpoint_url)[:_KEPT]
        for old in self.all():
            if old not in kept:
                old.file.unlink(missing_ok=True)
                old.file.with_suffix(".json").unlink(missing_ok=True)

    def of(self, endpoint_url: str | None) -> list[Deployed]:
        """The packages that were deployed to the plugin with this address, the newest first."""
        return [one for one in self.all() if one.endpoint_url == endpoint_url]

    def clear(self) -> None:
        """Keep none any more."""
        shutil.rmtree(self._folder, ignore_errors=True)


def _read(file: Path) -> Deployed | None:
    try:
        told = json.loads(file.read_text(encoding="utf-8"))
        return Deployed(**{**told, "file": file.with_name(told["file"])})
    except (OSError, ValueError, TypeError, KeyError):
        return None
