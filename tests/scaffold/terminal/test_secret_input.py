"""Secrets from standard input."""

from __future__ import annotations

import io
import sys

import pytest

from biot_plugin_cli.errors import UsageError
from biot_plugin_cli.terminal.secret_input import read_secret


def test_a_null_character_is_refused_without_the_value(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"hunter\0two")))
    with pytest.raises(UsageError, match="The value for DB has a null character") as error:
        read_secret("DB")
    assert "hunter" not in str(error.value)
