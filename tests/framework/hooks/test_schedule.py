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
    "cron(0 99 * * ? *)": "is not a minute",
    "rate(7 minutes)": "write it as cron: minute, hour, .* no cron has exactly these runs",
    "rate(0 minutes)": "no cron has exactly these runs",
    "rate(often)": "no cron has exactly these runs",
    "0 0 * * MON": "6 fields",
    "0 0 ? * *": "6 fields",
}
EQUIVALENT = {
    "rate(1 minute)": "* * * * ? *",
    "rate(5 minutes)": "0/5 * * * ? *",
    " Rate( 90 minutes)": None,
    "rate(60 minutes)": "0 * * * ? *",
    "rate(1 hour)": "0 * * * ? *",
    "rate(6 hours)": "0 0/6 * * ? *",
    "rate(120 minutes)": "0 0/2 * * ? *",
    "rate(5 hours)": None,
    "rate(1 day)": "0 0 * * ? *",
    "rate(24 hours)": "0 0 * * ? *",
    "rate(7 days)": "0 0 ? * SUN *",
    "rate(2 days)": None,
    "cron(0 3 * * ? *)": "0 3 * * ? *",
    "CRON( 0/5 8-17 ? * MON-FRI * )": "0/5 8-17 ? * MON-FRI *",
    "cron(0 25 * * * *)": None,
    "@daily": "0 0 * * ? *",
    "@hourly": "0 * * * ? *",
    "0 3 * * *": "0 3 * * ? *",
    "*/5 * * * *": "*/5 * * * ? *",
}


@pytest.mark.parametrize("cron", GOOD_SCHEDULES)
def test_a_schedule_that_the_platform_accepts_is_accepted(plugin: Plugin, cron: str) -> None:
    plugin.scheduled(cron)(lambda event: None)
    assert plugin.cron_schedule == cron


@pytest.mark.parametrize(("cron", "reason"), BAD_SCHEDULES.items())
def test_a_schedule_that_the_platform_refuses_is_refused(plugin: Plugin, cron: str, reason: str) -> None:
    with pytest.raises(RegistrationError, match=reason):
        plugin.scheduled(cron)(lambda event: None)


@pytest.mark.parametrize(("text", "cron"), EQUIVALENT.items())
def test_a_schedule_of_another_form_is_refused_with_its_cron(plugin: Plugin, text: str, cron: str | None) -> None:
    with pytest.raises(RegistrationError) as raised:
        plugin.scheduled(text)(lambda event: None)
    assert (f"write it as {cron!r}, a cron expression" in str(raised.value)) == (cron is not None)
    if cron is not None:
        plugin.scheduled(cron)(lambda event: None)
