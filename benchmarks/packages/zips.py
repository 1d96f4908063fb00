"""What it costs to package a plugin, in full and after a change of one line, and how large the package is.

Each tool packages the same code with the same two dependencies, as its own documentation says. What it downloaded is
cached before; a full build begins without what the tool itself built. Rivals are installed on demand.
"""

from __future__ import annotations

import io
import os
import shutil
import subprocess
import sys
import time
import zipfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.measuring.environments import ROOT, RUNTIME, UV, environment, versions
from benchmarks.measuring.report import Report
from benchmarks.measuring.table import Times, measure
from benchmarks.packages.tools import CHALICE_NAME, OURS_NAME, TOOLS, Tool

FOLDER = ROOT / ".cache" / "bench-package"
#: A tool that builds in less than so many seconds takes part in all rounds.
SLOW = 5.0
ROUNDS, SLOW_ROUNDS = 5, 2


@dataclass
class Builds:
    """A tool's builds of its project.

    Attributes:
        tool: The tool.
        project: The folder of its project.
        build: Runs the tool.
        versions: The version of the tool.
        rounds: The rounds that it takes part in.
        archives: What two builds of the same made.
        full: Seconds of each build that began with nothing.
        one_line: Seconds of each build after one line had changed.
        nothing: Seconds of each build after nothing had changed.
    """

    tool: Tool
    project: Path
    build: Callable[[], object]
    versions: Mapping[str, str]
    rounds: int
    archives: tuple[bytes, bytes]
    full: list[float] = field(default_factory=list)
    one_line: list[float] = field(default_factory=list)
    nothing: list[float] = field(default_factory=list)

    def measure(self) -> None:
        """Build in each of the three ways."""
        self.full.append(_timed(self.build, lambda: self.tool.clean(self.project)))
        self.one_line.append(_timed(self.build, lambda: self.tool.change(self.project)))
        self.nothing.append(_timed(self.build, lambda: None))


@dataclass(frozen=True)
class Built:
    """What a tool took, and made.

    Attributes:
        full: Seconds of a build that begins with nothing.
        one_line: Seconds after one line has changed.
        nothing: Seconds after nothing has changed.
        zipped: The bytes of the archive.
        unpacked: The bytes of what is in it.
        cold: Milliseconds of importing the plugin from it.
        same: Whether two builds are the same; None where the tool makes a folder.
    """

    full: Times
    one_line: Times
    nothing: Times
    zipped: int
    unpacked: int
    cold: float
    same: bool | None

    def columns(self) -> dict[str, str]:
        """What is printed."""
        return {
            "full build": f"{self.full:.2f} s",
            "one line": f"{self.one_line:.2f} s",
            "nothing": f"{self.nothing:.2f} s",
            "zipped": f"{self.zipped / 1024**2:.1f} MB",
            "unpacked": f"{self.unpacked / 1024**2:.1f} MB",
            "cold import": f"{self.cold:.0f} ms",
            "twice the same": {None: "-", True: "yes", False: "no"}[self.same],
        }


TIMES: dict[str, Callable[[Built], Times]] = {
    "A full build": lambda of: of.full,
    "A build after a change of one line": lambda of: of.one_line,
    "A build after no change": lambda of: of.nothing,
}


def main() -> None:
    """Measures and prints."""
    print(f"\nPackaging the same plugin for {RUNTIME}")
    builds: dict[str, Builds] = {}
    for name, tool in TOOLS.items():
        with _left_out(name):
            builds[name] = _prepared(name, tool)
    for number in range(ROUNDS):
        for each in builds.values():
            if number < each.rounds:
                each.measure()
    built = {name: _built(each) for name, each in builds.items()}
    report = Report("package", others={key: value for of in builds.values() for key, value in of.versions.items()})
    for title, pick in TIMES.items():
        report.add(title, {name: pick(of) for name, of in built.items()}, base=OURS_NAME, unit="ms")
    report.add_figures("Packaging the same plugin", {name: of.columns() for name, of in built.items()})
    ours, rivals = built.pop(OURS_NAME), built
    fastest = min(of.full for of in rivals.values())
    ratio = ours.one_line.over(fastest)
    report.add_ratio("one-line repackage against the fastest rival's full build", ratio, target=0.05)
    report.add_ratio("nothing changed against the same", ours.nothing.over(fastest), target=0.03)
    if CHALICE_NAME in rivals:
        report.add_ratio("zip against chalice's", ours.zipped / rivals[CHALICE_NAME].zipped, target=1.0)
    report.write()


