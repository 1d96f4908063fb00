"""Finds the Python interpreters that are installed on this machine, for the runtimes of plugins.

The file name `python3.X` is not enough: version managers put shims of that name on PATH that fail when they are run. So
every candidate is run first.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from biot_emulator.errors import SandboxUnavailable
from biot_emulator.sandbox.commands import run_command

__all__ = ["find_python", "installed_python"]

_RUNTIME = re.compile(r"python3\.([0-9]{1,2})")
# Lambda creates no functions with older ones any more, and no runtime client here runs on them.
_OLDEST_MINOR, _NEWEST_MINOR = 9, 14
_RUNTIMES = tuple(f"python3.{minor}" for minor in range(_OLDEST_MINOR, _NEWEST_MINOR + 1))
_PROBE = "import sys; print('python%d.%d' % sys.version_info[:2]); print(sys._base_executable or sys.executable)"
_PROBE_SECONDS = 20
_OWN_RUNTIME = f"python{sys.version_info.major}.{sys.version_info.minor}"
# What the probe prints of the interpreter that runs this, which need not be started to see whether it works.
_OWN = Path(getattr(sys, "_base_executable", None) or sys.executable)

# What is not there may be installed while the emulator runs: only what is there is remembered.
_installed: dict[str, Path] = {}


def find_python(runtime: str) -> Path:
    """Find a working interpreter.

    Args:
        runtime: The identifier of a Lambda runtime, such as `python3.13`.

    Raises:
        SandboxUnavailable: It is not a Python runtime that Lambda has, or not installed on this machine.
    """
    match = _RUNTIME.fullmatch(runtime)
    if match is None:
        raise SandboxUnavailable(f"Lambda has no runtime {runtime}: {_alternatives()}")
    if int(match[1]) < _OLDEST_MINOR:
        raise SandboxUnavailable(f"Lambda creates no functions with {runtime} any more: {_alternatives()}")
    if (python := installed_python(runtime)) is None:
        raise SandboxUnavailable(f"No {runtime} was found on this machine: install it, or {_alternatives()}")
    return python


def installed_python(runtime: str) -> Path | None:
    """Find a working interpreter of a Python runtime.

    Args:
        runtime: Such as `python3.13`.

    Returns:
        Its path, outside of any virtual environment; None if this machine has none.
    """
    if runtime not in _installed:
        paths = (_probe(candidate, runtime) for candidate in dict.fromkeys(_candidates(runtime)))
        if path := next((path for path in paths if path), None):
            _installed[runtime] = path
    return _installed.get(runtime)


def _alternatives() -> str:
    names = [name for name in _RUNTIMES if installed_python(name)]
    return f"deploy the plugin with a runtime that this machine has: {', '.join(names) or 'it has none yet'}"


def _candidates(runtime: str) -> Iterator[Path]:
    if runtime == _OWN_RUNTIME:
        yield Path(sys.executable)
    folders = [Path(entry) for entry in os.environ.get("PATH", "").split(os.pathsep) if entry]
    for folder in (*_version_manager_folders(folders), *folders):
        if (candidate := folder / runtime).is_file():
            yield candidate


def _version_manager_folders(path: list[Path]) -> Iterator[Path]:
    """Yield the folders where pyenv and uv install interpreters, also if there is no home folder."""
    home = os.environ.get("HOME")
    roots = [Path(os.environ["PYENV_ROOT"])] if os.environ.get("PYENV_ROOT") else []
    roots += [folder.parent for folder in path if folder.name == "shims"]
    roots += [Path(home) / ".pyenv"] if home else []
    for root in dict.fromkeys(roots):
        yield from sorted((root / "versions").glob("*/bin"), reverse=True)
    data = os.environ.get("XDG_DATA_HOME") or (f"{home}/.local/share" if home else None)
    managed = os.environ.get("UV_PYTHON_INSTALL_DIR") or (f"{data}/uv/python" if data else None)
    if managed:
        yield from sorted(Path(managed).glob("cpython-*/bin"), reverse=True)


def _probe(candidate: Path, runtime: str) -> Path | None:
    if candidate == Path(sys.executable) and runtime == _OWN_RUNTIME:
        return _OWN
    try:
        result = run_command([candidate, "-I", "-c", _PROBE], _PROBE_SECONDS)
        result.check_returncode()
    except (OSError, subprocess.SubprocessError):
        return None
    version, _, executable = result.stdout.strip().partition("\n")
    return Path(executable) if version == runtime and executable else None
