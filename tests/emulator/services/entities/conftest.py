from __future__ import annotations

from collections.abc import Iterator

import psutil
import pytest

from biot_emulator.testing import Emulator, running
from tests.emulator.conftest import child_processes, python_threads
from tests.emulator.services.entities.world import World


@pytest.fixture(scope="module", autouse=True)
def nothing_left_behind() -> Iterator[None]:
    """Look once for each module: an emulator that its tests share starts threads whenever it needs them."""
    threads, files, processes = python_threads(), psutil.Process().num_fds(), child_processes()
    yield
    assert python_threads() <= threads
    assert child_processes() <= processes
    assert psutil.Process().num_fds() <= files + 1


@pytest.fixture(scope="module")
def shared(nothing_left_behind: None) -> Iterator[Emulator]:
    """An emulator for tests that leave nothing in it that another one could see."""
    with running() as emulator:
        yield emulator


@pytest.fixture(scope="module")
def world(shared: Emulator) -> World:
    """What makes entities in it."""
    return World(shared)