@contextmanager
def _left_out(name: str) -> Iterator[None]:
    """Go on without a tool that fails."""
    try:
        yield
    except subprocess.CalledProcessError as error:
        said = (error.stderr or b"-").decode(errors="replace").strip().splitlines()
        print(f"  {name:<20} left out: {said[-1]}")


def _prepared(name: str, tool: Tool) -> Builds:
    """Install a tool, write its project, and build twice, as the first time downloads."""
    project = FOLDER / name.replace(" ", "-")
    shutil.rmtree(project, ignore_errors=True)
    tool.write(project)
    programs = _install(name, tool, project)
    build = _program(tool, project, programs)
    build()
    first = _archive(project / tool.result)
    is_slow = _timed(build, lambda: tool.clean(project)) > SLOW
    archives = first, _archive(project / tool.result)
    of = versions(programs, [tool.distributions[0]]) if tool.distributions else {}
    return Builds(tool, project, build, of, SLOW_ROUNDS if is_slow else ROUNDS, archives)


def _built(of: Builds) -> Built:
    unpacked, cold = _unpacked(of.archives[0], Path(of.tool.source).stem)
    return Built(
        full=Times.of(of.full),
        one_line=Times.of(of.one_line),
        nothing=Times.of(of.nothing),
        zipped=len(of.archives[0]),
        unpacked=unpacked,
        cold=cold,
        same=None if (of.project / of.tool.result).is_dir() else len(set(of.archives)) == 1,
    )


def _unpacked(content: bytes, module: str) -> tuple[int, float]:
    """The bytes of an archive's content, and the milliseconds of importing its module where nothing is written."""
    folder = FOLDER / "unpacked"
    shutil.rmtree(folder, ignore_errors=True)
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        archive.extractall(folder)
        size = sum(entry.file_size for entry in archive.infolist())

    def start(statement: str) -> object:
        return subprocess.run([sys.executable, "-I", "-B", "-c", f"import sys, json, logging\n{statement}"], check=True)

    cold = f"sys.path.insert(0, {str(folder)!r}); import {module}"
    seconds = measure({"bare": lambda: start("pass"), "cold": lambda: start(cold)}, rounds=7)
    return size, (seconds["cold"] - seconds["bare"]) * 1000


def _install(name: str, tool: Tool, project: Path) -> Path:
    """Install the tool; return the folder of its programs."""
    if tool.distributions is not None:
        return environment(FOLDER / f"env-{name.partition(' ')[0]}", *tool.distributions, compiled=False)
    subprocess.run([UV, "lock", "--quiet", "--python", sys.executable], cwd=project, check=True)
    return Path(sys.prefix) / "bin"


def _program(tool: Tool, project: Path, programs: Path) -> Callable[[], object]:
    """Return what runs the tool."""
    home = FOLDER / "home"
    home.mkdir(exist_ok=True)
    offline = {"AWS_ACCESS_KEY_ID": "-", "AWS_SECRET_ACCESS_KEY": "-", "AWS_DEFAULT_REGION": "eu-west-1"}
    variables = {
        **os.environ, **offline, "HOME": str(home), "SAM_CLI_TELEMETRY": "0", "VIRTUAL_ENV": str(programs.parent),
        "PATH": f"{programs}{os.pathsep}{os.environ['PATH']}",
    }  # fmt: skip
    command = [str(programs / tool.command[0]), *tool.command[1:]]
    return lambda: subprocess.run(command, cwd=project, env=variables, capture_output=True, check=True)


def _timed(action: Callable[[], object], before: Callable[[], object]) -> float:
    before()
    start = time.perf_counter()
    action()
    return time.perf_counter() - start


def _archive(result: Path) -> bytes:
    """The archive's bytes; of a folder, what archiving it as it is would give."""
    if result.is_file():
        return result.read_bytes()
    return Path(shutil.make_archive(str(FOLDER / "folder"), "zip", result)).read_bytes()


if __name__ == "__main__":
    main()
