"""A distribution as a lock file records it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

__all__ = ["LockedDistribution", "Origin", "Wheel", "find_sha256"]


class Wheel(NamedTuple):
    """A wheel that a lock file lists.

    Attributes:
        url: Its URL; a `file:` URL for a file on this machine.
        sha256: The SHA-256 of its content, in hexadecimal; None if the lock file has none.
        indexed: Whether a package index or a folder of wheels lists it by name; it is found by its URL alone otherwise.
    """

    url: str
    sha256: str | None
    indexed: bool = True


class Origin(NamedTuple):
    """The source of a distribution that is on no package index: a folder, or a commit in a git repository.

    Attributes:
        place: The folder, or the URL of the git repository.
        commit: The commit; None for a folder.
    """

    place: str
    commit: str | None = None


class LockedDistribution(NamedTuple):
    """A distribution that the plugin needs on the target.

    Attributes:
        name: Its normalised name.
        version: Its version; None if only the origin defines it.
        source: The wheel for the target, or the origin; None if the package index has no wheel for the target.
        needed_by: The name of the distribution that depends on it; None for a direct dependency.
    """

    name: str
    version: str | None
    source: Wheel | Origin | None
    needed_by: str | None = None

    @property
    def requirement(self) -> str:
        """The line of a requirements file that installs exactly this wheel.

        Raises:
            TypeError: Its source is not a wheel.
        """
        if not isinstance(self.source, Wheel):
            raise TypeError(f"{self.name} is not a wheel")
        sha256 = self.source.sha256
        if self.source.indexed:
            return f"{self.name}=={self.version}" + (f" --hash=sha256:{sha256}" if sha256 else "")
        return f"{self.name} @ {self.source.url}" + (f"#sha256={sha256}" if sha256 else "")


def find_sha256(hashes: Mapping[str, str] | str | None) -> str | None:
    """Return the SHA-256 among the hashes of a file in a lock file, either `ALGORITHM:VALUE` or a mapping."""
    if isinstance(hashes, str):
        algorithm, _, value = hashes.partition(":")
        return value if algorithm == "sha256" else None
    return hashes.get("sha256") if hashes else None
