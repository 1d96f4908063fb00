"""uv, which resolves and installs the plugin's dependencies."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

__all__ = ["UvFailed", "find_uv", "run_uv"]

_FOREIGN = ("VIRTUAL_ENV", "UV_PROJECT_ENVIRONMENT", "UV_PYTHON")


def find_uv(root: Path) -> Path | None:
    """Find uv: the plugin's own, that of PATH, or that beside this program; None where there is none.

    Args:
        root: The plugin's folder.
    """
    there = shutil.which("uv")
    places = (root / ".uv" / "bin" / "uv", Path(there) if there else None, Path(sys.prefix) / "bin" / "uv")
    return next((place for place in places if place and place.is_file()), None)


class UvFailed(Exception):
    """uv failed; the message is what it said."""


def run_uv(uv: Path, root: Path, *arguments: str, stdin: str = "") -> str:
    """Run uv in the plugin's folder, out of reach of whatever environment is active; give what it wrote.

    Raises:
        UvFailed: It failed.
    """
    environment = {name: value for name, value in os.environ.items() if name not in _FOREIGN}
    environment.setdefault("UV_HTTP_RETRIES", "1")
    # Stand-ins of version managers on PATH fail when uv runs them.
    command = [str(uv), "--no-progress", "--color", "never", *arguments, "--python", sys.executable]
    try:
        done = subprocess.run(  # noqa: S603
            command, cwd=root, env=environment, input=stdin, capture_output=True, text=True, check=False
        )
    except OSError as error:
        raise UvFailed(f"{uv} cannot be started: {error.strerror}") from error
    if done.returncode:
        raise UvFailed(done.stderr or f"uv ended with {done.returncode}")
    return done.stdout
