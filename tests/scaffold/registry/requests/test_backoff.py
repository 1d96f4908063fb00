from __future__ import annotations

import pytest

from biot_plugin_cli.registry.errors import (
    AnswerLost,
    LoginRefused,
    RegistryUnreachable,
    TooManyRequests,
    UntrustedCertificate,
)
from biot_plugin_cli.registry.requests.backoff import Attempts, Backoff


def failing(*errors: Exception) -> object:
    left = list(errors)

    def request() -> str:
        if left:
            raise left.pop(0)
        return "done"

    return request


def after(seconds: float) -> TooManyRequests:
    error = TooManyRequests("slow down", 429)
    error.retry_after = seconds
    return error


@pytest.mark.parametrize(
    ("errors", "pauses"),
    [
        ([], []),
        ([AnswerLost("x")], [1.0]),
        ([AnswerLost("x"), RegistryUnreachable("x")], [1.0, 2.0]),
        ([after(7)], [7]),
        ([after(0.1), after(60)], [1.0, 60]),
    ],
)
def test_what_may_pass_is_repeated(errors: list[Exception], pauses: list[float]) -> None:
    waits: list[float] = []
    request: object = failing(*errors)
    assert callable(request)
    assert Backoff((1.0, 2.0), waits.append).repeat(request) == "done"
    assert waits == pauses


@pytest.mark.parametrize(
    ("error", "pauses"),
    [
        (LoginRefused("x"), []),
        (UntrustedCertificate("x"), []),
        (after(61), []),
        (ValueError("x"), []),
        (RegistryUnreachable("x"), [1.0, 2.0]),
    ],
)
def test_what_does_not_pass_is_raised(error: Exception, pauses: list[float]) -> None:
    waits: list[float] = []
    request: object = failing(*[error] * 9)
    assert callable(request)
    with pytest.raises(type(error)):
        Backoff((1.0, 2.0), waits.append).repeat(request)
    assert waits == pauses


def test_progress_starts_the_count_anew() -> None:
    waits: list[float] = []
    attempts = Attempts(Backoff((1.0,), waits.append))
    for _ in range(3):
        with attempts:
            raise AnswerLost("x")
        attempts.succeeded()
    assert waits == [1.0] * 3
