"""The paths of the distribution API, below `/v2/`."""

from __future__ import annotations

from dataclasses import dataclass

from biot_emulator.registry.errors import NameUnknown
from biot_emulator.registry.names import check_repository

__all__ = ["Target", "is_distribution_path", "parse_path"]

_ROOT = "/v2"
_MAX_PATH = 1024
#: What stands between a repository and a reference, the longest first.
_KINDS = (("/blobs/uploads/", "upload"), ("/blobs/", "blob"), ("/manifests/", "manifest"), ("/referrers/", "referrers"))
_ENDS = (("/blobs/uploads/", "uploads"), ("/blobs/uploads", "uploads"), ("/tags/list", "tags"))


@dataclass(frozen=True, slots=True)
class Target:
    """What a path is about.

    Attributes:
        kind: `root`, `catalog`, `blob`, `upload`, `uploads`, `manifest`, `referrers` or `tags`.
        repository: The repository; empty where it is about none.
        reference: A digest, tag or id of an upload; empty where there is none.
    """

    kind: str
    repository: str = ""
    reference: str = ""


def is_distribution_path(path: str) -> bool:
    """Whether a path is one of the distribution API."""
    return path == _ROOT or path.startswith(f"{_ROOT}/")


def parse_path(path: str) -> Target:
    """Read a path of the distribution API.

    Raises:
        NameInvalid: Its repository has a name that none can have.
        NameUnknown: It is none.
    """
    rest = path[len(_ROOT) + 1 :]
    if not rest:
        return Target("root")
    if rest == "_catalog":
        return Target("catalog")
    target = _parse(rest) if len(path) <= _MAX_PATH else None
    if target is None:
        raise NameUnknown("The distribution API has no such path")
    return target


def _parse(rest: str) -> Target | None:
    for end, kind in _ENDS:
        if rest.endswith(end):
            return Target(kind, check_repository(rest.removesuffix(end)))
    for separator, kind in _KINDS:
        repository, is_there, reference = rest.rpartition(separator)
        if is_there and reference and "/" not in reference:
            return Target(kind, check_repository(repository), reference)
    return None
