"""A platform that has keys, and plugins: as in the tests of the framework, which run without servers and emulator."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.emulators import quick_emulators
from tests.framework.conftest import key_service, log, other_signer, platform_environment, plugin, signer

__all__ = ["key_service", "log", "other_signer", "platform_environment", "plugin", "signer"]


@pytest.fixture(scope="session", autouse=True)
def quick() -> Iterator[None]:
    with quick_emulators():
        yield
