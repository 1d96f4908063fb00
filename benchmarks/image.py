"""What it costs to build a plugin's image without a container engine, and with buildah.

Each flow builds the same code with the same two dependencies on nothing, in full and after a one-line change; "pushed"
is what a registry that has the image before lacks of it. Both Dockerfiles copy dependencies that were installed before,
as nothing in them can run pip without a base: `by hand` has a layer of them, and the sample's, as contract section 7.2
tells it, copies everything in one step, so that their times are lower bounds. On demand: `python -m benchmarks.image`.
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
from typing import Any

from benchmarks.package import CODE, NEEDS, OURS, RUNTIME, UV

FOLDER = Path(__file__).parents[1] / ".cache" / "bench-image"
BIN = Path(sys.prefix) / "bin"
TOOL = BIN / "biot-plugin"
HEAD = "FROM base\nENV LAMBDA_TASK_ROOT=/var/task\nWORKDIR /var/task\n"
BY_HAND = HEAD + 'COPY dependencies /var/task\nCOPY index.py /var/task/\nENTRYPOINT ["/x"]\nCMD ["index.handler"]\n'
SAMPLE = HEAD + 'COPY requirements.txt dependencies index.py /var/task/\nENTRYPOINT ["/x"]\nCMD ["index.handler"]\n'


def main() -> None:
    """Measures and prints."""
    if not shutil.which("buildah"):
        print("left out: buildah is not installed")
        return
    shutil.rmtree(FOLDER, ignore_errors=True)
    FOLDER.mkdir(parents=True)
    os.environ |= _storage()
    os.environ["XDG_CACHE_HOME"] = str(FOLDER / "caches")
    print(f"\nAn image of the same plugin for {RUNTIME}")
    columns = ("full build", "one line", "pushed after it", "image", "twice the same")
    _print("", columns)
    _print("image build (layers)", _measure("layers", None))
    _print("buildah, by hand", _measure("buildah", BY_HAND))
    _print("the sample's Dockerfile", _measure("buildah", SAMPLE))
    shutil.rmtree(FOLDER, ignore_errors=True)


def _print(name: str, values: tuple[str, ...]) -> None:
    print(f"  {name:<26}" + "".join(f"{value:>17}" for value in values))


def _storage() -> dict[str, str]:
    configuration = FOLDER / "storage.conf"
    configuration.write_text(f'[storage]\ndriver = "vfs"\ngraphroot = "{FOLDER}/graph"\nrunroot = "{FOLDER}/run"\n')
    return {"CONTAINERS_STORAGE_CONF": str(configuration), "BUILDAH_ISOLATION": "chroot"}


def _measure(builder: str, dockerfile: str | None) -> tuple[str, ...]:
    project = FOLDER / hashlib.sha256((dockerfile or "").encode()).hexdigest()[:8]
    project.mkdir()
    (project / "index.py").write_text(CODE)
    image = f'\n[tool.biot-plugin.image]\nbase = "scratch"\nbuilder = "{builder}"\n'
    (project / "pyproject.toml").write_text(OURS.replace("version = 1", 'version = 1\npackage = "image"', 1) + image)
    subprocess.run([UV, "lock", "--quiet", "--python", sys.executable], cwd=project, check=True)
    if dockerfile:
        (project / "Dockerfile").write_text(dockerfile.replace("FROM base", "FROM scratch"))
        (project / ".dockerignore").write_text("*\n!index.py\n!requirements.txt\n!dependencies\n")
        (project / "requirements.txt").write_text("\n".join(NEEDS))
    _install(project, dockerfile is not None)
    full = _timed(lambda: _build(project))
    again = _rebuild(project, _build(project))
    before = _build(project)
    with (project / "index.py").open("a") as file:
        file.write("# changed\n")
    changed = _timed(lambda: _build(project))
    after = _build(project)
    had = {layer["digest"] for layer in before["layers"]}
    pushed = sum(layer["bytes"] for layer in after["layers"] if layer["digest"] not in had)
    return f"{full:.2f} s", f"{changed:.2f} s", f"{pushed / 1024:.1f} kB", f"{after['bytes'] / 1024**2:.1f} MB", again


def _install(project: Path, needed: bool) -> None:
    """Downloads the wheels, and installs them where a Dockerfile copies them from."""
    folder = project / "dependencies"
    command = [str(UV), "pip", "install", "--quiet", "--python", sys.executable, "--target", str(folder), *NEEDS]
    subprocess.run(command, check=True)
    if not needed:
        shutil.rmtree(folder)


def _rebuild(project: Path, before: dict[str, Any]) -> str:
    """Builds again without what was built before."""
    shutil.rmtree(project / ".cache", ignore_errors=True)
    subprocess.run(["buildah", "rmi", "--all", "--force"], capture_output=True, check=False)
    return "yes" if _build(project)["digest"] == before["digest"] else "no"


def _build(project: Path) -> dict[str, Any]:
    done = subprocess.run([str(TOOL), "image", "build", "--json"], cwd=project, capture_output=True, check=True)
    document: dict[str, Any] = json.loads(done.stdout)
    return document


def _timed(action: Callable[[], object]) -> float:
    start = time.perf_counter()
    action()
    return time.perf_counter() - start


if __name__ == "__main__":
    main()
