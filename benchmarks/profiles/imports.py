"""What the import of `biot_plugin` does over AWS's runtime client, by module.

The parts are of `-X importtime`, which makes all of it longer alike; the whole is measured without it.
"""

from __future__ import annotations

import marshal
import re
import subprocess
import sys
import tempfile
from collections import defaultdict
from collections.abc import Iterable, Sequence
from pathlib import Path

from benchmarks.cold_start.imports import CLIENT, LOGGER, OURS, STATEMENTS, over_client
from benchmarks.measuring.report import Report
from benchmarks.profiles.stacks import Node, Profile

__all__ = ["import_tree", "modules", "profile"]

RUNS, ROUNDS = 9, 15
OTHERS = "what it imports of others"
_LINE = re.compile(r"import time: +(?P<own>\d+) \| +\d+ \|(?P<indent> +)(?P<module>\S+)$")
_ONE_FILE = """
import marshal, sys
from importlib.machinery import ModuleSpec
codes = marshal.load(open({path!r}, "rb"))
class Finder:
    find_spec = staticmethod(lambda name, path=None, target=None: name in codes and ModuleSpec(
        name, Finder, is_package=codes[name][0]) or None)
    create_module = staticmethod(lambda spec: None)
    exec_module = staticmethod(lambda module: exec(codes[module.__name__][1], module.__dict__))
sys.meta_path.insert(0, Finder)
"""


def import_tree(name: str, lines: Iterable[str]) -> Node:
    """Read what `-X importtime` wrote, as a tree of modules: microseconds, each with what it imports.

    Args:
        name: What is imported.
        lines: The lines, those of the client's import and of what was before it included.
    """
    waiting: dict[int, list[Node]] = defaultdict(list)  # by depth: a module's line comes after those of its imports
    for line in lines:
        if not (match := _LINE.match(line)):
            continue
        depth = (len(match["indent"]) - 1) // 2
        children = waiting.pop(depth + 1, [])
        samples = int(match["own"]) + sum(child.samples for child in children)
        waiting[depth].append(Node(match["module"], samples, {child.name: child for child in children}))
        if match["module"] == CLIENT:
            waiting.clear()
    return Node(name, sum(node.samples for node in waiting[0]), {node.name: node for node in waiting[0]})


def modules(node: Node) -> Iterable[Node]:
    """The modules of a tree, in the order in which they are complete."""
    for child in node.children.values():
        yield from modules(child)
        yield child


def profile(report: Report) -> Profile:
    """Import it in processes of its own; report whose modules take the time, and the least that it could take."""
    trees = [import_tree(OURS, _traced(STATEMENTS[OURS])) for _ in range(RUNS)]
    tree = min(trees, key=lambda each: each.samples)
    report.add_figures("Whose modules are imported", _by_owner(tree))
    with tempfile.TemporaryDirectory() as folder:
        seconds = _floor(report, [node.name for node in modules(tree)], Path(folder))
    return Profile(seconds, tree)


def _traced(statement: str) -> Sequence[str]:
    command = (sys.executable, "-X", "importtime", "-c", f"import {CLIENT}\n{statement}")
    return subprocess.run(command, check=True, capture_output=True, text=True).stderr.splitlines()


def _by_owner(tree: Node) -> dict[str, dict[str, str]]:
    """How many modules are whose, and what part of the time they take without what they import."""
    counts: dict[str, int] = defaultdict(int)
    own: dict[str, int] = defaultdict(int)
    for node in modules(tree):
        owner = node.name.partition(".")[0]
        # `copy` tries to import `org.python`, which another Python than this one has.
        owner = "the standard library" if owner in {*sys.stdlib_module_names, "org"} else owner
        counts[owner] += 1
        own[owner] += node.samples - sum(child.samples for child in node.children.values())
    return {
        owner: {"modules": str(counts[owner]), "part of the time": f"{own[owner] / tree.samples:.0%}"}
        for owner in sorted(own, key=own.__getitem__, reverse=True)
    }


def _floor(report: Report, loaded: Sequence[str], folder: Path) -> float:
    """Measure the import, and what cannot be left out of it; return its seconds."""
    ours = [name for name in loaded if name.partition(".")[0] == "biot_plugin"]
    statements = {
        LOGGER: STATEMENTS[LOGGER],
        OURS: STATEMENTS[OURS],
        OTHERS: "\n".join(_importing(name) for name in loaded if name not in ours),
        "as many empty modules": _empty(ours, folder / "empty"),
        "its own modules in one file": _one_file(ours, folder / "codes") + STATEMENTS[OURS],
    }
    over = over_client(statements, ROUNDS, folder)
    report.add("Import, processor's time", over, base=LOGGER, unit="ms")
    title = "what biot_plugin imports of others, against powertools' Logger"
    report.add_ratio(title, over[OTHERS].over(over[LOGGER]), target=None)
    return over[OURS]


def _importing(name: str) -> str:
    """Import a module, unless it is one that imports may lack."""
    return f"try:\n    import {name}\nexcept ImportError:\n    pass"


def _empty(modules: Sequence[str], folder: Path) -> str:
    """Make as many modules with the same names, which have nothing in them; return what imports them."""
    for name in modules:
        parts = name.split(".")
        is_package = any(other.startswith(f"{name}.") for other in modules)
        path = folder.joinpath(*parts, "__init__.py") if is_package else folder.joinpath(*parts).with_suffix(".py")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    subprocess.run([sys.executable, "-m", "compileall", "-q", folder], check=True)
    return f"import sys; sys.path.insert(0, {str(folder)!r})\n" + "\n".join(f"import {name}" for name in modules)


def _one_file(modules: Sequence[str], path: Path) -> str:
    """Write the code of modules into one file; return what has them imported from there."""
    codes = {}
    for name in modules:
        source = _source(name)
        code = compile(source.read_text(encoding="utf-8"), str(source), "exec", dont_inherit=True)
        codes[name] = (source.name == "__init__.py", code)
    path.write_bytes(marshal.dumps(codes))
    return _ONE_FILE.format(path=str(path))


def _source(name: str) -> Path:
    from importlib.util import find_spec

    spec = find_spec(name)
    assert spec
    assert spec.origin
    return Path(spec.origin)
