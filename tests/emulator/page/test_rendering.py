"""The template engine is loaded with the first page: the emulator starts without it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from biot_emulator.page.rendering import STATIC, render, static_file

_START = """
import sys
from biot_emulator.build import build_platform
from biot_emulator.page.application import Page
from biot_emulator.page.requests import Request
from biot_emulator.server.background_thread import Server
from biot_emulator.state.store import Store

with Server(build_platform(Store(), admin=("a@b", "secret"))) as server:
    assert "jinja2" not in sys.modules
    host = server.url.removeprefix("http://")
    assert server.page.respond(Request("GET", "/_emulator/page/log-in", {"host": host})).status_code == 200
    assert "jinja2" in sys.modules
"""


@pytest.mark.slow
def test_it_is_loaded_with_the_first_page() -> None:
    subprocess.run([sys.executable, "-c", _START], check=True, timeout=60)


def test_everything_that_pages_use_is_in_the_package() -> None:
    folder = Path(sys.modules[render.__module__].__file__ or "").parent
    assert {file.name for file in (folder / "static").iterdir()} == {*STATIC}
    assert all(static_file(name) for name in STATIC)
    for file in (folder / "static").iterdir():
        assert "http" not in file.read_text(encoding="utf-8").replace("http://www.w3.org/2000/svg", "")
    for file in (folder / "templates").iterdir():
        assert "://" not in file.read_text(encoding="utf-8")
