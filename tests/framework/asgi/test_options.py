from __future__ import annotations

from typing import Any

import pytest

from biot_plugin import Plugin, RegistrationError

WRONG: list[tuple[str, Any, str]] = [
    *[("threads", value, "must be a whole number of at least 1") for value in (0, -1, 1.5, "4", True, None)],
    *[("queue", value, "must be a whole number of at least 0") for value in (-1, 0.5, None)],
    *[("max_body_bytes", value, "must be a whole number of at least 1") for value in (0, "6 MB")],
    *[
        (name, value, "must be a number of seconds greater than 0")
        for name in ("timeout", "body_timeout", "shutdown_timeout")
        for value in (0, -1, float("inf"), float("nan"), "30", None, True)
    ],
    *[("health_path", value, "must be a path that starts with a slash") for value in ("healthz", "", "/a?b", 7)],
]


@pytest.mark.parametrize(("name", "value", "message"), WRONG)
def test_an_option_that_cannot_work_is_refused(plugin: Plugin, name: str, value: Any, message: str) -> None:
    with pytest.raises(RegistrationError, match=message) as error:
        plugin.asgi(**{name: value})
    assert f"plugin.asgi({name}={value!r})" in str(error.value)


def test_the_least_values_are_accepted(plugin: Plugin) -> None:
    least = {
        "threads": 1,
        "queue": 0,
        "max_body_bytes": 1,
        "timeout": 1e-3,
        "body_timeout": 1,
        "shutdown_timeout": 1e-3,
    }
    plugin.asgi(**least, health_path=None)  # type: ignore[arg-type]
    plugin.asgi(health_path="/")
