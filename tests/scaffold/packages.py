"""Plugins to package, wheels that they need, and what is in the zips that come of it."""

from __future__ import annotations

import base64
import functools
import hashlib
import json
import os
import shutil
import subprocess
import sys
import sysconfig
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from biot_plugin_cli.plugin.interpreters import find_interpreter
from tests.scaffold.support import CHECKOUT, Outcome, Program

UV = CHECKOUT / ".uv" / "bin" / "uv"
UV_CACHE = os.environ.get("UV_CACHE_DIR") or str(CHECKOUT / ".cache" / "uv")
PYTHON = f"{sys.version_info.major}.{sys.version_info.minor}"
THIS = f"python{PYTHON}"
INDEX = "def handler(event, context):\n    return {'statusCode': 200}\n"

X86_64, AARCH64 = 62, 183


def library(machine: int = X86_64) -> bytes:
    """The beginning of a shared library."""
    return b"\x7fELF\x02\x01\x01" + bytes(9) + b"\x03\x00" + machine.to_bytes(2, "little") + bytes(44)


def make_wheel(
    folder: Path,
    name: str,
    files: Mapping[str, str | bytes] | None = None,
    *,
    version: str = "1.0",
    tag: str = "py3-none-any",
    needs: Sequence[str] = (),
    scripts: Mapping[str, str] | None = None,
) -> Path:
    """Write a wheel."""
    folder.mkdir(parents=True, exist_ok=True)
    about = f"{name}-{version}.dist-info"
    metadata = ["Metadata-Version: 2.1", f"Name: {name}", f"Version: {version}", "License: MIT"]
    metadata += [f"Requires-Dist: {one}" for one in needs]
    contents: dict[str, str | bytes] = {f"{name}.py": "VALUE = 1\n"} if files is None else dict(files)
    contents |= {f"{name}-{version}.data/scripts/{key}": text for key, text in (scripts or {}).items()}
    contents[f"{about}/METADATA"] = "\n".join(metadata) + "\n"
    contents[f"{about}/WHEEL"] = f"Wheel-Version: 1.0\nGenerator: tests\nRoot-Is-Purelib: true\nTag: {tag}\n"
    written = {key: value.encode() if isinstance(value, str) else value for key, value in contents.items()}
    record = [f"{key},sha256={_digest(value)},{len(value)}" for key, value in written.items()]
    written[f"{about}/RECORD"] = "\n".join([*record, f"{about}/RECORD,,"]).encode() + b"\n"
    wheel = folder / f"{name}-{version}-{tag}.whl"
    with zipfile.ZipFile(wheel, "w") as archive:
        for key, value in written.items():
            entry = zipfile.ZipInfo(key)
            entry.external_attr = (0o100755 if "/scripts/" in key else 0o100644) << 16
            archive.writestr(entry, value)
    return wheel


_STAND_IN = b"""
import importlib

def __getattr__(name):
    if name.startswith("__"):
        raise AttributeError(name)
    try:
        return importlib.import_module(f"{__name__}.{name}")
    except ImportError:
        return type(name, (Exception,), {})
"""


def framework_wheel(folder: Path, *, whole: bool = False) -> Path:
    """Write a wheel of the framework, with what it imports of other distributions, so that nothing is downloaded.

    Of its 16 MB, 14 are the library that verifies tokens: most of what it takes to package, send and unpack the wheel.
    Unless it is to be whole, so that hooks can be called, it has a stand-in for it that can only be imported.
    """
    folder.mkdir(parents=True, exist_ok=True)
    files = _framework_files()
    if not whole:
        library = [name for name in files if name.startswith("cryptography/")]
        files = files | dict.fromkeys((name for name in library if name.endswith(".py")), _STAND_IN)
        for name in library:
            if not name.endswith(".py"):
                del files[name]
    return make_wheel(folder, "biot_plugin", files)


