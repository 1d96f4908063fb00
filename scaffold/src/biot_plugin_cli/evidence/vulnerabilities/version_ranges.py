"""Whether a version is affected, by the rules of the OSV format.

A version is affected if it is listed, or lies in a range: events in the order of their versions turn it on and off.
Local versions, such as `2.1+cpu`, are compared without their last part: they are builds of the public version.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from packaging.version import Version

__all__ = ["Verdict", "is_affected"]

Verdict = Literal["affected", "unaffected", "unknown"]

_RANGE_TYPES = frozenset(["ECOSYSTEM", "SEMVER"])
_FROM_THE_BEGINNING, _WITHOUT_LIMIT = ("introduced", "0"), ("limit", "*")


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
    pairs = [(kind, text) for event in events for kind, text in event.items()]
    versions = [pair for pair in pairs if pair not in (_FROM_THE_BEGINNING, _WITHOUT_LIMIT)]
    points = [(point, kind) for kind, text in versions if (point := _parse(text)) is not None]
    if len(points) < len(versions):
        return "unknown"
    limits = [point for point, kind in points if kind == "limit"]
    if limits and _WITHOUT_LIMIT not in pairs and all(version >= limit for limit in limits):
        return "unaffected"
    affected = _FROM_THE_BEGINNING in pairs
    # What is fixed in the version in which it was introduced was never there.
    for point, kind in sorted(points, key=lambda item: (item[0], item[1] != "introduced")):
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
