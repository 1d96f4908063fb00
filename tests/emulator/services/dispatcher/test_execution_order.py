from __future__ import annotations

from typing import Any

import pytest

from biot_emulator.api.errors import BadRequest
from biot_emulator.services.dispatcher.execution_order import HIGHEST_ORDER, make_room


def at(id: str, order: int) -> dict[str, Any]:
    return {"id": id, "executionOrder": order, "lastModifiedTime": "before"}


def test_whoever_has_the_order_moves_up_and_so_on() -> None:
    others = [at("a", 5), at("b", 6), at("c", 8), at("new", 1)]
    changed = {document["id"]: document["executionOrder"] for document in make_room(at("new", 5), others, "now")}
    assert changed == {"new": 5, "a": 6, "b": 7}


def test_nobody_moves_beyond_the_highest_order() -> None:
    with pytest.raises(BadRequest, match="choose a lower one"):
        list(make_room(at("new", HIGHEST_ORDER), [at("a", HIGHEST_ORDER)], "now"))
