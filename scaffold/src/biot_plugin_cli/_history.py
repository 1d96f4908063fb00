"""The packages that were deployed from this folder, kept so that an older one can go up again."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

__all__ = ["Deployed", "History"]

_FOLDER = ".biot-plugin"
_KEPT = 5
#: What of the configuration is the code's own, and goes back with it.
_OF_CODE = ("subscriptions", "cronSchedule", "handler", "runtime")


@dataclass(frozen=True, slots=True)
class Deployed:
    """A package that was deployed.

    Attributes:
        version: The version that it became on the platform.
        content_hash: What tells its code from all other code.
        config: The part of its configuration that belongs to the code.
        file: The zip.
    """

    version: int
    content_hash: str
    config: Mapping[str, Any]
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

    def add(self, package: Path, version: int, content_hash: str, config: Mapping[str, Any]) -> None:
        """Keep a package; the oldest are removed."""
        self._folder.mkdir(parents=True, exist_ok=True)
        (self._top / ".gitignore").write_text("*\n", encoding="utf-8")
        file = self._folder / f"{version:05d}.zip"
        if package != file:
            shutil.copyfile(package, file)
        own = {name: config.get(name) for name in _OF_CODE}
        told = {**asdict(Deployed(version, content_hash, own, file)), "file": file.name}
        file.with_suffix(".json").write_text(json.dumps(told, indent=2), encoding="utf-8")
        for old in self.all()[_KEPT:]:
            old.file.unlink(missing_ok=True)
            old.file.with_suffix(".json").unlink(missing_ok=True)


def _read(file: Path) -> Deployed | None:
    try:
        told = json.loads(file.read_text(encoding="utf-8"))
        return Deployed(**{**told, "file": file.with_name(told["file"])})
    except (OSError, ValueError, TypeError, KeyError):
        return None
