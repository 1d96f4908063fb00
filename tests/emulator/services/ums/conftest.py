from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.emulator.published_answers import hold_answers_to_descriptions


@pytest.fixture(scope="module", autouse=True)
def published_answers() -> Iterator[None]:
    yield from hold_answers_to_descriptions()
