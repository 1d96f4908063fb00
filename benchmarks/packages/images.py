"""What it costs to build a plugin's image without a container engine, and with buildah.

Each flow builds the same code with the same two dependencies on the same base, in full and after a one-line change. A
full build begins with nothing, and downloads the base and the wheels. The quicker of two builds counts.
"Pushed" is what a registry that has the image before lacks of it. `by hand` has a layer of the dependencies; the
sample's Dockerfile, as contract section 7.2 tells it, copies everything before it installs them. The base is made of
this machine's Python in a registry on this machine. On demand: `python -m benchmarks.packages.images`.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

from benchmarks.measuring.environments import ROOT, RUNTIME, UV
from benchmarks.packages.image_base import PROGRAM, push_base, registry
from benchmarks.packages.tools import CODE, OURS

#: Builds of each kind.
ROUNDS = 2
FOLDER = ROOT / ".cache" / "bench-image"
BIN = Path(sys.prefix) / "bin"
TOOL = BIN / "biot-plugin"
PIP = f'RUN ["{PROGRAM}", "-m", "pip", "install", "--quiet", "--target", "/var/task", "-r", "requirements.txt"]\n'
END = 'CMD ["index.handler"]\n'
BY_HAND = f"FROM base\nCOPY requirements.txt ./\n{PIP}COPY index.py ./\n{END}"
SAMPLE = f"FROM base\nCOPY requirements.txt index.py ./\n{PIP}{END}"


class Build(NamedTuple):
    """A build, and what it says of itself."""

    seconds: float
    document: dict[str, Any]


def main() -> None:
    """Measures and prints."""
    if missing := [name for name in ("buildah", "docker-registry") if not shutil.which(name)]:
        print(f"left out: {' and '.join(missing)} must be installed")
        return
    shutil.rmtree(FOLDER, ignore_errors=True)
    FOLDER.mkdir(parents=True)
    with registry(FOLDER / "registry") as host:
        base = push_base(host, FOLDER)
        os.environ |= _settings(host)
        print(f"\nAn image of the same plugin for {RUNTIME}; buildah stores layers with {_driver()}")
        _print("", ("full build", "one line", "pushed after it", "image", "twice the same"))
        _print("image build (layers)", _measure("layers", base, None))
        _print("buildah, by hand", _measure("buildah", base, BY_HAND))
        _print("the sample's Dockerfile", _measure("buildah", base, SAMPLE))
    subprocess.run(["umount", f"{FOLDER}/graph/overlay"], capture_output=True, check=False)
    shutil.rmtree(FOLDER, ignore_errors=True)


def _print(name: str, values: tuple[str, ...]) -> None:
    print(f"  {name:<26}" + "".join(f"{value:>17}" for value in values))


def _settings(host: str) -> dict[str, str]:
    """Environment variables: all caches and images are in the folder, and the registry speaks http."""
    storage, registries = FOLDER / "storage.conf", FOLDER / "registries.conf"
    storage.write_text(f'[storage]\ndriver = "{_driver()}"\ngraphroot = "{FOLDER}/graph"\nrunroot = "{FOLDER}/run"\n')
    registries.write_text(f'[[registry]]\nlocation = "{host}"\ninsecure = true\n')
    return {
        "CONTAINERS_STORAGE_CONF": str(storage),
        "CONTAINERS_REGISTRIES_CONF": str(registries),
        "BUILDAH_ISOLATION": "chroot",
        "XDG_CACHE_HOME": str(FOLDER / "caches"),
        "UV_CACHE_DIR": str(FOLDER / "caches" / "uv"),
    }


def _driver() -> str:
    """The quicker of buildah's two ways to store layers, where this machine allows it."""
    place = ["--root", f"{FOLDER}/probe", "--runroot", f"{FOLDER}/probe-run"]
    probe = ["buildah", *place, "--storage-driver", "overlay", "info"]
    return "vfs" if subprocess.run(probe, capture_output=True, check=False).returncode else "overlay"


def _measure(builder: str, base: str, dockerfile: str | None) -> tuple[str, ...]:
    project = FOLDER / hashlib.sha256((dockerfile or "").encode()).hexdigest()[:8]
    project.mkdir()
    (project / "index.py").write_text(CODE)
    image = f'\n[tool.biot-plugin.image]\nbase = "{base}"\nbuilder = "{builder}"\n'
    (project / "pyproject.toml").write_text(OURS.replace("version = 1", 'version = 1\npackage = "image"', 1) + image)
    subprocess.run([UV, "lock", "--quiet", "--python", sys.executable], cwd=project, check=True)
    if dockerfile:
        (project / "Dockerfile").write_text(dockerfile.replace("FROM base", f"FROM {base}"))
        (project / ".dockerignore").write_text("*\n!index.py\n!requirements.txt\n")
        (project / "requirements.txt").write_text(_locked(project))
    full = [_timed(project, _forget) for _ in range(ROUNDS)]
    lines = [_timed(project, _change) for _ in range(ROUNDS)]
    before, after = full[-1].document, lines[0].document
    had = {layer["digest"] for layer in before["layers"]}
    pushed = sum(layer["bytes"] for layer in after["layers"] if layer["digest"] not in had)
    return (
        f"{min(build.seconds for build in full):.2f} s",
        f"{min(build.seconds for build in lines):.2f} s",
        f"{pushed / 1024:.1f} kB",
        f"{after['bytes'] / 1024**2:.1f} MB",
        "yes" if len({build.document["digest"] for build in full}) == 1 else "no",
    )


def _locked(project: Path) -> str:
    """What is locked, so that all flows install the same versions."""
    command = [str(UV), "export", "--quiet", "--no-hashes", "--no-header", "--frozen"]
    return subprocess.run(command, cwd=project, capture_output=True, text=True, check=True).stdout


def _forget(project: Path) -> None:
    """Removes what was built and downloaded before."""
    shutil.rmtree(project / ".cache", ignore_errors=True)
    shutil.rmtree(FOLDER / "caches", ignore_errors=True)
    subprocess.run(["buildah", "rmi", "--all", "--force"], capture_output=True, check=False)


def _change(project: Path) -> None:
    with (project / "index.py").open("a") as file:
        file.write("# changed\n")


def _timed(project: Path, prepare: Callable[[Path], None]) -> Build:
    prepare(project)
    start = time.perf_counter()
    done = subprocess.run([str(TOOL), "image", "build", "--json"], cwd=project, capture_output=True, check=False)
    seconds = time.perf_counter() - start
    if done.returncode:
        raise RuntimeError(done.stderr.decode(errors="replace"))
    return Build(seconds, json.loads(done.stdout))


if __name__ == "__main__":
    main()
