"""A base image that has this machine's Python, and stands for that of a registry."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import sysconfig
import zipfile
from collections.abc import Iterable
from importlib import metadata
from pathlib import Path

__all__ = ["make_root"]

PROGRAMS = ("sh", "useradd")
SERVER = ("uvicorn", "click", "h11")
ACCOUNTS = {
    "passwd": "root:x:0:0:root:/root:/bin/sh\n",
    "group": "root:x:0:\n",
    "shadow": "root:*:19000:0:99999:7:::\n",
    "gshadow": "",
    "nsswitch.conf": "passwd: files\ngroup: files\nhosts: files dns\n",
}
START = "#!/usr/bin/python3\nimport sys\nfrom {module} import main\nsys.exit(main())\n"


def make_root(root: Path) -> None:
    """Write the root of an image with Python, pip, the server and what the image's commands run."""
    _make_places(root)
    python = Path(sys.executable).resolve()
    library = Path(sysconfig.get_path("stdlib"))
    left_out = shutil.ignore_patterns("test", "site-packages", "dist-packages", "config-*", "idlelib", "__pycache__")
    shutil.copytree(library, _within(root, library), ignore=left_out)
    _copy(root, python)
    for name in ("python", "python3"):
        (root / "usr/bin" / name).symlink_to(python)
    # What every image of Linux has for compiled wheels is what those of the tests need.
    packages = Path(sysconfig.get_path("platlib"))
    wheels = [*packages.glob("cryptography/**/*.so"), *packages.glob("*.so")]
    files = [python, *library.glob("lib-dynload/*.so"), *wheels]
    for name in PROGRAMS:
        program = Path(shutil.which(name, path="/usr/sbin:/usr/bin:/sbin:/bin") or name).resolve()
        shutil.copy(program, root / "usr/bin" / name)
        files.append(program)
    for shared_library in sorted(_shared_libraries(files)):
        _copy(root, shared_library)
    _install(root, library / "site-packages")


def _make_places(root: Path) -> None:
    for folder in ("usr/bin", "usr/lib", "usr/lib64", "etc", "tmp", "root"):
        (root / folder).mkdir(parents=True)
    for name, target in {"bin": "usr/bin", "lib": "usr/lib", "lib64": "usr/lib64"}.items():
        (root / name).symlink_to(target)
    for name, text in ACCOUNTS.items():
        (root / "etc" / name).write_text(text)


def _install(root: Path, packages: Path) -> None:
    """Install pip as Python brings it, and the server as the tests have it: nothing is downloaded."""
    target = _within(root, packages)
    [wheel] = Path(sysconfig.get_path("stdlib"), "ensurepip", "_bundled").glob("pip-*.whl")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(target)
    for name in SERVER:
        for file in metadata.files(name) or ():
            if ".." not in file.parts and "__pycache__" not in file.parts:
                (target / file).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(str(file.locate()), target / file)
    for name, module in {"pip": "pip._internal.cli.main", "uvicorn": "uvicorn.main"}.items():
        script = root / "usr/bin" / name
        script.write_text(START.format(module=module))
        script.chmod(0o755)


def _shared_libraries(files: Iterable[Path]) -> set[Path]:
    listed = subprocess.run(["ldd", *files], capture_output=True, text=True, check=False).stdout
    return {Path(name) for name in re.findall(r"\s(/[^\s:]+)(?= \(0x)", listed)}


def _copy(root: Path, file: Path) -> None:
    target = _within(root, file)
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copy(file, target)


def _within(root: Path, path: Path) -> Path:
    return root / os.path.relpath(path, "/")
