"""One distribution that a lock names, and the one of its wheels that the target runs best."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any
from urllib.parse import unquote, urlsplit

from biot_plugin_cli.dependencies.errors import BadLock, NoWheel
from biot_plugin_cli.plugin.package_target import Target

__all__ = ["Locked", "Origin", "Wheel", "best_wheel", "file_sha256", "require_wheels", "sha256_of"]


@dataclass(frozen=True, slots=True)
class Wheel:
    """A wheel that a lock names.

    Attributes:
        url: Where it is, also of a file on this machine.
        sha256: Of its bytes, in hexadecimal; None where the lock does not say it.
        indexed: Whether an index or a folder of wheels has it under its name; the URL alone leads to it when not.
    """

    url: str
    sha256: str | None
    indexed: bool = True


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a distribution comes from that is on no index.

    Attributes:
        place: Its folder, or the URL of its git repository.
        commit: The commit in that repository, None for a folder.
    """

    place: str
    commit: str | None = None


@dataclass(frozen=True, slots=True)
class Locked:
    """A distribution that the plugin needs on the target.

    Attributes:
        name: Its normalised name.
        version: Its version; None where the lock leaves that to its origin.
        source: The wheel for the target, or where it comes from; None when an index has it, but no wheel that fits.
        needed_by: The name of what needs it, None for the plugin itself.
    """

    name: str
    version: str | None
    source: Wheel | Origin | None
    needed_by: str | None = None

    @property
    def requirement(self) -> str:
        """The line of a requirements file that installs this wheel and no other one."""
        if not isinstance(self.source, Wheel):
            raise TypeError(f"{self.name} is no wheel")
        sha256 = self.source.sha256
        if self.source.indexed:
            return f"{self.name}=={self.version}" + (f" --hash=sha256:{sha256}" if sha256 else "")
        return f"{self.name} @ {self.source.url}" + (f"#sha256={sha256}" if sha256 else "")


def best_wheel(urls: Iterable[str], target: Target) -> str | None:
    """Choose the wheel that the target likes best, by the tags in its name; None when none of them runs there."""
    from packaging.utils import InvalidWheelFilename, parse_wheel_filename

    ranks = {tag: rank for rank, tag in enumerate(target.tags)}
    found: list[tuple[int, tuple[Any, ...], str]] = []
    for url in urls:
        try:
            _, _, build, tags = parse_wheel_filename(unquote(PurePosixPath(urlsplit(url).path).name))
        except InvalidWheelFilename:
            continue
        if fitting := [ranks[tag] for tag in tags if tag in ranks]:
            found.append((-min(fitting), build, url))
    return max(found)[2] if found else None


def require_wheels(locked: Iterable[Locked], target: Target) -> None:
    """Make sure that every distribution has a wheel for the target, or comes from a place of its own.

    Raises:
        NoWheel: Some have none; the sentence names them, and what needs them.
    """
    missing = [one for one in locked if one.source is None]
    if missing:
        names = ", ".join(f"{one.name} {one.version}{_needed(one)}" for one in missing)
        raise NoWheel(f"There is no wheel for {target} of {names}: take a version that has one, or another library")


def _needed(one: Locked) -> str:
    return f" (which {one.needed_by} needs)" if one.needed_by else ""


def file_sha256(file: Path, named_by: str) -> str:
    """Hash a wheel on this machine that a lock names without its hash.

    Raises:
        BadLock: It is not there.
    """
    try:
        return hashlib.sha256(file.read_bytes()).hexdigest()
    except OSError as error:
        raise BadLock(
            f"{named_by} names {file}, which cannot be read ({error.strerror}): run uv lock to name another one"
        ) from error


def sha256_of(hashes: Mapping[str, str] | str | None) -> str | None:
    """Take the SHA-256 out of what a lock says of a file's hashes."""
    if isinstance(hashes, str):
        algorithm, _, value = hashes.partition(":")
        return value if algorithm == "sha256" else None
    return hashes.get("sha256") if hashes else None
