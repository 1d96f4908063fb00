"""The paths of the distribution API, below `/v2/`."""

from __future__ import annotations

import re
from dataclasses import dataclass

from biot_emulator.registry.errors import NameUnknown
from biot_emulator.registry.names import check_repository

__all__ = ["Target", "is_distribution_path", "parse_path"]

_ROOT = "/v2"
_MAX_PATH = 1024
_KINDS = (
    ("upload", re.compile(r"(.+)/blobs/uploads/([^/]+)")),
    ("uploads", re.compile(r"(.+)/blobs/uploads/?()")),
    ("blob", re.compile(r"(.+)/blobs/([^/]+)")),
    ("manifest", re.compile(r"(.+)/manifests/([^/]+)")),
    ("referrers", re.compile(r"(.+)/referrers/([^/]+)")),
    ("tags", re.compile(r"(.+)/tags/list()")),
)


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
    if len(path) <= _MAX_PATH:
        for kind, pattern in _KINDS:
            if match := pattern.fullmatch(rest):
                return Target(kind, check_repository(match[1]), match[2])
    raise NameUnknown("The distribution API has no such path")
