from __future__ import annotations

import pytest

from biot_plugin import (
    Plugin,
    RegistrationError,
)

GOOD_SCHEDULES = [
    "45 1/12 1-5 JAN,OCT ? *",
    "0 6 15 1 ? 2024",
    "*/5 * * * ? *",
    "0 18 ? * MON-FRI *",
    "0/5 8-17 ? * MON-FRI *",
    "0 0 L * ? *",
    "0 0 LW * ? *",
    "0 0 15W * ? *",
    "0 0 ? * 6L *",
    "0 0 ? * 6#3 *",
    "0 0 ? JAN-MAR/2 MON *",
    "0 0 * * ? 2024,2025",
    "0  0 * *  ? *",
]


BAD_SCHEDULES = {
    "0 10 * * * *": "exactly one of",
    "0 10 ? * ? *": "exactly one of",
    "0 0 ? * 0 2024": "'0' is not a day of week",
    "0 0 * Jan ? *": "'Jan' is not a month",
    "60 0 * * ? *": "'60' is not a minute",
    "0 0 * * ?": "6 fields",
    "1-30/5 0 * * ? *": "is not a minute",
    "0 0 * * ? 2024-2026/2": "is not a year",
    "0\t0 * * ? *": "6 fields",
    " 0 0 * * ? *": "6 fields",
    "0 0 * * ? *" + " " * 250: "longer than 250",
    "": "6 fields",
}


@pytest.mark.parametrize("cron", GOOD_SCHEDULES)
def test_a_schedule_that_the_platform_accepts_is_accepted(plugin: Plugin, cron: str) -> None:
    plugin.scheduled(cron)(lambda event: None)
    assert plugin.cron_schedule == cron


@pytest.mark.parametrize(("cron", "reason"), BAD_SCHEDULES.items())
def test_a_schedule_that_the_platform_refuses_is_refused(plugin: Plugin, cron: str, reason: str) -> None:
    with pytest.raises(RegistrationError, match=reason):
        plugin.scheduled(cron)(lambda event: None)
