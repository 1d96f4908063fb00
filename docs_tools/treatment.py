"""What is done with each code block of the documentation.

    python -m docs_tools.treatment

counts them.
"""

from __future__ import annotations

from collections import Counter
from enum import Enum

from docs_tools.blocks import IN_TUTORIAL, Block, documents, read_blocks
from docs_tools.script import SHELLS, runs_in_a_shell

__all__ = ["PARSED", "Treatment", "all_blocks", "describe_counts", "treatment"]

#: The languages that are parsed.
PARSED = frozenset({"toml", "json", "yaml", "dockerfile"})
_SHOWN = frozenset({"text", "diff", "powershell"})


class Treatment(Enum):
    """What is done with a block, in words."""

    PYTHON = "run as Python"
    SHELL = "run in a shell"
    TUTORIAL = "run by the tutorial"
    FILE = "written to a file that is run"
    PARSED = "parsed"
    SHOWN = "text to look at"
    NOT_RUN = "not run, and saying why"
    UNKNOWN = "of an unknown language"


def all_blocks() -> list[Block]:
    """List the blocks of all pages that readers see."""
    return [block for document in documents() for block in read_blocks(document) if not block.hidden]


def treatment(block: Block) -> Treatment:
    """Tell what is done with a block."""
    if block.reason is not None:
        return Treatment.TUTORIAL if block.reason == IN_TUTORIAL else Treatment.NOT_RUN
    if block.language in SHELLS | {"console"}:
        return Treatment.SHELL
    if runs_in_a_shell(block):
        return Treatment.FILE
    if block.language == "python":
        return Treatment.PYTHON
    if block.language in PARSED:
        return Treatment.PARSED
    return Treatment.SHOWN if block.language in _SHOWN else Treatment.UNKNOWN


def describe_counts() -> str:
    """Describe in a line how many blocks there are of each treatment."""
    counts = Counter(treatment(block) for block in all_blocks())
    parts = [f"{counts[each]} {each.value}" for each in Treatment if counts[each]]
    return f"{sum(counts.values())} code blocks: {', '.join(parts)}"


if __name__ == "__main__":
    print(describe_counts())
