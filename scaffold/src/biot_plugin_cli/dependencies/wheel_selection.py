"""Selection of the wheels that run on the target."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import PurePosixPath
from typing import Any
from urllib.parse import unquote, urlsplit

from biot_plugin_cli.dependencies.errors import MissingWheel
from biot_plugin_cli.dependencies.locked_distribution import LockedDistribution
from biot_plugin_cli.plugin.package_target import Target

__all__ = ["best_wheel", "require_wheels"]


def best_wheel(urls: Iterable[str], target: Target) -> str | None:
    """Select the wheel whose tags fit the target best, as pip would.

    Args:
        urls: The URLs of the wheels.
        target: The runtime.

    Returns:
        The URL of the best wheel; None if no wheel runs on the target.
    """
    from packaging.utils import InvalidWheelFilename, parse_wheel_filename

    ranks = {tag: rank for rank, tag in enumerate(target.tags)}
    candidates: list[tuple[int, tuple[Any, ...], str]] = []
    for url in urls:
        try:
            _, _, build, tags = parse_wheel_filename(unquote(PurePosixPath(urlsplit(url).path).name))
        except InvalidWheelFilename:
            continue
        if supported := [ranks[tag] for tag in tags if tag in ranks]:
            candidates.append((-min(supported), build, url))
    return max(candidates)[2] if candidates else None


def require_wheels(distributions: Iterable[LockedDistribution], target: Target) -> None:
    """Check that every distribution has a wheel for the target or an origin.

    Raises:
        MissingWheel: Some have neither; the message lists them, and what depends on them.
    """
    missing = [distribution for distribution in distributions if distribution.source is None]
    if missing:
        names = ", ".join(f"{lacking.name} {lacking.version}{_needed_by(lacking)}" for lacking in missing)
        raise MissingWheel(f"No wheel for {target} of {names}: use a version that has one, or another library")


def _needed_by(distribution: LockedDistribution) -> str:
    return f" (needed by {distribution.needed_by})" if distribution.needed_by else ""
