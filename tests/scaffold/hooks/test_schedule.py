from __future__ import annotations

from datetime import UTC, datetime

import pytest

from biot_plugin_cli.errors import InvalidPlugin
from biot_plugin_cli.hooks.schedule import describe_schedule

NOW = datetime(2026, 1, 1, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("cron", "meaning"),
    [
        ("0 18 ? * MON-FRI *", "At 18:00, Monday through Friday"),
        ("0 0 ? * 1 *", "At 00:00, only on Sunday"),
        ("*/5 * * * ? *", "Every 5 minutes, every hour, every day"),
        ("0/5 8-17 ? * MON-FRI *", "Every 5 minutes, between 08:00 and 17:59, Monday through Friday"),
        ("0 0 L * ? *", "At 00:00, on the last day of the month"),
        ("0 0 LW * ? *", "At 00:00, on the last weekday of the month"),
        ("0 0 L-3 * ? *", "At 00:00, 3 days before the last day of the month"),
        ("0 0 15W * ? *", "At 00:00, on the weekday nearest day 15 of the month"),
        ("0 0 ? * 6L *", "At 00:00, on the last Friday of the month"),
        ("0 0 ? * L *", "At 00:00, only on Saturday"),
        ("0 0 ? * 6#3 *", "At 00:00, on the third Friday of the month"),
        ("0  6 15 1 ? 2027", "At 06:00, on day 15 of the month, only in January, only in 2027"),
        ("0 0 ? * 2-6L *", None),
        ("0 0 5-LW * ? *", None),
    ],
)
def test_a_schedule_is_put_in_words(cron: str, meaning: str | None) -> None:
    assert describe_schedule(cron, NOW).meaning == meaning


def test_the_next_three_runs_are_told() -> None:
    assert describe_schedule("0 18 ? * MON-FRI *", NOW).next_runs == (
        datetime(2026, 1, 1, 18, tzinfo=UTC),
        datetime(2026, 1, 2, 18, tzinfo=UTC),
        datetime(2026, 1, 5, 18, tzinfo=UTC),
    )


@pytest.mark.parametrize(("years", "runs"), [("2026,2027", 2), ("2024", 0)])
def test_there_may_be_fewer(years: str, runs: int) -> None:
    assert len(describe_schedule(f"0 6 15 1 ? {years}", NOW).next_runs) == runs


def test_what_the_platform_does_not_take_is_refused() -> None:
    with pytest.raises(InvalidPlugin, match="minute"):
        describe_schedule("60 0 * * ? *", NOW)
