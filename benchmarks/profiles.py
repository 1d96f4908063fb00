"""Shows where the time of the two largest costs goes: `python -m benchmarks.profiles`, with py-spy from PATH or by uv.

They are the emulator's warm direct call, and `biot-plugin invoke`. Stacks are sampled from outside, so that nothing
runs slower for being counted. Of the emulator, samples are what its threads do while they have the interpreter: what
they wait for one another is nobody's work. The figures are written to `build/bench`, and drawn by
`benchmarks.pictures`.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from benchmarks.direct_calls import OUR_NAME, emulator
from benchmarks.environments import UV
from benchmarks.load import calling, processor_time
from benchmarks.local_invocation import BIN, with_event
from benchmarks.plugin_sources import BARE
from benchmarks.report import Report

__all__ = ["Node", "merge"]

#: What every stack has, and what says nothing of the work: threads, and the machinery of imports and of commands.
_MACHINERY = re.compile(
    r"importlib|\(threading\.py|\(asyncio/|\(socketserver\.py|_compat\.py|^process |\(contextlib\.py"
    r"|threads/working\.py|threads/serving\.py|<lambda>|<genexpr>|<dictcomp>|<listcomp>|uninterrupted"
    r"|^(Command|TyperGroup|Context)\.|^_main |get_callback|terminal/app\.py"
)
_FRAME = re.compile(r"(?P<function>\S.*) \((?P<file>[\w./-]+\.py)(?::\d+)?\)$")
SECONDS, RUNS = 10, 8


@dataclass
class Node:
    """A function, and what it calls.

    Attributes:
        name: The function and its module.
        samples: How often it was seen, with all that it calls.
        children: What it calls, by name.
    """

    name: str
    samples: int = 0
    children: dict[str, Node] = field(default_factory=dict)

    def document(self, least: int) -> dict[str, Any]:
        """As JSON, without what was seen less often."""
        large = [child for child in self.children.values() if child.samples >= least]
        large.sort(key=lambda child: (-child.samples, child.name))
        return {
            "name": self.name,
            "samples": self.samples,
            "children": [child.document(least) for child in large],
        }


def merge(name: str, lines: Iterable[str]) -> Node:
    """Merge stacks, as py-spy writes them, into one tree: `outer;inner;innermost COUNT`."""
    root = Node(name)
    for line in lines:
        stack, _, count = line.rstrip("\n").rpartition(" ")
        frames = [frame for frame in stack.split(";") if not _MACHINERY.search(frame)]
        names = [f"{match['function']}, {match['file']}" for frame in frames if (match := _FRAME.match(frame))]
        if not count.isdecimal():  # py-spy has read memory that changed in the meantime
            continue
        root.samples += int(count)
        node = root
        for each in names:
            node = node.children.setdefault(each, Node(each))
            node.samples += int(count)
    return root


def _sampler() -> tuple[str, ...]:
    path = shutil.which("py-spy")
    return (path,) if path else (str(UV), "tool", "run", "py-spy")


def _record(*arguments: str) -> tuple[str, ...]:
    return (*_sampler(), "record", "--nonblocking", "--format", "raw", *arguments)


def profile_direct_call() -> tuple[Node, float]:
    """Sample the emulator while one caller calls a plugin; return the seconds of processor's time of a call as well."""
    with emulator() as target, calling() as callers, tempfile.TemporaryDirectory() as folder:
        callers.load(target.request, 1, seconds=2.0)
        before = processor_time(target.process)
        count = len(callers.load(target.request, 1, seconds=4.0))
        seconds = (processor_time(target.process) - before) / count
        stacks = Path(folder, "stacks")
        options = ("--gil", "--rate", "500", "--duration", str(SECONDS), "--output", str(stacks))
        with subprocess.Popen(_record(*options, "--pid", str(target.process.pid)), **_SILENT) as sampler:
            callers.load(target.request, 1, seconds=SECONDS + 1.0)
            sampler.wait()
        return merge(OUR_NAME, _lines(stacks)), seconds


def profile_invoke() -> tuple[Node, float]:
    """Sample whole processes of `biot-plugin invoke`, and those that they start."""
    folder = with_event("bare", BARE)
    command = (str(BIN / "biot-plugin"), "invoke", "event.json")
    lines: list[str] = []
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    with tempfile.TemporaryDirectory() as stacks:
        for number in range(RUNS + 1):
            path = Path(stacks, str(number))
            options = ("--subprocesses", "--rate", "1000", "--output", str(path), "--")
            subprocess.run(_record(*options, *command), cwd=folder, check=True, env=environment, **_SILENT)
            if number:  # the first one compiles bytecode
                lines += _lines(path)
    tree = merge("biot-plugin invoke", lines)
    return tree, tree.samples / RUNS / 1000


_SILENT: Any = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}


def _lines(path: Path) -> Sequence[str]:
    return path.read_text(encoding="utf-8", errors="replace").splitlines()


def main() -> None:
    """Profiles, and writes what was seen."""
    report = Report("profiles")
    profiles = {}
    for title, profile in {"direct call": profile_direct_call, "invoke": profile_invoke}.items():
        tree, seconds = profile()
        profiles[title] = {"seconds": seconds, "tree": tree.document(max(1, tree.samples // 100))}
        print(f"\n{title}: {1e3 * seconds:.2f} ms, {tree.samples} samples")
    report.keep("profiles", profiles)
    report.write()


if __name__ == "__main__":
    main()
