from __future__ import annotations

import pytest

from biot_emulator.page.links import link, owns


def test_links_take_any_text() -> None:
    assert link() == "/_emulator/"
    assert link(trace="a&b", before=None, plugin="") == "/_emulator/?trace=a%26b"
    assert link("entities", "device", "of", "a/b?#") == "/_emulator/page/entities/device/of/a%2Fb%3F%23"


@pytest.mark.parametrize("path", ["/_emulator", "/_emulator/", "/_emulator/page/x"])
def test_what_is_the_pages(path: str) -> None:
    assert owns(path)


@pytest.mark.parametrize("path", ["/_emulator/clock", "/_emulator/pages", "/_emulatorx/", "/", "/_emulator/page"])
def test_what_is_an_apis(path: str) -> None:
    assert not owns(path)
