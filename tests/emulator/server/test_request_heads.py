"""Heads of requests that are longer than anybody needs."""

from __future__ import annotations

import pytest

from biot_emulator.testing import Emulator
from tests.emulator.server.raw import ask, head

PATIENTS = "/organization/v1/users/patients"


@pytest.mark.parametrize("path", [PATIENTS, "/ums/v1/security/public-key", "/nobody/v1/knows", "/_functions/x/"])
def test_what_is_too_long_is_refused_before_anything_else(emulator: Emulator, path: str) -> None:
    headers = {f"h{number}": number for number in range(200)}
    for request, status in (
        (head("GET", f"{path}?{'x' * 40_000}"), 414),
        (head("GET", path + "x" * 40_000), 414),
        (head("GET", path, **headers), 431),
        (head("GET", path, h="x" * 70_000), 431),
    ):
        # What does not arrive at once is ended while it arrives.
        assert ask(emulator, request).status in (status, 400), status


def test_a_long_search_is_none_of_it(emulator: Emulator) -> None:
    ids = [f"{number:036d}" for number in range(500)]
    assert emulator.search(PATIENTS, {"filter": {"_id": {"in": ids}}}) == []
