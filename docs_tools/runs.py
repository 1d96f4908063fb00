"""Runs the script of a page, and compares what it prints with what the page shows."""

from __future__ import annotations

import os
import re
import signal
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from docs_tools.script import STEP, Step, write_script
from docs_tools.transcripts import missing_line

__all__ = ["Run", "run_page"]

_LONGEST = 900
_STEP = re.compile(rf"^{STEP}(\S+)\n", re.MULTILINE)


class Run(NamedTuple):
    """How the script of a page ended.

    Attributes:
        problems: What was not as the page says, each with what was printed.
        printed: All that was printed.
    """

    problems: list[str]
    printed: str


def run_page(page: str, steps: list[Step], folder: Path, environment: Mapping[str, str], port: int) -> Run:
    """Run the steps of a page.

    Args:
        page: The page's name.
        steps: Its steps.
        folder: The folder to begin in.
        environment: All environment variables.
        port: The port for programs that serve.
    """
    script = write_script(page, steps, port)
    output, exit_code = _bash(script, folder, environment)
    printed = dict(_parts(output))
    problems = [problem for step in steps if step.name in printed for problem in _problems(step, printed[step.name])]
    if exit_code:
        last = next(reversed(printed), page)
        problems.append(f"{last}: {exit_code}\n{printed.get(last, output)}")
    return Run(problems, output)


def _bash(script: str, folder: Path, environment: Mapping[str, str]) -> tuple[str, str]:
    """Run a script; return what it printed, and how it failed, or nothing.

    A program that a page has forgotten to stop would hold its test for ever.
    """
    with subprocess.Popen(
        ["bash", "-c", script],
        cwd=folder,
        env=dict(environment),
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    ) as process:
        try:
            output, _ = process.communicate(timeout=_LONGEST)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            output, _ = process.communicate()
            return output, f"still ran after {_LONGEST} seconds"
    return output, f"ended with exit code {process.returncode}" if process.returncode else ""


def _parts(printed: str) -> list[tuple[str, str]]:
    _, *parts = _STEP.split(printed)
    return list(zip(parts[::2], parts[1::2], strict=True))


def _problems(step: Step, printed: str) -> list[str]:
    line = missing_line(step.shown, printed)
    return [] if line is None else [f"{step.name}: the page shows {line!r}, which was not printed there\n{printed}"]
