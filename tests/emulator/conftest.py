from __future__ import annotations

import sys
import textwrap
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest

from biot_emulator import Function

SHARED = Path(__file__).parents[2].parent / "shared"

MakeFunction = Callable[..., Function]


@pytest.fixture
def make_function(tmp_path: Path) -> MakeFunction:
    """Write a plugin's index.py and tell what Lambda would know of it."""

    def make(code: str, **settings: Any) -> Function:
        (tmp_path / "index.py").write_text(textwrap.dedent(code), encoding="utf-8")
        return Function(root=tmp_path, python=Path(sys.executable), **{"name": "demo", "timeout": 20, **settings})

    return make


@pytest.fixture(autouse=True)
def nothing_left_behind() -> Iterator[None]:
    threads, files = set(threading.enumerate()), psutil.Process().num_fds()
    yield
    assert set(threading.enumerate()) <= threads
    assert psutil.Process().children(recursive=True) == []
    assert psutil.Process().num_fds() <= files + 1
