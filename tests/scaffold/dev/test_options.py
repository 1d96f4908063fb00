"""The administrator of `biot-plugin dev`."""

from __future__ import annotations

import os

import pytest

from biot_plugin_cli.dev.options import Administrator
from biot_plugin_cli.errors import UsageError


def test_the_administrator_is_of_the_option_the_variable_or_made_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BIOT_EMULATOR_ADMIN", "ada@example.org:pass:word")
    assert Administrator.choose(None) == Administrator("ada@example.org", "pass:word")
    # What is started must not inherit it.
    assert "BIOT_EMULATOR_ADMIN" not in os.environ
    assert Administrator.choose("eve@example.org:other").username == "eve@example.org"
    made_up = Administrator.choose(None)
    assert (made_up.username, made_up.is_generated) == ("admin@localhost", True)
    assert made_up.password not in repr(made_up)


@pytest.mark.parametrize("text", ["", "ada", "ada:", ":password", "a:b\nc"])
def test_what_is_no_log_in_is_not_quoted(text: str) -> None:
    with pytest.raises(UsageError) as refused:
        Administrator.choose(text)
    assert str(refused.value) == "--admin has no credentials: write EMAIL:PASSWORD, in one line"
