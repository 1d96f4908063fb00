"""Whether a version is affected, by the rules of the OSV format.

A version is affected if it is listed, or lies in a range: events in the order of their versions turn it on and off. Local
versions, such as `2.1+cpu`, are compared without their last part: they are builds of the public version.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from packaging.version import Version

__all__ = ["Verdict", "is_affected"]

Verdict = Literal["affected", "unaffected", "unknown"]

_RANGE_TYPES = frozenset(["ECOSYSTEM", "SEMVER"])
_FROM_THE_BEGINNING, _WITHOUT_LIMIT = "0", "*"


def is_affected(version: str | None, affected: Mapping[str, Any]) -> Verdict:
    """Say whether a version is affected; what cannot be compared is unknown.

    Args:
        version: The version; None if it is unknown.
        affected: One of `affected` of a record.
    """
    ranges = [item for item in affected.get("ranges") or () if item.get("type") in _RANGE_TYPES]
    listed = affected.get("versions") or ()
    if version is None:
        return "unknown"
    public = _parse(version)
    if version in listed or any(public is not None and _parse(item) == public for item in listed):
        return "affected"
    if not ranges:
        # Without either, all versions are; a range of commits says nothing of versions.
        return "unaffected" if listed else "unknown" if affected.get("ranges") else "affected"
    if public is None:
        return "unknown"
    verdicts = {_in_range(public, item.get("events") or ()) for item in ranges}
    return "affected" if "affected" in verdicts else "unknown" if "unknown" in verdicts else "unaffected"


def _in_range(version: Version, events: Iterable[Mapping[str, str]]) -> Verdict:
    points: list[tuple[Version, int, str]] = []
    affected, limits = False, list[Version | None]()
    for event in events:
        for kind, text in event.items():
            if kind == "introduced" and text == _FROM_THE_BEGINNING:
                affected = True
                continue
            point = None if text == _WITHOUT_LIMIT else _parse(text)
            if point is None and text != _WITHOUT_LIMIT:
                return "unknown"
            if kind == "limit":
                limits.append(point)
            elif point is not None:
                # What is fixed in the version in which it was introduced was never there.
                points.append((point, kind != "introduced", kind))
    if limits and not any(limit is None or version < limit for limit in limits):
        return "unaffected"
    for point, _, kind in sorted(points):
        if kind == "introduced" and version >= point:
            affected = True
        elif (kind == "fixed" and version >= point) or (kind == "last_affected" and version > point):
            affected = False
    return "affected" if affected else "unaffected"


def _parse(text: str) -> Version | None:
    from packaging.version import InvalidVersion, Version

    try:
        return Version(Version(text).public)
    except (InvalidVersion, TypeError):
        return None
