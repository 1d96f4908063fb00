"""The code blocks of a page, with what the page says about how each is run.

A comment right before a block says what a reader of the page need not see:

    <!-- not run: it needs an AWS account -->     why the block is not run
    <!-- not run: the tutorial types it -->       the same, for a block each of whose commands the tutorial has
    <!-- exits with 1 -->                         the last command of the block fails, as the page says
    <!-- answers: ada; y -->                      what is typed where the command asks, in turn
    <!-- continues -->                            the block goes on where the last one of its language ended

A comment that begins with the name of a language is a block that is run and not shown, such as a file that a reader has
already:

    <!-- shell
    cd my-plugin
    -->
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from textwrap import dedent

__all__ = ["IN_TUTORIAL", "ROOT", "SECOND_TERMINAL", "TUTORIAL", "Block", "documents", "read_blocks"]

ROOT = Path(__file__).parents[1]
#: The page that leads from nothing to a deployed plugin, and types each command on the way.
TUTORIAL = ROOT / "docs" / "tutorial.md"
#: The reason of a block that is not run, as the tutorial has each of its commands.
IN_TUTORIAL = "the tutorial types it"
#: The title of a block whose program goes on while further blocks are run, until it is stopped.
SECOND_TERMINAL = "A second terminal"

_BLOCK = re.compile(
    r"""
    ^(?P<indent>[ ]*)```(?P<language>[\w-]*)(?P<info>[^\n]*)\n(?P<text>.*?)^[ ]*```[ ]*$
    | ^[ ]*<!--[ ](?P<hidden>shell|python)\n(?P<hidden_text>.*?)^[ ]*-->
    | ^[ ]*<!--[ ](?P<directive>not\ run|exits\ with|answers|continues)(?::?[ ](?P<value>[^\n]*?))?[ ]?-->[ ]*$
    """,
    re.VERBOSE | re.DOTALL | re.MULTILINE,
)
_TITLE = re.compile(r'title="([^"]*)"')


@dataclass(frozen=True)
class Block:
    """A code block of a page.

    Attributes:
        page: The page, from the root of the checkout.
        line: The line of its fence.
        language: What follows the fence, such as `python`; empty without one.
        text: Its text, without indentation.
        title: Its title: the file that it is the content of, or `SECOND_TERMINAL`.
        reason: Why it is not run; None if it is run.
        exit_code: The exit code of its last command.
        answers: What is typed where its command asks, separated by semicolons.
        hidden: Whether readers do not see it.
        continues: Whether it goes on where the last block of its language ended.
    """

    page: str
    line: int
    language: str
    text: str
    title: str | None = None
    reason: str | None = None
    exit_code: int = 0
    answers: str | None = None
    hidden: bool = False
    continues: bool = False

    @property
    def place(self) -> str:
        """Return the place of the block, such as `docs/tutorial.md:12`."""
        return f"{self.page}:{self.line}"


def documents() -> list[Path]:
    """List all pages of the documentation, the READMEs among them."""
    return sorted(
        [*ROOT.joinpath("docs").rglob("*.md"), *ROOT.glob("*/README.md"), ROOT / "README.md", ROOT / "CONTRIBUTING.md"]
    )


def read_blocks(document: Path) -> list[Block]:
    """Read the blocks of a page, in order."""
    page = document.relative_to(ROOT).as_posix() if document.is_relative_to(ROOT) else document.name
    return list(_parse(page, document.read_text(encoding="utf-8")))


def _parse(page: str, text: str) -> Iterator[Block]:
    directives: dict[str, str] = {}
    for match in _BLOCK.finditer(text):
        line = text.count("\n", 0, match.start()) + 1
        if match["directive"]:
            directives[match["directive"]] = match["value"] or ""
        elif match["hidden"]:
            yield Block(page, line, match["hidden"], dedent(match["hidden_text"]), hidden=True)
        else:
            title = _TITLE.search(match["info"])
            block = Block(page, line, match["language"], dedent(match["text"]), title[1] if title else None)
            yield _directed(block, directives)
            directives = {}


def _directed(block: Block, directives: dict[str, str]) -> Block:
    return replace(
        block,
        reason=directives.get("not run"),
        exit_code=int(directives.get("exits with", "0")),
        answers=directives.get("answers"),
        continues="continues" in directives,
    )
