"""The framework's tests under every Python that it supports, in an environment of its own for each."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from biot_plugin_cli.manifest.lambda_runtimes import RUNTIMES
from biot_plugin_cli.plugin.interpreters import find_interpreter

ROOT = Path(__file__).parents[1]
UV = ROOT / ".uv" / "bin" / "uv"
PACKAGES = ("./framework[models,testing]", "botocore", "pydantic")
#: The lock holds versions for the tools' Pythons alone; older ones get the newest of the day it was made.
LOCKED_ON = "2026-11-24"
#: Each sixth test under the oldest one, beside that of all tests; all tests under each are part of the matrix.
VERSIONS = [(RUNTIMES[0], 6), *(pytest.param(runtime, 1, marks=pytest.mark.matrix) for runtime in RUNTIMES)]


@pytest.mark.slow
@pytest.mark.long(60)
@pytest.mark.parametrize(("runtime", "each"), VERSIONS)
def test_the_framework_works_under(runtime: str, each: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EACH_NTH", str(each))
    interpreter = find_interpreter(runtime)
    if interpreter is None:
        pytest.skip(f"this machine has no {runtime}")
    if runtime == f"python{sys.version_info.major}.{sys.version_info.minor}":
        pytest.skip(f"{runtime} runs all tests already")
    python = tmp_path / "venv" / "bin" / "python"
    run(UV, "venv", "--quiet", "--python", interpreter, tmp_path / "venv")
    run(UV, "pip", "install", "--quiet", "--python", python, "--exclude-newer", LOCKED_ON, *PACKAGES)
    cache = f"cache_dir={tmp_path / 'cache'}"
    done = run(python, "-m", "pytest", "tests/framework", "-q", "-m", "not slow", "-o", cache)
    assert " passed" in done.stdout
    assert " failed" not in done.stdout


def run(*command: str | Path) -> subprocess.CompletedProcess[str]:
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("PYTEST_", "COV_"))}
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-4000:]
    return done
