"""A real browser for tests, of which nothing runs on once it is closed."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Browser, sync_playwright

__all__ = ["running_chromium"]

_NAMES = ("chromium", "chromium-browser", "google-chrome")


@contextmanager
def running_chromium(*flags: str) -> Iterator[Browser]:
    """Start the Chromium of this machine, or skip the test where it has none."""
    program = next(filter(None, map(shutil.which, _NAMES)), None)
    if program is None:
        pytest.skip("this machine has no Chromium")
    before = set(threading.enumerate())
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox", "--disable-gpu", *flags])
        yield browser
        browser.close()
    # asyncio waits for the process of playwright, which has ended, in a thread.
    for thread in set(threading.enumerate()) - before:
        if "waitpid" in thread.name:
            thread.join(60)
