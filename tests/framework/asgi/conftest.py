from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from biot_plugin import Plugin
from tests.framework.asgi_caller import Caller

MakeCaller = Callable[..., Caller]


@pytest.fixture
def serve(plugin: Plugin) -> Iterator[MakeCaller]:
    """Serve the plugin with options."""
    callers: list[Caller] = []

    def make(**options: Any) -> Caller:
        callers.append(Caller(plugin.asgi(**options)))
        return callers[-1]

    yield make
    for caller in callers:
        caller.close()


@pytest.fixture
def caller(serve: MakeCaller) -> Caller:
    return serve()
