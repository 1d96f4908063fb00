"""Environments of their own for the tools that the project is compared with, which cost the project nothing."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

__all__ = ["ROOT", "RUNTIME", "UV", "environment", "versions"]

ROOT = Path(__file__).parents[2]
UV = ROOT / ".uv" / "bin" / "uv"
RUNTIME = f"python{sys.version_info.major}.{sys.version_info.minor}"
_VERSIONS = "import json, sys, importlib.metadata as m; print(json.dumps({n: m.version(n) for n in sys.argv[1:]}))"


def environment(folder: Path, *distributions: str | Path, compiled: bool = True) -> Path:
    """Make an environment with distributions; return the folder of its programs.

    Args:
        folder: Its folder.
        distributions: What is installed.
        compiled: Whether all is compiled at once, rather than what is imported by the first run.
    """
    subprocess.run([UV, "venv", "--quiet", "--allow-existing", "--python", sys.executable, folder], check=True)
    programs = folder / "bin"
    # An earlier run may have left the framework as it was then.
    install: list[str | Path] = [UV, "pip", "install", "--quiet", "--python", programs / "python"]
    install += ["--compile-bytecode"] if compiled else []
    subprocess.run([*install, "--reinstall-package", "biot-plugin", *distributions], check=True)
    return programs


def versions(programs: Path, distributions: Iterable[str]) -> dict[str, str]:
    """The versions of distributions in an environment."""
    command: list[str | Path] = [programs / "python", "-c", _VERSIONS, *distributions]
    found: dict[str, str] = json.loads(subprocess.run(command, check=True, capture_output=True).stdout)
    return found
