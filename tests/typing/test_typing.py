"""`handlers.py` and `hooked_names.py` beside this file say what type checkers must see; here they look at them."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

HANDLERS = Path(__file__).with_name("handlers.py")
NAMES = Path(__file__).with_name("hooked_names.py")
ROOT = HANDLERS.parents[2]

#: The lines that must have an error.
REFUSED = [number for number, line in enumerate(NAMES.read_text().splitlines(), 1) if line.endswith("# refused")]


def mypy(file: Path, cache: Path) -> str:
    command = [sys.executable, "-m", "mypy", "--strict", "--warn-unused-ignores", "--cache-dir", str(cache)]
    return subprocess.run([*command, str(file)], cwd=ROOT, capture_output=True, text=True, check=False).stdout


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("mypy")


@pytest.mark.slow
def test_mypy_sees_what_the_handlers_say(cache: Path) -> None:
    assert "Success" in mypy(HANDLERS, cache)


@pytest.mark.slow
def test_mypy_would_see_a_wrong_type(tmp_path: Path, cache: Path) -> None:
    wrong = tmp_path / "wrong.py"
    wrong.write_text(HANDLERS.read_text().replace("assert_type(event.body, Patient)", "assert_type(event.body, int)"))
    assert 'Expression is of type "Patient", not "int"' in mypy(wrong, cache)


@pytest.mark.slow
def test_mypy_refuses_names_that_are_not_published_and_nothing_else(cache: Path) -> None:
    errors = [line for line in mypy(NAMES, cache).splitlines() if f"{NAMES.name}:" in line and ": error:" in line]
    assert [int(line.split(":")[1]) for line in errors] == REFUSED, "\n".join(errors)


@pytest.mark.slow
def test_pyright_refuses_names_that_are_not_published_and_nothing_else(tmp_path: Path) -> None:
    # The project's own configuration leaves this file out, and pyright takes none outside of its project.
    (tmp_path / NAMES.name).write_text(NAMES.read_text())
    (tmp_path / "pyrightconfig.json").write_text(json.dumps({"extraPaths": [str(ROOT)]}))
    options = ["--outputjson", "--pythonpath", sys.executable, "--project", str(tmp_path)]
    command = [sys.executable, "-m", "pyright", *options]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    errors = json.loads(done.stdout)["generalDiagnostics"]
    assert [error["range"]["start"]["line"] + 1 for error in errors] == REFUSED, done.stdout
