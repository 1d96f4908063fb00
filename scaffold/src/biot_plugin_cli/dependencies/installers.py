"""Installation of wheels for the target with uv, or with pip where there is no uv; nothing is ever built."""

from __future__ import annotations

import importlib.util
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from biot_plugin_cli.dependencies.errors import MissingWheel
from biot_plugin_cli.errors import OperationFailed
from biot_plugin_cli.plugin.interpreters import RUNTIMES, find_interpreter
from biot_plugin_cli.plugin.package_target import Target
from biot_plugin_cli.terminal.scratch import scratch_folder

__all__ = ["find_uv", "install", "resolve"]

# They would redirect the installers to another folder or interpreter.
_IGNORED_VARIABLES = (
    *("VIRTUAL_ENV", "UV_PYTHON", "UV_PROJECT_ENVIRONMENT"),
    *("PIP_TARGET", "PIP_REQUIRE_VIRTUALENV", "PIP_USER"),
)
_MAX_OUTPUT_LINES = 12
_NETWORK_ERROR = re.compile(
    r"Failed to fetch|error sending request|network was disabled|[Nn]etwork connectivity is disabled|"
    r"not found in the cache|timed out|Failed to establish a new connection|Max retries exceeded"
)
_NETWORK_ADVICE = "try again where the package index can be reached"
# uv prints its reasons as a tree.
_DECORATION = re.compile(r"^[^\w`\"'(]+|^error: ", re.IGNORECASE)


def find_uv(root: Path) -> Path | None:
    """Find a working uv: the plugin's, this program's, one on PATH, or an installed package.

    Args:
        root: The plugin's repository.
    """
    return next((uv for uv in _uv_candidates(root) if _runs([uv, "--version"])), None)


def install(root: Path, target: Target, folder: Path, requirements: Iterable[str], uv: Mapping[str, Any]) -> None:
    """Install wheels into a folder.

    Args:
        root: The plugin's repository.
        target: The runtime to install for.
        folder: The folder to install into.
        requirements: Lines of a requirements file, with all transitive dependencies.
        uv: `[tool.uv]` of the plugin, which may configure package indexes.

    Raises:
        OperationFailed: The installation failed, or there is no installer.
    """
    with scratch_folder(folder.parent, "install-") as scratch:
        file = scratch / "requirements.txt"
        file.write_text("".join(f"{line}\n" for line in requirements), encoding="utf-8")
        options = ["--quiet", "--no-deps", "--only-binary", ":all:", "--target", str(folder), "-r", str(file)]
        command = [*_install_command(root, target), *options, *_index_options(root, uv)]
        exit_code, output = _run(command, root)
    if exit_code:
        advice = _NETWORK_ADVICE if _NETWORK_ERROR.search(output) else "fix that, or run make setup"
        raise OperationFailed(f"Cannot install the dependencies for {target} ({output}): {advice}")


def resolve(uv: Path, root: Path, target: Target, output: Path) -> None:
    """Resolve the newest versions of a plugin's dependencies for the target.

    Args:
        uv: The uv to run.
        root: The plugin's repository.
        target: The runtime to resolve for.
        output: The `pylock.toml` to write.

    Raises:
        MissingWheel: There is no solution with wheels alone.
        OperationFailed: The package index cannot be reached.
    """
    # Relative paths in the file are relative to its folder.
    temporary = output.with_name(f"pylock.{os.getpid()}.toml")
    options = ["--quiet", "--no-header", "--only-binary", ":all:", "--format", "pylock.toml", "-o", str(temporary)]
    command = [str(uv), "pip", "compile", *_uv_target_options(target), *options, "pyproject.toml"]
    try:
        exit_code, reason = _run(command, root)
        if not exit_code:
            temporary.replace(output)
            return
    finally:
        temporary.unlink(missing_ok=True)
    if _NETWORK_ERROR.search(reason):
        raise OperationFailed(f"Cannot resolve the dependencies ({reason}): {_NETWORK_ADVICE}")
    raise MissingWheel(
        f"Cannot resolve the dependencies with wheels for {target} ({reason}): use versions that have wheels, or "
        "other libraries"
    )


def _uv_candidates(root: Path) -> Iterator[Path]:
    # `make setup` installs it there, in plugins and in a checkout of this project.
    yield from (folder / ".uv" / "bin" / "uv" for folder in (root, Path(sys.prefix).parent))
    if on_path := shutil.which("uv"):
        yield Path(on_path)
    yield Path(sys.executable).with_name("uv")
    if importlib.util.find_spec("uv"):
        import uv  # type: ignore[import-not-found,unused-ignore]

        yield Path(uv.find_uv_bin())


def _runs(command: Sequence[object]) -> bool:
    try:
        process = subprocess.run([str(part) for part in command], capture_output=True, check=False)  # noqa: S603
    except OSError:
        return False
    return process.returncode == 0


def _install_command(root: Path, target: Target) -> list[str]:
    if uv := find_uv(root):
        options = ["--no-installer-metadata", "--no-compile-bytecode", "--index-strategy", "unsafe-best-match"]
        return [str(uv), "pip", "install", *_uv_target_options(target), *options]
    if python := _python_with_pip(root):
        platforms = [f"--platform={name}" for name in target.platforms]
        options = ["--no-compile", "--no-input", "--disable-pip-version-check", "--implementation", "cp"]
        return [python, "-m", "pip", "install", *options, "--python-version", target.python, *platforms]
    raise OperationFailed("Neither uv nor pip found: install uv, or run make setup")


def _uv_target_options(target: Target) -> list[str]:
    platform = f"x86_64-manylinux_2_{target.glibc}"
    # Without an explicit interpreter uv fails at the first broken one on PATH.
    return ["--python", sys.executable, "--python-version", target.python, "--python-platform", platform]


def _python_with_pip(root: Path) -> str | None:
    candidates = [Path(sys.executable), root / ".uv" / "bin" / "python", *map(find_interpreter, reversed(RUNTIMES))]
    return next((str(python) for python in candidates if python and _runs([python, "-m", "pip", "--version"])), None)


def _index_options(root: Path, uv: Mapping[str, Any]) -> Iterator[str]:
    """Translate the package indexes and folders in `[tool.uv]`; the hashes protect what is downloaded from them."""
    if uv.get("no-index"):
        yield "--no-index"
    for index in uv.get("index", ()):
        if url := index.get("url"):
            yield from ("--index-url" if index.get("default") else "--extra-index-url", url)
    for url in uv.get("extra-index-url", ()):
        yield from ("--extra-index-url", url)
    if url := uv.get("index-url"):
        yield from ("--index-url", url)
    for location in uv.get("find-links", ()):
        yield from ("--find-links", location if "://" in location else str(root / location))


def _run(command: Sequence[str], folder: Path) -> tuple[int, str]:
    """Run an installer and return its exit code and the end of its error output as one line."""
    environment = {key: value for key, value in os.environ.items() if key not in _IGNORED_VARIABLES}
    process = subprocess.run(  # noqa: S603
        command,
        cwd=folder,
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        errors="replace",
        check=False,
    )
    lines = [_DECORATION.sub("", line).strip() for line in process.stderr.splitlines()][-_MAX_OUTPUT_LINES:]
    return process.returncode, " ".join(filter(None, lines)) or f"exit status {process.returncode}"
