"""The time of a release: SOURCE_DATE_EPOCH, or that of the commit, so that equal inputs make equal evidence."""

from __future__ import annotations

import os
from datetime import UTC, datetime

from biot_plugin_cli.git.commit_facts import CommitFacts
from biot_plugin_cli.image.build_time import build_time

__all__ = ["release_moment", "rfc3339"]


def release_moment(facts: CommitFacts | None) -> datetime | None:
    """Return the time of a release; None if nobody knows.

    Args:
        facts: What is known of its commit.

    Raises:
        UsageError: SOURCE_DATE_EPOCH is not a number of seconds.
    """
    if os.environ.get("SOURCE_DATE_EPOCH"):
        return datetime.fromtimestamp(build_time(), UTC)
    return datetime.fromtimestamp(facts.seconds, UTC) if facts else None


def rfc3339(moment: datetime | None) -> str | None:
    """Format a time, in UTC."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ") if moment else None
