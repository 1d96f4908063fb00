from __future__ import annotations

from collections.abc import Iterator

import pytest

from biot_emulator.testing import Emulator, running


@pytest.fixture(scope="module", autouse=True)
def nothing_left_behind() -> None:
    """Let an emulator that the tests of a module share live on; `tests/emulator/conftest.py` looks after all others."""


@pytest.fixture(scope="module")
def shared() -> Iterator[Emulator]:
    """An emulator for tests that leave nothing in it that another one could see."""
    with running() as emulator:
        yield emulator
