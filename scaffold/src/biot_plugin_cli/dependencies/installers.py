"""uv where it is present, pip where it is not: each installs wheels for the target, and never builds anything."""

from __future__ import annotations

import importlib.util
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from biot_plugin_cli.dependencies.problems import NoWheel
from biot_plugin_cli.errors import OperationFailed
from biot_plugin_cli.manifest.lambda_runtimes import RUNTIMES
from biot_plugin_cli.plugin.interpreters import find_interpreter
from biot_plugin_cli.plugin.package_target import Target

__all__ = ["find_uv", "install", "resolve"]

# They would lead the installers to another place, or to another Python.
_MISLEADING = ("VIRTUAL_ENV", "UV_PYTHON", "UV_PROJECT_ENVIRONMENT", "PIP_TARGET", "PIP_REQUIRE_VIRTUALENV", "PIP_USER")
_LAST_LINES = 12
_NOT_REACHED = re.compile(
    r"Failed to fetch|error sending request|network was disabled|[Nn]etwork connectivity is disabled|"
    r"not found in the cache|timed out|Failed to establish a new connection|Max retries exceeded"
)
_REACH = "run this where the package index can be reached"
# uv draws a tree of reasons.
_DECORATION = re.compile(r"^[^\w`\"'(]+|^error: ", re.IGNORECASE)


def find_uv(root: Path) -> Path | None:
    """Find a uv that runs: the plugin's own, this program's own, one on PATH, or an installed package."""
    return next((uv for uv in _uv_candidates(root) if _runs([uv, "--version"])), None)


def install(root: Path, target: Target, folder: Path, requirements: Iterable[str], uv: Mapping[str, Any]) -> None:
    """Install wheels into a folder.

    Args:
        root: The plugin's repository.
        target: What the wheels are for.
        folder: Where their files go.
        requirements: Lines of a requirements file, all that is needed.
        uv: `[tool.uv]` of the plugin, which may name more indexes.

    Raises:
        OperationFailed: It did not work, or there is no installer.
    """
    with tempfile.TemporaryDirectory() as scratch:
        file = Path(scratch) / "requirements.txt"
        file.write_text("".join(f"{line}\n" for line in requirements), encoding="utf-8")
        options = ["--quiet", "--no-deps", "--only-binary", ":all:", "--target", str(folder), "-r", str(file)]
        command = [*_installer(root, target), *options, *_indexes(root, uv)]
        code, said = _run(command, root)
    if code:
        advice = _REACH if _NOT_REACHED.search(said) else "see to what is said there, or run make setup"
        raise OperationFailed(f"The dependencies could not be installed for {target} ({said}): {advice}")


def resolve(uv: Path, root: Path, target: Target, output: Path) -> None:
    """Choose the newest versions of what a plugin needs on the target, and write them as a `pylock.toml`.

    Raises:
        NoWheel: There is no such choice.
        OperationFailed: No package index was reached.
    """
    # Its relative paths start from its own folder.
    written = output.with_name(f"pylock.{os.getpid()}.toml")
    options = ["--quiet", "--no-header", "--only-binary", ":all:", "--format", "pylock.toml", "-o", str(written)]
    code, said = _run([str(uv), "pip", "compile", *_uv_target(target), *options, "pyproject.toml"], root)
    if code:
        written.unlink(missing_ok=True)
        if _NOT_REACHED.search(said):
            raise OperationFailed(f"The dependencies could not be looked for ({said}): {_REACH}")
        raise NoWheel(
            f"The dependencies cannot be had as wheels for {target} ({said}): take versions that have them, or other "
            "libraries"
        )
    written.replace(output)


def _uv_candidates(root: Path) -> Iterator[Path]:
    # `make setup` puts it beside the environment that it makes, in plugins and in a checkout of this project.
    yield from (folder / ".uv" / "bin" / "uv" for folder in (root, Path(sys.prefix).parent))
    if found := shutil.which("uv"):
        yield Path(found)
    yield Path(sys.executable).with_name("uv")
    if importlib.util.find_spec("uv"):
        import uv  # type: ignore[import-not-found,unused-ignore]

        yield Path(uv.find_uv_bin())


def _runs(command: Sequence[object]) -> bool:
    try:
        done = subprocess.run([str(part) for part in command], capture_output=True, check=False)  # noqa: S603
    except OSError:
        return False
    return done.returncode == 0


def _installer(root: Path, target: Target) -> list[str]:
    if uv := find_uv(root):
        more = ["--no-installer-metadata", "--no-compile-bytecode", "--index-strategy", "unsafe-best-match"]
        return [str(uv), "pip", "install", *_uv_target(target), *more]
    if python := _python_with_pip(root):
        platforms = [f"--platform={name}" for name in target.platforms]
        more = ["--no-compile", "--no-input", "--disable-pip-version-check", "--implementation", "cp"]
        return [python, "-m", "pip", "install", *more, "--python-version", target.python, *platforms]
    raise OperationFailed("Neither uv nor pip was found: install uv, or run make setup")


def _uv_target(target: Target) -> list[str]:
    platform = f"x86_64-manylinux_2_{target.glibc}"
    # Without a Python named in full, uv gives up at the first broken one on PATH.
    return ["--python", sys.executable, "--python-version", target.python, "--python-platform", platform]


def _python_with_pip(root: Path) -> str | None:
    candidates = [Path(sys.executable), root / ".uv" / "bin" / "python", *map(find_interpreter, reversed(RUNTIMES))]
    return next((str(one) for one in candidates if one and _runs([one, "-m", "pip", "--version"])), None)


def _indexes(root: Path, uv: Mapping[str, Any]) -> Iterator[str]:
    """Name the indexes and folders that the plugin names for uv; hashes guard what is taken from them."""
    if uv.get("no-index"):
        yield "--no-index"
    for index in uv.get("index", ()):
        if url := index.get("url"):
            yield from ("--index-url" if index.get("default") else "--extra-index-url", url)
    for url in uv.get("extra-index-url", ()):
        yield from ("--extra-index-url", url)
    if url := uv.get("index-url"):
        yield from ("--index-url", url)
    for place in uv.get("find-links", ()):
        yield from ("--find-links", place if "://" in place else str(root / place))


def _run(command: Sequence[str], folder: Path) -> tuple[int, str]:
    """Run an installer; give its exit code, and in one line what it said last."""
    environment = {key: value for key, value in os.environ.items() if key not in _MISLEADING}
    done = subprocess.run(  # noqa: S603
        command,
        cwd=folder,
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        errors="replace",
        check=False,
    )
    lines = [_DECORATION.sub("", line).strip() for line in done.stderr.splitlines()]
    return done.returncode, " ".join(line for line in lines[-_LAST_LINES:] if line) or f"exit status {done.returncode}"
