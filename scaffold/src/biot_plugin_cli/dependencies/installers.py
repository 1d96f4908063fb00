"""Installation of wheels for the target with uv, or with pip where there is no uv; nothing is ever built."""

from __future__ import annotations

import ast
import os
import re
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from biot_plugin_cli.dependencies.errors import MissingWheel
from biot_plugin_cli.errors import OperationFailed
from biot_plugin_cli.manifest.lambda_runtimes import RUNTIMES
from biot_plugin_cli.plugin.interpreters import find_interpreter
from biot_plugin_cli.plugin.package_target import Target
from biot_plugin_cli.processes.environment import child_environment
from biot_plugin_cli.processes.runner import run
from biot_plugin_cli.terminal.scratch import scratch_folder
from biot_plugin_cli.uv.program import find_uv
from biot_plugin_cli.uv.settings import dump_settings, package_sources, settings_home
from biot_plugin_cli.uv.workspace import Workspace

__all__ = ["install", "resolve"]

_MAX_OUTPUT_LINES = 12
_PIP_SETTING = re.compile(r"^(?:global|install)\.([\w-]+)=('.*'|\".*\")$", re.MULTILINE)
_PIP_SOURCES = frozenset(
    [
        *("index-url", "extra-index-url", "find-links", "no-index", "trusted-host", "cert", "client-cert", "proxy"),
        *("timeout", "retries", "cache-dir", "no-cache-dir", "keyring-provider"),
    ]
)
_PIP_CONFIGURATION = frozenset(["PIP_CONFIG_FILE", "XDG_CONFIG_DIRS"])
_NETWORK_ERROR = re.compile(
    r"Failed to fetch|error sending request|network was disabled|[Nn]etwork connectivity is disabled|"
    r"not found in the cache|timed out|Failed to establish a new connection|Max retries exceeded"
)
_NETWORK_ADVICE = "try again where the package index can be reached"
# uv prints its reasons as a tree.
_DECORATION = re.compile(r"^[^\w`\"'(]+|^error: ", re.IGNORECASE)


def install(root: Path, target: Target, folder: Path, requirements: Iterable[str]) -> None:
    """Install wheels into a folder.

    Args:
        root: The plugin's repository.
        target: The runtime to install for.
        folder: The folder to install into.
        requirements: Lines of a requirements file, with all transitive dependencies.

    Raises:
        OperationFailed: The installation failed, or there is no installer.
        InvalidPlugin: The pyproject.toml of the plugin's workspace cannot be read.
    """
    sources = package_sources(Workspace.find(root), root)
    with scratch_folder(folder.parent, "install-") as scratch:
        file = scratch / "requirements.txt"
        file.write_text("".join(f"{line}\n" for line in requirements), encoding="utf-8")
        options = ["--quiet", "--no-deps", "--only-binary", ":all:", "--target", str(folder), "-r", str(file)]
        if uv := find_uv(root):
            command = [str(uv), "pip", "install", *_uv_target_options(target), *_uv_options(sources, scratch)]
            exit_code, output = _run([*command, *options], child_environment(connections=True, indexes=True), scratch)
        elif python := _python_with_pip(root):
            command = [python, "-I", "-m", "pip", "install", *_pip_options(target), *_index_options(sources)]
            exit_code, output = _run([*command, *options], _pip_environment(python), scratch)
        else:
            raise OperationFailed("Neither uv nor pip found: install uv, or run make setup")
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
    # Relative paths in the file are relative to its folder. uv would prefer the versions of an existing one.
    temporary = output.with_name("pylock.new.toml")
    temporary.unlink(missing_ok=True)
    options = ["--quiet", "--no-header", "--only-binary", ":all:", "--format", "pylock.toml", "-o", str(temporary)]
    command = [str(uv), "pip", "compile", *_uv_target_options(target), *options, "pyproject.toml"]
    try:
        with scratch_folder(output.parent, "resolve-") as scratch:
            variables = settings_home(scratch)
            exit_code, reason = _run(command, child_environment(variables, connections=True, indexes=True), root)
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


def _runs(command: Sequence[object]) -> bool:
    try:
        return run(command, child_environment()).returncode == 0
    except OSError:
        return False


def _uv_options(sources: Mapping[str, Any], scratch: Path) -> list[str]:
    # An explicit file is read instead of all others, the plugin's too.
    (settings := scratch / "uv.toml").write_text(dump_settings(sources), encoding="utf-8")
    options = ["--no-installer-metadata", "--no-compile-bytecode", "--index-strategy", "unsafe-best-match"]
    return [*options, "--config-file", str(settings)]


def _pip_options(target: Target) -> list[str]:
    platforms = [f"--platform={name}" for name in target.platforms]
    options = ["--no-compile", "--no-input", "--disable-pip-version-check", "--implementation", "cp"]
    return [*options, "--python-version", target.python, *platforms]


def _pip_environment(python: str) -> dict[str, str]:
    """Return the environment for pip, with what its configuration files say of package indexes, and nothing else."""
    environment = child_environment({"PIP_CONFIG_FILE": os.devnull}, connections=True, indexes=True)
    files = child_environment(connections=True, more=_PIP_CONFIGURATION)
    configured = run([python, "-I", "-m", "pip", "config", "list"], files).stdout
    for name, value in _PIP_SETTING.findall(configured):
        if name in _PIP_SOURCES:
            variable = f"PIP_{name.upper().replace('-', '_')}"
            environment.setdefault(variable, " ".join(str(ast.literal_eval(value)).split()))
    return environment


def _uv_target_options(target: Target) -> list[str]:
    platform = f"x86_64-manylinux_2_{target.glibc}"
    # Without an explicit interpreter uv fails at the first broken one on PATH.
    return ["--python", sys.executable, "--python-version", target.python, "--python-platform", platform]


def _python_with_pip(root: Path) -> str | None:
    candidates = [Path(sys.executable), root / ".uv" / "bin" / "python", *map(find_interpreter, reversed(RUNTIMES))]
    return next(
        (str(python) for python in candidates if python and _runs([python, "-I", "-m", "pip", "--version"])), None
    )


def _index_options(sources: Mapping[str, Any]) -> Iterator[str]:
    """Translate the package indexes and folders of uv for pip; the hashes protect what is downloaded from them."""
    if sources.get("no-index"):
        yield "--no-index"
    for index in sources.get("index", ()):
        option = "--index-url" if index.get("default") else "--extra-index-url"
        yield from ("--find-links" if index.get("format") == "flat" else option, index["url"])
    for url in sources.get("extra-index-url", ()):
        yield from ("--extra-index-url", url)
    if url := sources.get("index-url"):
        yield from ("--index-url", url)
    for location in sources.get("find-links", ()):
        yield from ("--find-links", location)


def _run(command: Sequence[str], environment: Mapping[str, str], folder: Path) -> tuple[int, str]:
    """Run an installer and return its exit code and the end of its error output as one line."""
    process = run(command, environment, folder)
    lines = [_DECORATION.sub("", line).strip() for line in process.stderr.splitlines()][-_MAX_OUTPUT_LINES:]
    return process.returncode, " ".join(filter(None, lines)) or f"exit status {process.returncode}"
