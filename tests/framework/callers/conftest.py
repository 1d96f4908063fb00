"""Fixtures for tests of the room."""

from __future__ import annotations

import pytest

from tests.framework.callers.target import Target
from tests.framework.conftest import KeyService


@pytest.fixture
def target(key_service: KeyService) -> Target:
    return Target(key_service)
