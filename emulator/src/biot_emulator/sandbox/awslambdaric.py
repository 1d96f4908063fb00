"""Where AWS's runtime client is for an interpreter, and how it gets there when it is nowhere yet."""

from __future__ import annotations

import importlib.metadata
import os
import pwd
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from biot_emulator.errors import ClientUnavailable, SandboxUnavailable
from biot_emulator.sandbox.commands import run_command

__all__ = ["obtain", "probe"]

_REQUIREMENT = "awslambdaric>=4,<5"
_DISTRIBUTIONS = ("awslambdaric", "simplejson", "snapshot-restore-py")
_PROBE = (
    "import sys, importlib.util as u;"
    "print('%d.%d' % sys.version_info[:2], all(map(u.find_spec, ('awslambdaric', 'runtime_client', 'simplejson'))))"
)
_PROBE_SECONDS = 20
_INSTALL_SECONDS = 300

_refusals: dict[Path, str] = {}


def probe(python: Path) -> tuple[str, bool]:
    """Tell an interpreter's version, and whether it has the client itself.

    Raises:
        SandboxUnavailable: The interpreter does not run.
    """
    if version := _version_with_client(python):
        return version, True
    try:
        result = run_command([python, "-s", "-E", "-c", _PROBE], _PROBE_SECONDS)
        result.check_returncode()
    except (OSError, subprocess.SubprocessError) as error:
        raise SandboxUnavailable(f"The interpreter {python} does not run: {error}") from error
    version, _, has_client = result.stdout.strip().partition(" ")
    return version, has_client == "True"


def obtain(python: Path, version: str) -> Path:
    """Find the client for an interpreter that does not have it, installing it once for each version.

    Returns:
        The folder to add to the interpreter's search path.

    Raises:
        ClientUnavailable: It cannot be had. That is remembered: finding out may take its time.
    """
    folder = _cache() / version
    if not folder.is_dir():
        if folder in _refusals:
            raise ClientUnavailable(_refusals[folder])
        try:
            _fill(folder, python, version)
        except ClientUnavailable as error:
            _refusals[folder] = str(error)
            raise
    return folder


def _version_with_client(python: Path) -> str | None:
    """Tell the version of a virtual environment that has the client, without the cost of starting its interpreter."""
    environment = python.parent.parent
    if not (environment / "pyvenv.cfg").is_file():
        return None
    found = list(environment.glob("lib/python3.*/site-packages/awslambdaric/__main__.py"))
    return found[0].parts[-4].removeprefix("python") if len(found) == 1 else None


def _cache() -> Path:
    chosen = os.environ.get("XDG_CACHE_HOME")
    # HOME may be empty, which Path.home() takes for the current folder.
    root = Path(chosen) if chosen else Path(os.environ.get("HOME") or pwd.getpwuid(os.getuid()).pw_dir) / ".cache"
    return root.absolute() / "biot-plugin" / "awslambdaric"


def _fill(folder: Path, python: Path, version: str) -> None:
    """Make the folder in one step, so that an interrupted installation leaves none behind."""
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=folder.parent, prefix=f"{version}-") as scratch:
            made = Path(scratch) / version
            made.mkdir()
            _obtain(made, python, version)
            if not folder.is_dir():
                made.rename(folder)
    except OSError as error:
        # Another process may have been quicker.
        if not folder.is_dir():
            raise ClientUnavailable(f"{folder} for AWS's runtime client cannot be written: {error}") from error


def _obtain(target: Path, python: Path, version: str) -> None:
    if sys.platform != "linux":
        raise ClientUnavailable(
            f"AWS publishes its runtime client for Linux only: leave the choice of the client to the emulator, or "
            f"build AWS's into the plugin's own environment with {python} -m pip install awslambdaric"
        )
    if version == "{}.{}".format(*sys.version_info) and _copy_own(target):
        return
    complaints = [complaint for install in _installers(target, python) if (complaint := _run(install)) is not None]
    if (target / "awslambdaric").is_dir():
        return
    reason = complaints[-1] if complaints else "neither uv nor pip was found"
    raise ClientUnavailable(
        f"AWS's runtime client for Python {version} could not be installed ({reason}): leave the choice "
        f"of the client to the emulator, or add awslambdaric to the plugin's development dependencies"
    )


def _copy_own(target: Path) -> bool:
    """Copy the client that this very environment has; it needs no package index."""
    try:
        distributions = [importlib.metadata.distribution(name) for name in _DISTRIBUTIONS]
    except importlib.metadata.PackageNotFoundError:
        return False
    for distribution in distributions:
        for file in distribution.files or ():
            if ".." not in file.parts and "__pycache__" not in file.parts:
                (target / file).parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(str(distribution.locate_file(file)), target / file)
    return (target / "awslambdaric").is_dir()


def _installers(target: Path, python: Path) -> Iterator[list[str]]:
    options = ["--quiet", "--only-binary", ":all:", "--target", str(target), _REQUIREMENT]
    own = Path(sys.executable).parent
    if uv := shutil.which("uv", path=f"{own}{os.pathsep}{os.environ.get('PATH', os.defpath)}"):
        yield [uv, "pip", "install", "--python", str(python), *options]
    for pip in ([sys.executable, "-m", "pip", "--python", str(python)], [str(python), "-m", "pip"]):
        if not (target / "awslambdaric").is_dir():
            yield [*pip, "install", "--retries", "1", *options]


def _run(command: list[str]) -> str | None:
    try:
        result = run_command(command, _INSTALL_SECONDS)
    except (OSError, subprocess.SubprocessError) as error:
        return str(error)
    lines = result.stderr.strip().splitlines()
    return None if result.returncode == 0 else (lines[-1].strip() if lines else f"exit status {result.returncode}")
