"""Finds AWS's runtime client for an interpreter, or installs it into a cache."""

from __future__ import annotations

import hashlib
import json
import os
import pwd
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from biot_emulator.errors import ClientUnavailable, SandboxUnavailable
from biot_emulator.sandbox.commands import run_command

__all__ = ["obtain", "probe"]

_REQUIREMENT = "awslambdaric>=4,<5"
_DISTRIBUTIONS = ("awslambdaric", "simplejson", "snapshot-restore-py")
_PROBE = (
    "import sys, importlib.util as u;"
    "print('%d.%d' % sys.version_info[:2], all(map(u.find_spec, ('awslambdaric', 'runtime_client', 'simplejson'))));"
    "print(*filter(None, sys.path), sep='\\n')"
)
_PROBE_SECONDS = 20
_INSTALL_SECONDS = 300


class _Interpreter(NamedTuple):
    version: str
    has_client: bool
    #: Where it looks for packages.
    folders: tuple[Path, ...]
    #: When it, the settings of its virtual environment and its folders were changed last.
    times: tuple[int | None, ...]


_failures: dict[Path, str] = {}
_interpreters: dict[Path, _Interpreter] = {}


def probe(python: Path) -> tuple[str, bool]:
    """Return an interpreter's version, and whether the client is installed in it.

    It is started for that once on this machine, and again after it, its virtual environment or one of the folders of
    its packages has changed.

    Raises:
        SandboxUnavailable: The interpreter does not run.
    """
    if version := _version_with_client(python):
        return version, True
    known = _interpreters.get(python) or _recall(python)
    if known is None or known.times != _times(python, known.folders):
        known = _ask(python)
        _remember(python, known)
    _interpreters[python] = known
    return known.version, known.has_client


def _recall(python: Path) -> _Interpreter | None:
    """Return what an interpreter has said to another process; None if that is not known."""
    try:
        document = json.loads(_memory(python).read_text(encoding="utf-8"))
        folders, times = tuple(map(Path, document["folders"])), tuple(document["times"])
        version, has_client = document["version"], document["has_client"]
    except (OSError, ValueError, LookupError, TypeError):
        return None
    is_complete = isinstance(version, str) and isinstance(has_client, bool)
    return _Interpreter(version, has_client, folders, times) if is_complete else None


def _remember(python: Path, known: _Interpreter) -> None:
    """Save what an interpreter says for other processes; without a folder for that, each asks for itself."""
    document = {**known._asdict(), "folders": list(map(str, known.folders))}
    with suppress(OSError, ValueError):
        file = _memory(python)
        file.parent.mkdir(parents=True, exist_ok=True)
        draft = file.with_suffix(f".{os.getpid()}")
        draft.write_text(json.dumps(document), encoding="utf-8")
        draft.replace(file)


def _memory(python: Path) -> Path:
    name = hashlib.sha256(os.fsencode(python.absolute())).hexdigest()[:32]
    return _cache().with_name("interpreters") / f"{name}.json"


def _ask(python: Path) -> _Interpreter:
    try:
        result = run_command([python, "-s", "-E", "-c", _PROBE], _PROBE_SECONDS)
        result.check_returncode()
    except (OSError, subprocess.SubprocessError) as error:
        raise SandboxUnavailable(f"The interpreter {python} does not run: {error}") from error
    first, *others = result.stdout.splitlines() or [""]
    version, _, has_client = first.partition(" ")
    folders = tuple(map(Path, others))
    return _Interpreter(version, has_client == "True", folders, _times(python, folders))


def _times(python: Path, folders: Iterable[Path]) -> tuple[int | None, ...]:
    return tuple(map(_time, (python, python.parent.parent / "pyvenv.cfg", *folders)))


def _time(path: Path) -> int | None:
    try:
        # Not the time that files are given: interpreters are unpacked with that of their release.
        return path.stat().st_ctime_ns
    except OSError:
        return None


