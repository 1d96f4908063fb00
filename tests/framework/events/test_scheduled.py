from __future__ import annotations

from datetime import datetime, timezone

from biot_plugin import Initiator, Plugin, Scheduled
from biot_plugin.testing import Client


def test_the_schedule_fires_without_a_token(plugin: Plugin) -> None:
    seen: list[object] = []

    @plugin.scheduled("45 3 * * ? *")
    def nightly(event: Scheduled) -> None:
        seen.extend((event.time, event.id, event.initiator, dict(event.claims)))

    assert Client(plugin).scheduled(time="2026-01-02T03:45:00Z").status_code == 200
    time = datetime(2026, 1, 2, 3, 45, tzinfo=timezone.utc)
    assert seen == [time, "aaaaaaaa-bbbb-4ccc-8ddd-eeeeeeeeeeee", Initiator(), {}]
