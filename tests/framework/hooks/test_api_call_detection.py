"""Whether a function calls the platform."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from biot_plugin.hooks.api_call_detection import uses_biot
from biot_plugin.testing import events, signed


@pytest.fixture
def event(signer: Any) -> dict[str, Any]:
    return signed(events.pre_request("POST/organization/v1/users/patients"), signer)


def helper(event: Any) -> None:
    event.biot.get("/a")


def further(event: Any) -> None:
    helper(event)


class Handler:
    def handle(self, event: Any) -> None:
        event.biot.get("/a")


@pytest.mark.parametrize(
    ("function", "uses"),
    [
        (lambda event: event.biot.get("/a"), True),
        (lambda event: [one for one in event.biot.search("/a")], True),  # noqa: C416
        (lambda event: (lambda: event.biot)(), True),
        (helper, True),
        (further, True),
        (Handler().handle, True),
        (lambda event: event.body, False),
        (print, False),
    ],
)
def test_it_is_known_from_the_code_whether_a_handler_calls(function: Callable[..., object], uses: bool) -> None:
    assert uses_biot(function) is uses