def obtain(python: Path, version: str) -> Path:
    """Find the client for an interpreter that does not have it; install it once for each Python version.

    Returns:
        The folder to add to the interpreter's search path.

    Raises:
        ClientUnavailable: It cannot be installed. A failure is cached, as trying can take minutes.
    """
    folder = _cache() / version
    if not folder.is_dir():
        if folder in _failures:
            raise ClientUnavailable(_failures[folder])
        try:
            _install_once(folder, python, version)
        except ClientUnavailable as error:
            _failures[folder] = str(error)
            raise
    return folder


def _version_with_client(python: Path) -> str | None:
    """Return the version of a virtual environment that has the client, without starting its interpreter."""
    environment = python.parent.parent
    if not (environment / "pyvenv.cfg").is_file():
        return None
    modules = list(environment.glob("lib/python3.*/site-packages/awslambdaric/__main__.py"))
    return modules[0].parts[-4].removeprefix("python") if len(modules) == 1 else None


def _cache() -> Path:
    cache_home = os.environ.get("XDG_CACHE_HOME")
    # Path.home() is the current folder if HOME is empty.
    home = os.environ.get("HOME") or pwd.getpwuid(os.getuid()).pw_dir
    root = Path(cache_home) if cache_home else Path(home) / ".cache"
    return root.absolute() / "biot-plugin" / "awslambdaric"


def _install_once(folder: Path, python: Path, version: str) -> None:
    """Create the folder atomically, so that an interrupted installation leaves nothing behind."""
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=folder.parent, prefix=f"{version}-") as temporary:
            installed = Path(temporary) / version
            installed.mkdir()
            _install(installed, python, version)
            _compile(installed, folder, python)
            if not folder.is_dir():
                installed.rename(folder)
    except OSError as error:
        # Another process may have installed it meanwhile.
        if not folder.is_dir():
            raise ClientUnavailable(f"{folder} for AWS's runtime client cannot be written: {error}") from error


def _compile(installed: Path, folder: Path, python: Path) -> None:
    """Compile the client once: plugins' processes cannot write to the cache, and would compile it at each start."""
    command = [str(python), "-I", "-m", "compileall", "-q", "-d", str(folder), str(installed)]
    with suppress(OSError, subprocess.SubprocessError):
        run_command(command, _INSTALL_SECONDS)


def _install(target: Path, python: Path, version: str) -> None:
    if sys.platform != "linux":
        raise ClientUnavailable(
            f"AWS publishes its runtime client for Linux only: leave the choice of the client to the emulator, or "
            f"build AWS's into the plugin's own environment with {python} -m pip install awslambdaric"
        )
    if version == "{}.{}".format(*sys.version_info) and _copy_own(target):
        return
    errors = [error for command in _install_commands(target, python) if (error := _error_of(command)) is not None]
    if (target / "awslambdaric").is_dir():
        return
    reason = errors[-1] if errors else "neither uv nor pip was found"
    raise ClientUnavailable(
        f"AWS's runtime client for Python {version} could not be installed ({reason}): leave the choice "
        f"of the client to the emulator, or add awslambdaric to the plugin's development dependencies"
    )


def _copy_own(target: Path) -> bool:
    """Copy the client from this environment, which needs no package index."""
    import importlib.metadata

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


def _install_commands(target: Path, python: Path) -> Iterator[list[str]]:
    options = ["--quiet", "--only-binary", ":all:", "--target", str(target), _REQUIREMENT]
    own = Path(sys.executable).parent
    if uv := shutil.which("uv", path=f"{own}{os.pathsep}{os.environ.get('PATH', os.defpath)}"):
        yield [uv, "pip", "install", "--python", str(python), *options]
    for pip in ([sys.executable, "-m", "pip", "--python", str(python)], [str(python), "-m", "pip"]):
        if not (target / "awslambdaric").is_dir():
            yield [*pip, "install", "--retries", "1", *options]


def _error_of(command: list[str]) -> str | None:
    try:
        result = run_command(command, _INSTALL_SECONDS)
    except (OSError, subprocess.SubprocessError) as error:
        return str(error)
    lines = result.stderr.strip().splitlines()
    return None if result.returncode == 0 else (lines[-1].strip() if lines else f"exit status {result.returncode}")
