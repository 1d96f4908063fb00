from __future__ import annotations

import threading
from collections.abc import Iterator

import psutil
import pytest

from biot_emulator.testing import Emulator, running


@pytest.fixture(scope="module", autouse=True)
def nothing_left_behind() -> Iterator[None]:
    """Look once for each module: an emulator that its tests share starts threads whenever it needs them."""
    threads, files = set(threading.enumerate()), psutil.Process().num_fds()
    yield
    assert set(threading.enumerate()) <= threads
    assert psutil.Process().children(recursive=True) == []
    assert psutil.Process().num_fds() <= files + 1


@pytest.fixture(scope="module")
def shared(nothing_left_behind: None) -> Iterator[Emulator]:
    """An emulator for tests that leave nothing in it that another one could see."""
    with running() as emulator:
        yield emulator
