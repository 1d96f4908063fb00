"""The Python interpreters that this machine really has, and the one that a plugin runs on.

A file named `python3.X` proves nothing: version managers put stand-ins of that name on PATH that fail when they are
run. So every candidate is run before it is believed.
"""

from __future__ import annotations

import functools
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Literal, get_args

from biot_plugin_cli._errors import OperationFailed

__all__ = ["RUNTIMES", "Runtime", "find_interpreter", "newest_runtime", "plugin_python"]

Runtime = Literal["python3.10", "python3.11", "python3.12", "python3.13", "python3.14"]

RUNTIMES: tuple[str, ...] = get_args(Runtime)
"""The Lambda runtimes that the framework supports, oldest first."""

_PROBE = "import sys; print('python%d.%d' % sys.version_info[:2]); print(sys._base_executable or sys.executable)"
_PROBE_SECONDS = 20


@functools.cache
def find_interpreter(runtime: str) -> Path | None:
    """Find a working interpreter of a runtime.

    Args:
        runtime: A name as in `RUNTIMES`.

    Returns:
        Its absolute path, outside of any virtual environment, or None.
    """
    found = (_probe(candidate, runtime) for candidate in _candidates(runtime))
    return next((path for path in found if path), None)


def newest_runtime() -> str | None:
    """Tell the newest runtime whose interpreter this machine has, or None when it has none of them."""
    return next((runtime for runtime in reversed(RUNTIMES) if find_interpreter(runtime)), None)


def plugin_python(root: Path, runtime: str) -> Path:
    """Choose the interpreter that runs a plugin.

    Args:
        root: The plugin's repository.
        runtime: Its runtime, such as `python3.13`.

    Returns:
        The interpreter of the repository's own `.venv` or, where there is none, one of the runtime's version.

    Raises:
        OperationFailed: There is no such interpreter, or `.venv` was made for another version.
    """
    own = root / ".venv" / "bin" / "python"
    if own.exists():
        if (made_for := _environment_runtime(root / ".venv")) and made_for != runtime:
            raise OperationFailed(
                f"{root / '.venv'} was made for {made_for} and the plugin's runtime is {runtime}: run make setup"
            )
        return own
    if found := find_interpreter(runtime):
        return found
    raise OperationFailed(f"No {runtime} was found for the plugin in {root}: run make setup there")


def _environment_runtime(environment: Path) -> str | None:
    """Read which runtime a virtual environment was made for; both venv's and uv's spelling of the key are known."""
    try:
        lines = (environment / "pyvenv.cfg").read_text(encoding="utf-8").splitlines()
    except OSError:
        return None
    settings = {key.strip(): value.strip() for key, _, value in (line.partition("=") for line in lines)}
    version = settings.get("version_info") or settings.get("version") or ""
    numbers = version.split(".")
    return f"python{numbers[0]}.{numbers[1]}" if len(numbers) > 1 else None


def _candidates(runtime: str) -> Iterator[Path]:
    if runtime == f"python{sys.version_info.major}.{sys.version_info.minor}":
        yield Path(sys.executable)
    folders = [Path(entry) for entry in os.environ.get("PATH", "").split(os.pathsep) if entry]
    for folder in (*_version_managers(folders), *folders):
        if (candidate := folder / runtime).is_file():
            yield candidate


def _version_managers(path: list[Path]) -> Iterator[Path]:
    """Yield the folders where pyenv and uv keep interpreters; a home folder need not exist for it."""
    roots = [Path(os.environ["PYENV_ROOT"])] if os.environ.get("PYENV_ROOT") else []
    roots += [folder.parent for folder in path if folder.name == "shims"]
    home = os.environ.get("HOME")
    if home:
        roots.append(Path(home) / ".pyenv")
    for root in dict.fromkeys(roots):
        yield from sorted((root / "versions").glob("*/bin"), reverse=True)
    if managed := _uv_folder(home):
        yield from sorted(managed.glob("cpython-*/bin"), reverse=True)


def _uv_folder(home: str | None) -> Path | None:
    if chosen := os.environ.get("UV_PYTHON_INSTALL_DIR"):
        return Path(chosen)
    if data := os.environ.get("XDG_DATA_HOME"):
        return Path(data) / "uv" / "python"
    return Path(home) / ".local" / "share" / "uv" / "python" if home else None


def _probe(candidate: Path, runtime: str) -> Path | None:
    try:
        answer = subprocess.run(  # noqa: S603
            [candidate, "-I", "-c", _PROBE], capture_output=True, text=True, timeout=_PROBE_SECONDS, check=True
        )
    except (OSError, subprocess.SubprocessError):
        return None
    version, _, executable = answer.stdout.strip().partition("\n")
    return Path(executable) if version == runtime and executable else None
