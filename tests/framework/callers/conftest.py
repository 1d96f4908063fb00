"""Fixtures for tests of the room."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from tests.framework.callers.target import AsgiTarget, Target
from tests.framework.conftest import KeyService

MakeTarget = Callable[[], Target]


@pytest.fixture(params=[Target, AsgiTarget], ids=["lambda", "asgi"])
def make_target(request: pytest.FixtureRequest, key_service: KeyService) -> Iterator[MakeTarget]:
    """Make a plugin with the environment of the moment, in Lambda and elsewhere."""
    targets: list[Target] = []

    def make() -> Target:
        targets.append(request.param(key_service))
        return targets[-1]

    yield make
    for target in targets:
        target.close()


@pytest.fixture
def target(make_target: MakeTarget) -> Target:
    return make_target()
