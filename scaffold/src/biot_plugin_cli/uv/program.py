"""The program uv, wherever it is installed."""

from __future__ import annotations

import importlib.util
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

from biot_plugin_cli.processes.environment import child_environment
from biot_plugin_cli.processes.runner import run

__all__ = ["find_uv", "installed", "runs"]


def find_uv(root: Path) -> Path | None:
    """Find a working uv: the plugin's, this program's, one on PATH, or an installed package.

    Args:
        root: The plugin's repository.
    """
    return next(filter(runs, installed(root)), None)


def installed(root: Path) -> Iterator[Path]:
    """Yield every uv in the order in which `find_uv` tries them, whether it works or not."""
    return filter(Path.exists, _candidates(root))


def runs(uv: Path) -> bool:
    """Whether a uv works."""
    try:
        return run([uv, "--version"], child_environment()).returncode == 0
    except OSError:
        return False


def _candidates(root: Path) -> Iterator[Path]:
    # `make setup` installs it there, in plugins and in a checkout of this project.
    yield from (folder / ".uv" / "bin" / "uv" for folder in (root, Path(sys.prefix).parent))
    if on_path := shutil.which("uv"):
        yield Path(on_path)
    yield Path(sys.executable).with_name("uv")
    if importlib.util.find_spec("uv"):
        import uv  # type: ignore[import-not-found,unused-ignore]

        yield Path(uv.find_uv_bin())
