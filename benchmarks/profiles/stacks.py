"""Samples the stacks of processes from outside, with py-spy from PATH or by uv, and merges them into a tree.

What is sampled runs no slower for being counted, unlike what a profiler within it counts.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from benchmarks.measuring.environments import UV

__all__ = ["NO_FUNCTION", "RATE", "SILENT", "Node", "Profile", "merge", "recording", "sampled_processes", "stacks_of"]

#: What every stack has, and what says nothing of the work: threads, and the machinery of imports and of commands.
_MACHINERY = re.compile(
    r"importlib|\(threading\.py|\(asyncio/|\(socketserver\.py|_compat\.py|^process |\(contextlib\.py"
    r"|threads/working\.py|threads/serving\.py|<lambda>|<genexpr>|<dictcomp>|<listcomp>|uninterrupted"
    r"|^(Command|TyperGroup|Context)\.|^_main |get_callback|terminal/app\.py"
)
_FRAME = re.compile(r"(?P<function>\S.*) \((?P<file>[\w./-]+\.py)(?::\d+)?\)$")
#: What a process does while it is in no function of Python.
NO_FUNCTION = "the interpreter starts, or ends"
#: Samples in a second of what is short.
RATE = 1000
SILENT: Any = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}


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

    def add(self, names: Iterable[str], samples: int) -> None:
        """Add a stack of what it calls, the innermost last."""
        self.samples += samples
        node = self
        for name in names:
            node = node.children.setdefault(name, Node(name))
            node.samples += samples

    def document(self, least: int) -> dict[str, Any]:
        """As JSON, without what was seen less often."""
        large = [child for child in self.children.values() if child.samples >= least]
        large.sort(key=lambda child: (-child.samples, child.name))
        return {
            "name": self.name,
            "samples": self.samples,
            "children": [child.document(least) for child in large],
        }


@dataclass(frozen=True)
class Profile:
    """Where time goes.

    Attributes:
        seconds: How long all of it takes.
        tree: What it was spent on.
    """

    seconds: float
    tree: Node

    def document(self) -> dict[str, Any]:
        """As JSON, without what takes less than a hundredth."""
        return {"seconds": self.seconds, "tree": self.tree.document(max(1, self.tree.samples // 100))}


def merge(name: str, lines: Iterable[str], *, below: str | None = None) -> Node:
    """Merge stacks, as py-spy writes them, into one tree: `outer;inner;innermost COUNT`.

    Args:
        name: What the tree is of.
        lines: The stacks.
        below: The function that calls what the tree is of; what else was seen is left out.
    """
    root = Node(name)
    for line in lines:
        stack, _, count = line.rstrip("\n").rpartition(" ")
        if not count.isdecimal():  # py-spy has read memory that changed in the meantime
            continue
        if all(frame.startswith("process ") for frame in stack.split(";")):
            root.add([NO_FUNCTION], int(count))
            continue
        frames = [frame for frame in stack.split(";") if not _MACHINERY.search(frame)]
        called = [match for frame in frames if (match := _FRAME.match(frame))]
        if below:
            functions = [match["function"] for match in called]
            if below not in functions:
                continue
            called = called[functions.index(below) + 1 :]
        root.add([f"{match['function']}, {match['file']}" for match in called], int(count))
    return root


def recording(*arguments: str) -> tuple[str, ...]:
    """The command line of py-spy that records stacks."""
    path = shutil.which("py-spy")
    sampler = (path,) if path else (str(UV), "tool", "run", "py-spy")
    return (*sampler, "record", "--format", "raw", *arguments)


def stacks_of(path: Path) -> Sequence[str]:
    """The stacks that py-spy has written."""
    return path.read_text(encoding="utf-8", errors="replace").splitlines()


def sampled_processes(
    name: str, command: Sequence[str], folder: Path, *, runs: int, before: Callable[[], object] = lambda: None
) -> Profile:
    """Sample whole processes of a command, and those that they start.

    Args:
        name: What the profile is of.
        command: The command line.
        folder: Where it runs.
        runs: How often it runs; one more run compiles bytecode and fills caches.
        before: What is done before each run.
    """
    lines: list[str] = []
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    with tempfile.TemporaryDirectory() as stacks:
        for number in range(runs + 1):
            before()
            path = Path(stacks, str(number))
            options = ("--nonblocking", "--subprocesses", "--rate", str(RATE), "--output", str(path), "--")
            subprocess.run(recording(*options, *command), cwd=folder, check=True, env=environment, **SILENT)
            if number:
                lines += stacks_of(path)
    tree = merge(name, lines)
    return Profile(tree.samples / runs / RATE, tree)
