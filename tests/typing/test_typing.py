"""`handlers.py` beside this file says what type checkers must see; here they look at it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

HANDLERS = Path(__file__).with_name("handlers.py")
ROOT = HANDLERS.parents[2]


@pytest.mark.slow
def test_mypy_sees_what_the_handlers_say(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "mypy", "--strict", "--warn-unused-ignores", "--cache-dir", str(tmp_path)]
    done = subprocess.run([*command, str(HANDLERS)], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


@pytest.mark.slow
def test_mypy_would_see_a_wrong_type(tmp_path: Path) -> None:
    wrong = tmp_path / "wrong.py"
    wrong.write_text(HANDLERS.read_text().replace("assert_type(event.body, Patient)", "assert_type(event.body, int)"))
    command = [sys.executable, "-m", "mypy", "--strict", "--cache-dir", str(tmp_path / "cache")]
    done = subprocess.run([*command, str(wrong)], cwd=ROOT, capture_output=True, text=True, check=False)
    assert 'Expression is of type "Patient", not "int"' in done.stdout
