"""The Python blocks of the documentation as modules, for type checkers and pytest.

    python -m documentation.python_blocks FOLDER

Each block is a module of its own, after the names that a reader has by then: those of `biot_plugin` and its testing kit,
a plugin, and the hidden blocks of the page before it.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from pathlib import Path

from documentation.blocks import Block, documents, read_blocks

__all__ = ["module_name", "python_blocks", "write_modules"]

_HEAD = """\
from __future__ import annotations

from biot_plugin import *
from biot_plugin.testing import *

plugin = Plugin()
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
    return [module for document in documents() for module in _write_page(folder, read_blocks(document))]


def _write_page(folder: Path, blocks: list[Block]) -> Iterator[Path]:
    hidden = ""
    for block in blocks:
        if block.language == "python" and block.hidden:
            hidden += f"\n{block.text}"
        elif block.language == "python" and not block.reason:
            module = folder / f"{module_name(block)}.py"
            text = _FUTURE.sub("", block.text)
            module.write_text(f"{_HEAD}{hidden}\n# {block.place}\n{text}", encoding="utf-8")
            yield module


def _visible(blocks: list[Block]) -> list[Block]:
    return [block for block in blocks if block.language == "python" and not block.hidden and not block.reason]


if __name__ == "__main__":
    print(f"{len(write_modules(Path(sys.argv[1])))} blocks of Python")
