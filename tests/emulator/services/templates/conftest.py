from __future__ import annotations

from collections.abc import Iterator

import pytest

from biot_emulator.testing import Emulator, running
from tests.emulator.conftest import comparing_what_is_left


@pytest.fixture(scope="module", autouse=True)
def nothing_left_behind() -> Iterator[None]:
    """Look once for each module: an emulator that its tests share starts threads whenever it needs them."""
    yield from comparing_what_is_left()


@pytest.fixture(scope="module")
def shared(nothing_left_behind: None) -> Iterator[Emulator]:
    """An emulator for tests that leave nothing in it that another one could see."""
    with running() as emulator:
        yield emulator
