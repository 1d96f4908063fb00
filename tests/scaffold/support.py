"""What several tests of the scaffold need."""

from __future__ import annotations

import json
import os
import pty
import select
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

CHECKOUT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Outcome:
    """How a program ended."""

    exit_code: object
    out: str
    err: str

    @property
    def document(self) -> Any:
        return json.loads(self.out)


Program = Callable[..., Outcome]


def started_programs(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return the command lines of the processes that are started from now on, without folders."""
    started: list[str] = []
    start = subprocess.Popen.__init__

    def record(process: Any, arguments: Sequence[str], *rest: Any, **options: Any) -> None:
        started.append(" ".join(str(argument).rpartition("/")[2] for argument in arguments))
        start(process, arguments, *rest, **options)

    monkeypatch.setattr(subprocess.Popen, "__init__", record)
    return started


def entries(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def on_terminal(arguments: Sequence[object], dialogue: Sequence[tuple[str, bytes]]) -> tuple[int, str]:
    """Run a program on a terminal, press keys whenever the awaited text has appeared, and give its end and words."""
    master, slave = pty.openpty()
    environment = {**os.environ, "TERM": "xterm", "PROMPT_TOOLKIT_NO_CPR": "1"}
    process = subprocess.Popen(
        [str(argument) for argument in arguments], stdin=slave, stdout=slave, stderr=slave, env=environment
    )
    os.close(slave)
    shown, seen, steps = "", 0, list(dialogue)
    deadline = time.monotonic() + 180
    while time.monotonic() < deadline:
        ready, _, _ = select.select([master], [], [], 0.1)
        try:
            shown += os.read(master, 4096).decode(errors="replace") if ready else ""
        except OSError:  # the program closed the terminal
            break
        if not ready and steps and steps[0][0] in shown[seen:]:
            seen = len(shown)
            os.write(master, steps.pop(0)[1])
    os.close(master)
    return process.wait(10), shown


def program_file(name: str) -> Path:
    return Path(sys.executable).with_name(name)
