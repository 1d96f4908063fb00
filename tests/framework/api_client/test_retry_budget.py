"""Retries that must not feed on each other: what a container may send to a platform that stays in trouble."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from biot_plugin.api_client import retries
from biot_plugin.api_client.retry_budget import RetryBudget
from tests.framework.api_client.handlers import Run, get, patch
from tests.framework.platform_server import PlatformServer, error, half, ok


@pytest.fixture(autouse=True)
def _no_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retries, "_backoff", lambda attempt: 0.0)


@pytest.mark.parametrize("fault", [error(503, "BUSY"), error(429, "TOO_MANY"), half])
def test_a_long_trouble_costs_the_platform_hardly_more_than_the_calls_themselves(
    platform: PlatformServer, run: Run, fault: object
) -> None:
    run(get)
    platform.behaves(fault)  # type: ignore[arg-type]
    before = len(platform.received)
    for _ in range(60):
        run(get)
    assert len(platform.received) - before == 60 + RetryBudget.CAPACITY


def test_what_succeeds_pays_for_later_retries(platform: PlatformServer, run: Run) -> None:
    platform.behaves(error(503, "BUSY"))
    for _ in range(10):
        run(get)
    platform.behaves(ok)
    for _ in range(31):
        run(patch)
    before = len(platform.received)
    platform.behaves(error(503, "BUSY"))
    for _ in range(3):
        run(get)
    assert len(platform.received) - before == 3 + 3


def test_a_platform_that_is_well_never_empties_it(platform: PlatformServer, run: Run) -> None:
    for _ in range(30):
        platform.behaves(error(503, "BUSY"), *[ok] * 11)
        for _ in range(11):
            run(get)
            assert run.result == {"method": "GET"}


def test_an_answer_that_says_what_is_wrong_is_no_trouble_of_the_platform(platform: PlatformServer, run: Run) -> None:
    platform.behaves(error(503, "BUSY"))
    for _ in range(10):
        run(get)
    platform.behaves(error(404, "USER_NOT_FOUND"))
    for _ in range(11):
        run(get)
    platform.behaves(error(503, "BUSY"), ok)
    run(get)
    assert run.result == {"method": "GET"}


def test_threads_share_it_and_take_no_more_than_there_is() -> None:
    budget = RetryBudget()
    with ThreadPoolExecutor(8) as threads:
        taken = list(threads.map(lambda _: budget.spend(), range(200)))
    assert taken.count(True) == RetryBudget.CAPACITY
