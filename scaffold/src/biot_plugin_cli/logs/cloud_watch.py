"""The log in CloudWatch of a function in one's own AWS account."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from biot_plugin_cli.aws.errors import AwsRefused, explained
from biot_plugin_cli.aws.session import Account
from biot_plugin_cli.errors import OperationFailed
from biot_plugin_cli.logs.event import LogEvent
from biot_plugin_cli.logs.selection import Since

__all__ = ["CloudWatch"]

PAUSE = 5.0
OVERLAP_MS = 60_000
"""Events may arrive later than newer ones: so much is read again."""


class CloudWatch:
    """Reads a log group.

    Args:
        account: The account.
        group: The log group's name.
        since: The age of the oldest events.
        trace: The trace whose events are read; None for all.
    """

    def __init__(self, account: Account, group: str, since: Since, trace: str | None = None) -> None:
        self._account = account
        self._group = group
        self._start = since.start(datetime.now(UTC))
        # The search by AWS is for whole words, of which a trace id is one.
        self._pattern: dict[str, Any] = {"filterPattern": f'"{trace}"'} if trace else {}
        self._seen: dict[str, int] = {}

    @property
    def pause(self) -> float:
        """Seconds between two looks."""
        return PAUSE

    def poll(self) -> Iterator[LogEvent]:
        """Yield the events that have come since the last look.

        Raises:
            OperationFailed: There is no such log group.
            CliError: AWS cannot be reached, or refuses.
        """
        try:
            with explained():
                yield from self._read()
        except AwsRefused as error:
            if error.code != "ResourceNotFoundException":
                raise
            raise OperationFailed(
                f"There is no log group {self._group} in the AWS account {self._account.id}, "
                f"{self._account.region_name}: deploy the plugin first, or correct region and profile"
            ) from error
        self._advance()

    def _read(self) -> Iterator[LogEvent]:
        # A page may be empty and yet have a next one, which the paginator follows.
        pages = self._account.logs.get_paginator("filter_log_events")
        for page in pages.paginate(logGroupName=self._group, startTime=self._start, **self._pattern):
            for event in page["events"]:
                identity, moment = event.get("eventId", ""), event.get("timestamp", 0)
                if identity not in self._seen:
                    self._seen[identity] = moment
                    yield LogEvent(moment, event.get("message", ""), document=dict(event))

    def _advance(self) -> None:
        """Begin the next look shortly before the newest event, and forget the events before that."""
        newest = min(max(self._seen.values(), default=0), int(time.time() * 1000))
        self._start = max(self._start, newest - OVERLAP_MS)
        self._seen = {identity: moment for identity, moment in self._seen.items() if moment >= self._start}
