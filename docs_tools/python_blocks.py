"""The Python blocks of the documentation as modules, for type checkers and pytest.

    python -m docs_tools.python_blocks FOLDER

Each block is a module of its own, after the names that a reader has by then: those of `biot_plugin` and its testing
kit, a plugin, and the hidden blocks of the page before it.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from pathlib import Path

from docs_tools.blocks import Block, documents, read_blocks

__all__ = ["module_name", "python_blocks", "write_modules"]

_HEAD = """\
from __future__ import annotations

from biot_plugin import *
from biot_plugin.testing import *
"""
_PLUGIN = "\nplugin = Plugin()\n"
_INDEX = """\
from biot_plugin import DirectCall, Plugin

plugin = Plugin()


@plugin.endpoint()
def report(event: DirectCall) -> dict[str, str]:
    return {"day": event.query.get("day", "today")}


handler = plugin.handler
"""
_FUTURE = re.compile(r"^from __future__ import annotations\n+", re.MULTILINE)


def python_blocks() -> list[Block]:
    """List the Python blocks of all pages that are run."""
    return [block for document in documents() for block in _visible(read_blocks(document))]


def module_name(block: Block) -> str:
    """Return the name of a block's module, which pytest takes for one with tests."""
    return f"test_{re.sub(r'[^a-z0-9]+', '_', block.page.lower())}_{block.line}"


def write_modules(folder: Path) -> list[Path]:
    """Write a module for each block into an empty folder."""
    folder.mkdir(parents=True, exist_ok=True)
    for stale in folder.glob("test_*.py"):
        stale.unlink()
    folder.joinpath("index.py").write_text(_INDEX, encoding="utf-8")
    return [module for document in documents() for module in _write_page(folder, read_blocks(document))]


def _write_page(folder: Path, blocks: list[Block]) -> Iterator[Path]:
    hidden, last = "", ""
    for block in blocks:
        if block.language == "python" and block.hidden:
            hidden += f"\n{block.text}"
        elif _is_module(block):
            plugin = "" if "import plugin\n" in block.text else _PLUGIN
            last = f"{last if block.continues else plugin + hidden}\n# {block.place}\n{_FUTURE.sub('', block.text)}"
            module = folder / f"{module_name(block)}.py"
            module.write_text(f"{_HEAD}{last}", encoding="utf-8")
            yield module


def _visible(blocks: list[Block]) -> list[Block]:
    return [block for block in blocks if not block.hidden and _is_module(block)]


def _is_module(block: Block) -> bool:
    """Whether a block is tried by itself; one with a title is a file of the plugin that its page is about."""
    return block.language == "python" and not block.reason and not block.title


if __name__ == "__main__":
    print(f"{len(write_modules(Path(sys.argv[1])))} blocks of Python")
