"""The Python interpreters of this machine, and the one that runs a plugin."""

from __future__ import annotations

from pathlib import Path

from biot_plugin_cli.errors import OperationFailed
from biot_plugin_cli.manifest.lambda_runtimes import RUNTIMES

__all__ = ["find_interpreter", "newest_runtime", "plugin_python"]


def find_interpreter(runtime: str) -> Path | None:
    """Find a working interpreter of a runtime.

    Args:
        runtime: A name as in `RUNTIMES`.

    Returns:
        Its absolute path, outside of any virtual environment, or None if there is none.
    """
    from biot_emulator.runtime.pythons import installed_python

    return installed_python(runtime)


def newest_runtime() -> str | None:
    """Find the newest runtime that this machine has an interpreter of; None if it has none."""
    return next((runtime for runtime in reversed(RUNTIMES) if find_interpreter(runtime)), None)


def plugin_python(root: Path, runtime: str) -> Path:
    """Select the interpreter that runs a plugin.

    Args:
        root: The plugin's repository.
        runtime: Its runtime, such as `python3.13`.

    Returns:
        The interpreter of the repository's `.venv`; without a `.venv`, one of the runtime's version.

    Raises:
        OperationFailed: There is no such interpreter, or `.venv` has another Python version.
    """
    own = root / ".venv" / "bin" / "python"
    if own.exists():
        if (version := _environment_runtime(root / ".venv")) and version != runtime:
            raise OperationFailed(
                f"{root / '.venv'} has {version}, but the plugin's runtime is {runtime}: run make setup"
            )
        return own
    if interpreter := find_interpreter(runtime):
        return interpreter
    raise OperationFailed(f"No {runtime} interpreter found for the plugin in {root}: run make setup there")


def _environment_runtime(environment: Path) -> str | None:
    """Read the runtime of a virtual environment; venv and uv spell the key differently."""
    try:
        lines = (environment / "pyvenv.cfg").read_text(encoding="utf-8").splitlines()
    except OSError:
        return None
    settings = {key.strip(): value.strip() for key, _, value in (line.partition("=") for line in lines)}
    version = settings.get("version_info") or settings.get("version") or ""
    numbers = version.split(".")
    return f"python{numbers[0]}.{numbers[1]}" if len(numbers) > 1 else None
