from __future__ import annotations

import msgspec
import pytest

from biot_plugin.testing.json_forms import plain


class Struct(msgspec.Struct):
    a: int


def test_json_stays_and_models_become_json() -> None:
    json = {"a": [1, 1.5, "x", None, True, {"b": {}}]}
    assert plain(json) == json
    assert plain({"a": [Struct(1)], "b": (Struct(2),)}) == {"a": [{"a": 1}], "b": [{"a": 2}]}
    with pytest.raises(TypeError):
        plain(object())
