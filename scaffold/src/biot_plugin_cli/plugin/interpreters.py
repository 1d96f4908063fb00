"""The Python interpreters that this machine has, and the one that a plugin runs on."""

from __future__ import annotations

from pathlib import Path
from typing import Literal, get_args

from biot_plugin_cli.errors import OperationFailed

__all__ = ["RUNTIMES", "Runtime", "find_interpreter", "newest_runtime", "plugin_python"]

Runtime = Literal["python3.10", "python3.11", "python3.12", "python3.13", "python3.14"]

RUNTIMES: tuple[str, ...] = get_args(Runtime)
"""The Lambda runtimes that the framework supports, oldest first."""


def find_interpreter(runtime: str) -> Path | None:
    """Find a working interpreter of a runtime.

    Args:
        runtime: A name as in `RUNTIMES`.

    Returns:
        Its absolute path, outside of any virtual environment, or None.
    """
    from biot_emulator.runtime.pythons import installed_python

    return installed_python(runtime)


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
