from __future__ import annotations

import atexit
import gc
from collections.abc import Callable

import pytest

from biot_plugin_cli.terminal.start.garbage import collect_rarely


@pytest.fixture(autouse=True)
def as_before() -> object:
    before = gc.get_threshold()
    yield
    gc.set_threshold(*before)
    atexit.unregister(gc.freeze)


def test_a_command_that_loads_its_modules_searches_for_no_garbage() -> None:
    gc.set_threshold(700, 10, 10)
    searches: list[object] = []
    gc.callbacks.append(lambda phase, info: searches.append(phase))
    try:
        collect_rarely()
        made = [[number] for number in range(20_000)]
        assert searches == []
        assert len(made) == 20_000
    finally:
        gc.callbacks.pop()
    assert gc.isenabled()
    assert gc.get_threshold()[1:] == (10, 10)


def test_a_command_that_ends_searches_through_next_to_nothing(in_process: Callable[[str], str]) -> None:
    said = in_process("""
import atexit, gc, sys
atexit.register(lambda: print("SEARCHED", gc.get_freeze_count() > 10 * len(gc.get_objects())))
from biot_plugin_cli.program import main
sys.argv = ["biot-plugin", "--version"]
main()
""")
    assert said.endswith("SEARCHED True\n")
