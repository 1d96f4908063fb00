"""The installed distributions below one folder: what they say of themselves, and which files are whose."""

from __future__ import annotations

import base64
import csv
import hashlib
import shutil
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from email.message import Message
from importlib import metadata
from pathlib import Path
from typing import Any, cast

__all__ = ["Component", "Distributions"]

# What installers note for themselves, and build tools for each other; some of it names folders of this machine.
_NOTES = frozenset(["INSTALLER", "REQUESTED", "direct_url.json", "uv_build.json", "uv_cache.json"])
_RUBBISH = frozenset(["__pycache__", ".DS_Store"])
_RUBBISH_AT_TOP = frozenset(["bin", ".lock"])


@dataclass(frozen=True, slots=True)
class Component:
    """A distribution in a package, as a bill of materials names it.

    Attributes:
        name: Its normalised name.
        version: Its version.
        licence: What it says of its licence, None for nothing.
        spdx: Whether that is an SPDX expression, and not just a name.
        needs: Normalised names of those components that it needs.
        indexed: Whether a package index has it.
    """

    name: str
    version: str
    licence: str | None
    spdx: bool
    needs: tuple[str, ...]
    indexed: bool

    @classmethod
    def load(cls, document: dict[str, Any]) -> Component:
        """Read what `dump` gave."""
        return cls(**{**document, "needs": tuple(document["needs"])})

    def dump(self) -> dict[str, Any]:
        """Make a JSON document of it."""
        return asdict(self)


class Distributions:
    """What is installed below a folder.

    Args:
        folder: The folder.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._found = {folder_name: metadata.PathDistribution(path) for folder_name, path in _descriptions(folder)}

    def tidy(self) -> None:
        """Remove what does not run: programs, caches, stubs and notes; let the records tell what is left."""
        for path in self._folder.iterdir():
            if path.name in _RUBBISH_AT_TOP:
                _remove(path)
        for path in sorted(self._folder.rglob("*"), reverse=True):
            if path.name in _RUBBISH or path.suffix in (".pyi", ".pyc") or _is_note(path):
                _remove(path)
            elif path.is_dir() and not any(path.iterdir()):
                path.rmdir()
        for name, found in self._found.items():
            self._record(name, found)

    def owners(self) -> dict[str, str]:
        """Tell for each recorded file the name of the distribution that it belongs to."""
        return {str(file): _normal(found) for found in self._found.values() for file in found.files or ()}

    def components(self, environment: dict[str, Any], local: frozenset[str]) -> tuple[Component, ...]:
        """Describe them, sorted by name.

        Args:
            environment: What environment markers see where they run.
            local: The names of those that are on no index.
        """
        names = {_normal(found) for found in self._found.values()}
        described = (
            Component(
                name=_normal(found),
                version=found.version,
                licence=_licence(found),
                spdx="License-Expression" in found.metadata,
                needs=tuple(sorted(names.intersection(_requirements(found, environment)))),
                indexed=_normal(found) not in local,
            )
            for found in self._found.values()
        )
        return tuple(sorted(described, key=lambda component: component.name))

    def _record(self, description: str, found: metadata.PathDistribution) -> None:
        record = f"{description}/RECORD"
        present = {str(file) for file in found.files or () if (self._folder / file).is_file()} - {record}
        rows = [(name, *_fingerprint(self._folder / name)) for name in sorted(present)]
        # Installers may have linked the file to the one in their cache.
        (self._folder / record).unlink(missing_ok=True)
        with (self._folder / record).open("w", encoding="utf-8", newline="") as file:
            csv.writer(file, lineterminator="\n").writerows([*rows, (record, "", "")])


def _descriptions(folder: Path) -> Iterator[tuple[str, Path]]:
    return ((path.name, path) for path in sorted(folder.glob("*.dist-info")))


def _fingerprint(file: Path) -> tuple[str, int]:
    content = file.read_bytes()
    return f"sha256={base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b'=').decode()}", len(content)


def _is_note(path: Path) -> bool:
    return path.name in _NOTES and path.parent.suffix == ".dist-info"


def _remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def _normal(found: metadata.PathDistribution) -> str:
    from packaging.utils import canonicalize_name

    return canonicalize_name(found.metadata["Name"])


def _licence(found: metadata.PathDistribution) -> str | None:
    told = cast(Message, found.metadata)
    if expression := told.get("License-Expression"):
        return str(expression)
    classified = [line.rpartition(" :: ")[2] for line in told.get_all("Classifier") or () if line.startswith("License")]
    name = " / ".join(classified) or str(told.get("License") or "")
    # Some write the whole licence into that field.
    return name if name and "\n" not in name else None


def _requirements(found: metadata.PathDistribution, environment: dict[str, Any]) -> Iterator[str]:
    from packaging.requirements import Requirement
    from packaging.utils import canonicalize_name

    for text in found.requires or ():
        requirement = Requirement(text)
        if requirement.marker is None or requirement.marker.evaluate({**environment, "extra": ""}):
            yield canonicalize_name(requirement.name)
