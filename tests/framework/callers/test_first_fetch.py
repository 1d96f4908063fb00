"""A platform in trouble that has no key for a container yet: how often it is asked, and when."""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import Any

import pytest

from biot_plugin.callers.key_service import KeysUnavailable
from biot_plugin.callers.public_keys import PublicKeys
from biot_plugin.init_phase import InitPhase

KEY: Any = "a key"


class Platform:
    """A platform whose time passes when somebody sleeps, and that is in trouble until a moment."""

    def __init__(self, trouble: float, retry_after: float | None) -> None:
        self.now = 0.0
        self.asked: list[float] = []
        self._trouble = trouble
        self._retry_after = retry_after

    def sleep(self, seconds: float) -> None:
        self.now += seconds

    def fetch(self) -> Sequence[Any]:
        self.asked.append(self.now)
        if self.now < self._trouble:
            raise KeysUnavailable("in trouble", retry_after=self._retry_after)
        return (KEY,)

    def container(self) -> PublicKeys:
        return PublicKeys(self.fetch, clock=lambda: self.now, sleep=self.sleep)

    @property
    def pauses(self) -> list[float]:
        return [later - earlier for earlier, later in zip(self.asked, self.asked[1:], strict=False)]


def start(keys: PublicKeys) -> Sequence[Any]:
    """What a prefetch does in its thread, and the first event waits for."""
    return keys._first_fetch.run(keys._fetch, keys.PREFETCH_SECONDS, patient=True)


def serve(keys: PublicKeys) -> Sequence[Any]:
    """What an event does that finds no key."""
    return keys._current()[0]


@pytest.mark.parametrize(("retry_after", "most"), [(1.0, 6), (0.0, 6)])
def test_containers_that_start_in_a_trouble_of_5_s_have_their_key_for_the_first_event(
    retry_after: float, most: int
) -> None:
    moments = set()
    for seed in range(200):
        random.seed(seed)
        platform = Platform(5.0, retry_after)
        assert start(platform.container()) == (KEY,)
        assert len(platform.asked) <= most
        assert min(platform.pauses) >= (retry_after or FLOOR / 2)
        assert platform.asked[-1] <= PublicKeys.PREFETCH_SECONDS
        moments.add(round(platform.asked[-1], 2))
    assert len(moments) > 20, "they do not come at once"


FLOOR = Platform(0, None).container()._first_fetch.RETRY_FLOOR


def test_the_prefetch_lasts_as_long_as_init_and_the_first_event_wait_for_it() -> None:
    assert InitPhase.PATIENCE + PublicKeys.PATIENCE == PublicKeys.PREFETCH_SECONDS


@pytest.mark.parametrize("retry_after", [1.0, 0.0])
def test_a_prefetch_ends_when_nobody_waits_for_it_any_more(retry_after: float) -> None:
    for seed in range(50):
        random.seed(seed)
        platform = Platform(3600.0, retry_after)
        with pytest.raises(KeysUnavailable, match="in trouble"):
            start(platform.container())
        assert platform.now <= PublicKeys.PREFETCH_SECONDS
        assert len(platform.asked) <= 6


def test_an_event_waits_for_the_moment_that_the_platform_names() -> None:
    platform = Platform(2.0, 1.0)
    assert serve(platform.container()) == (KEY,)
    assert len(platform.asked) == 3
    assert min(platform.pauses) >= 1.0


def test_an_event_does_not_wait_for_a_moment_that_is_too_late_for_it() -> None:
    platform = Platform(4.0, 4.0)
    keys = platform.container()
    with pytest.raises(KeysUnavailable, match="in trouble"):
        serve(keys)
    with pytest.raises(KeysUnavailable, match="a moment ago"):
        serve(keys)
    assert (platform.asked, platform.now) == ([0.0], 0.0)
    platform.now = 2.0
    assert serve(keys) == (KEY,), "the moment is near enough now"
    assert platform.asked[1] >= 4.0


@pytest.mark.parametrize("patient", [True, False])
def test_what_would_fail_again_is_not_tried_again(patient: bool) -> None:
    platform = Platform(3600.0, None)
    with pytest.raises(KeysUnavailable):
        platform.container()._first_fetch.run(platform.fetch, 100.0, patient=patient)
    assert platform.asked == [0.0]


def test_an_event_asks_once_where_no_moment_is_named() -> None:
    platform = Platform(3600.0, 0.0)
    with pytest.raises(KeysUnavailable):
        serve(platform.container())
    assert (platform.asked, platform.now) == ([0.0], 0.0)


def test_after_a_success_the_next_trouble_begins_anew() -> None:
    platform = Platform(5.0, 0.0)
    keys = platform.container()
    start(keys)
    assert keys._first_fetch._failures == 0