@functools.cache
def _framework_files() -> dict[str, bytes]:
    source = CHECKOUT / "framework" / "src"
    own = {file.relative_to(source).as_posix(): file.read_bytes() for file in source.rglob("*.py")}
    code = (
        "import json, sys, biot_plugin; biot_plugin.Plugin().handler; "
        "print(json.dumps([getattr(m, '__file__', 0) for m in sys.modules.values()]))"
    )
    loaded = json.loads(subprocess.run([sys.executable, "-c", code], capture_output=True, check=True).stdout)
    site = Path(sysconfig.get_path("purelib"))
    needed = [Path(file) for file in filter(None, loaded) if Path(file).is_relative_to(site)]
    return own | {file.relative_to(site).as_posix(): file.read_bytes() for file in needed}


def _digest(content: bytes) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=").decode()


@dataclass
class Repository:
    """A plugin's repository whose dependencies come from a folder of wheels, and from nowhere else."""

    root: Path
    program: Program
    runtime: str = THIS

    @property
    def wheels(self) -> Path:
        return self.root.parent / "wheels"

    def write(self, name: str, text: str | bytes = "") -> Path:
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode() if isinstance(text, str) else text)
        return path

    def needs(self, *dependencies: str, uv: str = "", lock: bool = True) -> None:
        """Write the manifest, with these dependencies, and lock them."""
        python = self.runtime.removeprefix("python")
        self.wheels.mkdir(exist_ok=True)
        self.write(
            "pyproject.toml",
            f"""
            [tool.biot-plugin]
            name = "demo"
            display-name = "Demo"
            version = 1
            runtime = "{self.runtime}"
            [project]
            name = "demo"
            version = "0"
            requires-python = "=={python}.*"
            dependencies = {json.dumps(dependencies)}
            [tool.uv]
            package = false
            no-index = true
            find-links = ["{self.wheels}"]
            {uv}
            """,
        )
        (self.root / "uv.lock").unlink(missing_ok=True)
        if lock:
            uv_lock(self.root, self.runtime)

    def package(self, *arguments: object) -> Outcome:
        return self.program("package", *arguments)

    def packaged(self, *arguments: object) -> Packaged:
        """Package, and expect that it works."""
        done = self.package("--json", *arguments)
        assert done.exit_code == 0, done.err
        return Packaged(done.document, done.err)


@dataclass
class Packaged:
    """A package and what was said of it."""

    document: dict[str, Any]
    said: str = ""

    @property
    def path(self) -> Path:
        return Path(self.document["path"])

    @property
    def names(self) -> list[str]:
        with zipfile.ZipFile(self.path) as archive:
            return archive.namelist()

    @property
    def entries(self) -> list[zipfile.ZipInfo]:
        with zipfile.ZipFile(self.path) as archive:
            return archive.infolist()

    def read(self, name: str) -> bytes:
        with zipfile.ZipFile(self.path) as archive:
            return archive.read(name)

    def extract(self, folder: Path) -> Path:
        with zipfile.ZipFile(self.path) as archive:
            archive.extractall(folder)
        return folder

    @property
    def sources(self) -> list[str]:
        """The names of all but bytecode."""
        return [name for name in self.names if not name.endswith(".pyc")]


def uv_lock(root: Path, runtime: str = THIS) -> None:
    python = find_interpreter(runtime)
    if python is None:
        pytest.skip(f"this machine has no {runtime}, which uv needs to lock")
    run(UV, "lock", "--quiet", "--python", python, cwd=root)


def run(*command: object, cwd: Path, **variables: str) -> subprocess.CompletedProcess[str]:
    environment = {key: value for key, value in os.environ.items() if key != "VIRTUAL_ENV"}
    done = subprocess.run(
        [str(part) for part in command],
        cwd=cwd,
        env={**environment, "UV_CACHE_DIR": UV_CACHE, **variables},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done


def path_without(*programs: str) -> str:
    """PATH without the folders that have one of these programs."""
    folders = os.environ["PATH"].split(os.pathsep)
    return os.pathsep.join(one for one in folders if not any(shutil.which(name, path=one) for name in programs))
