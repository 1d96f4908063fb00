"""The same plugin, written and packaged in different ways: it verifies its caller, and strips a name."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from benchmarks.measuring.environments import ROOT, UV
from benchmarks.plugins import verifying_texts as texts
from benchmarks.plugins.ours import STRIP, manifest, project

__all__ = ["FOLDER", "PLUGINS", "SAMPLES", "SAMPLES_HALF", "SAMPLES_VALID", "Packaged", "package"]

FOLDER = ROOT / ".cache" / "bench-cold-start"
EVEN = 1_700_000_000
#: What of the packages is named with its version, as folders of distributions write it.
COMPARED = frozenset(
    ("aws_lambda_powertools", "chalice", "fastapi", "functions_framework", "mangum", "pyjwt", "python_jose", "requests")
)


@dataclass(frozen=True)
class Packaged:
    """A plugin as Lambda gets it, unpacked.

    Attributes:
        folder: What Lambda has in `/var/task`.
        bytes: The size of the archive.
    """

    folder: Path
    bytes: int

    @property
    def versions(self) -> dict[str, str]:
        """The versions of the frameworks and libraries in it that are compared."""
        found = {path.name.removesuffix(".dist-info") for path in self.folder.glob("*.dist-info")}
        names = (name.rpartition("-") for name in sorted(found))
        return {name.replace("_", "-").lower(): number for name, _, number in names if name.lower() in COMPARED}


def _ours(folder: Path) -> Path:
    project(folder, STRIP, manifest(["biot-plugin"], biot_plugin=ROOT / "framework"))
    subprocess.run([UV, "lock", "--quiet", "--python", sys.executable], cwd=folder, check=True)
    command = (sys.executable, "-c", "from biot_plugin_cli.main import main; main()", "package")
    subprocess.run(command, cwd=folder, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return folder / "dist" / "demo.zip"


#: Of how many files in a row the last is from an odd second: of none, of each second one, of all.
VALID, HALF_STALE, STALE = 0, 2, 1


def _usual(code: str, *distributions: str, stale: int = VALID, function: str = "") -> Callable[[Path], Path]:
    """Package as most instructions for Lambda say: `pip install --target`, then an archive of the folder.

    Bytecode names the very time of its source, and an archive has local times in steps of two seconds: that of a file
    from an odd second is stale on Lambda, and compiled anew with each cold start. These are half of all files, and all
    of them if the archive was made in another time zone than UTC, by another version of Python, or by a tool that
    leaves bytecode out, as `sam build` and chalice do.

    Args:
        code: The plugin.
        distributions: What it needs.
        stale: Which files have stale bytecode.
        function: The text of a second file, `function.py`.
    """

    def make(folder: Path) -> Path:
        task, tools = folder / "task", folder / "tools"
        subprocess.run([UV, "venv", "--quiet", "--seed", "--python", sys.executable, tools], check=True)
        install = (str(tools / "bin" / "pip"), "install", "--quiet", "--target", str(task), *distributions)
        if distributions:
            subprocess.run(install, check=True)
        task.mkdir(exist_ok=True)
        (task / "index.py").write_text(code)
        if function:
            (task / "function.py").write_text(function)
        for number, path in enumerate(sorted(task.rglob("*.py"))):
            odd = stale != VALID and number % stale == 0
            os.utime(path, (EVEN + odd,) * 2)
        subprocess.run((sys.executable, "-m", "compileall", "-q", "-f", task), check=True)
        return Path(shutil.make_archive(str(folder / "demo"), "zip", task))

    return make


SAMPLES = "the samples' way: python-jose, requests"
SAMPLES_HALF, SAMPLES_VALID = f"{SAMPLES}, half of its bytecode valid", f"{SAMPLES}, all of it valid"
_TOKENS = ("PyJWT[crypto]", "urllib3")
PLUGINS: dict[str, Callable[[Path], Path]] = {
    SAMPLES: _usual(texts.JOSE, "python-jose[cryptography]", "requests", stale=STALE),
    SAMPLES_HALF: _usual(texts.JOSE, "python-jose[cryptography]", "requests", stale=HALF_STALE),
    SAMPLES_VALID: _usual(texts.JOSE, "python-jose[cryptography]", "requests"),
    "biot_plugin": _ours,
    "powertools' resolver, PyJWT, urllib3": _usual(texts.POWERTOOLS, "aws-lambda-powertools", *_TOKENS),
    "chalice, PyJWT, urllib3": _usual(texts.CHALICE, "chalice", *_TOKENS),
    "mangum, starlette, PyJWT, urllib3": _usual(texts.STARLETTE, "mangum", "starlette", *_TOKENS),
    "mangum, fastapi, PyJWT, urllib3": _usual(texts.FASTAPI, "mangum", "fastapi", *_TOKENS),
    "functions-framework, PyJWT, urllib3": _usual(
        texts.FUNCTIONS_FRAMEWORK, "functions-framework", *_TOKENS, function=texts.FUNCTION
    ),
    "nothing: the floor": _usual(texts.NOTHING),
}
"""What packages each plugin: into a folder that it gets, returning the archive."""


def package(name: str, folder: Path) -> Packaged:
    """Package a plugin, and unpack it as Lambda does, with the times that its archive has."""
    shutil.rmtree(folder, ignore_errors=True)
    (folder / "build").mkdir(parents=True)
    archive = PLUGINS[name](folder / "build")
    with zipfile.ZipFile(archive) as opened:
        for info in opened.infolist():
            path = Path(opened.extract(info, folder / "unpacked"))
            moment = time.mktime((*info.date_time, 0, 0, -1))
            os.utime(path, (moment, moment))
    return Packaged(folder / "unpacked", archive.stat().st_size)
