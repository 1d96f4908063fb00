from __future__ import annotations

import sys
import textwrap
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest

from biot_emulator import Function, RuntimeClient

SHARED = Path(__file__).parents[2].parent / "shared"

CLIENTS = [
    pytest.param("awslambdaric", marks=pytest.mark.skipif(sys.platform != "linux", reason="AWS's client is for Linux")),
    "built-in",
]

MakeFunction = Callable[..., Function]


@pytest.fixture
def client() -> RuntimeClient | None:
    """Leave the choice of the runtime client to the emulator; a module of tests may take every one of CLIENTS."""
    return None


@pytest.fixture
def make_function(tmp_path: Path, client: RuntimeClient | None) -> MakeFunction:
    """Write a plugin's index.py and tell what Lambda would know of it."""

    def make(code: str, **settings: Any) -> Function:
        (tmp_path / "index.py").write_text(textwrap.dedent(code), encoding="utf-8")
        chosen = {"name": "demo", "timeout": 20, "client": client, **settings}
        return Function(root=tmp_path, python=Path(sys.executable), **chosen)

    return make


@pytest.fixture(autouse=True)
def nothing_left_behind() -> Iterator[None]:
    threads, files = set(threading.enumerate()), psutil.Process().num_fds()
    yield
    assert set(threading.enumerate()) <= threads
    assert psutil.Process().children(recursive=True) == []
    assert psutil.Process().num_fds() <= files + 1
