from __future__ import annotations

from collections.abc import Callable

import pytest

from biot_emulator.security.separate_key import SeparateKey
from biot_plugin_cli.invoke.prepared_key import making_key, prepared_key


def test_it_is_there_within_the_context_alone(in_process: Callable[[str], str]) -> None:
    said = in_process("""
from biot_plugin_cli.invoke.prepared_key import making_key, prepared_key
with making_key():
    key = prepared_key()
    print(len(key.sign(b"message")))
print(prepared_key())
key.close()
""")
    assert said.split() == ["256", "None"]


def test_where_no_process_can_be_copied_there_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(SeparateKey, "start", lambda: None)
    with making_key():
        assert prepared_key() is None
