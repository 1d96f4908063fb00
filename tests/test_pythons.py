"""The framework's tests under every Python that it supports, in an environment of its own for each."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from biot_plugin_cli._interpreters import RUNTIMES, find_interpreter

ROOT = Path(__file__).parents[1]
UV = ROOT / ".uv" / "bin" / "uv"
PACKAGES = ("./framework[models,testing]", "pydantic")


@pytest.mark.slow
@pytest.mark.parametrize("runtime", RUNTIMES)
def test_the_framework_works_under(runtime: str, tmp_path: Path) -> None:
    interpreter = find_interpreter(runtime)
    if interpreter is None:
        pytest.skip(f"this machine has no {runtime}")
    python = tmp_path / "venv" / "bin" / "python"
    run(UV, "venv", "--quiet", "--python", interpreter, tmp_path / "venv")
    run(UV, "pip", "install", "--quiet", "--python", python, "--constraint", constraints(tmp_path), *PACKAGES)
    done = run(
        python, "-m", "pytest", "tests/framework", "-q", "-m", "not slow",
        "-o", f"cache_dir={tmp_path / 'cache'}", "-p", "no:cacheprovider",
    )  # fmt: skip
    assert " passed" in done.stdout
    assert " failed" not in done.stdout


def constraints(folder: Path) -> Path:
    """The locked versions without their hashes, which an editable or local package cannot have."""
    lines = (ROOT / "requirements.lock").read_text(encoding="utf-8").splitlines()
    path = folder / "constraints.txt"
    path.write_text("\n".join(line.removesuffix(" \\") for line in lines if "==" in line), encoding="utf-8")
    return path


def run(*command: str | Path) -> subprocess.CompletedProcess[str]:
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("PYTEST_", "COV_"))}
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-4000:]
    return done
