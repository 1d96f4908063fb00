"""Output of the commands: text with colours for people, one JSON document for machines.

Colours appear on a terminal only, and not where `NO_COLOR` is set; rich decides both. Much of the text comes from
elsewhere: none of it is markup, nothing in it controls the terminal, and each text that is printed is one line.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Sequence
from contextlib import suppress
from typing import Any

from rich.console import Console, ConsoleRenderable, RenderHook
from rich.highlighter import JSONHighlighter
from rich.text import Text

from biot_plugin_cli.errors import CliError
from biot_plugin_cli.terminal.plain_text import visible, visible_lines

__all__ = [
    "err",
    "expect_json",
    "highlighted_json",
    "new_console",
    "out",
    "print_document",
    "print_failure",
    "print_json",
    "print_json_line",
    "print_lines",
]

#: What the highlighter takes for a number with a letter after it grows with the square of its digits.
_LONG_NUMBER = re.compile(r"(?<!\d)\d{100}")


class _VisibleText(RenderHook):
    """Makes everything that is printed visible."""

    def __init__(self, console: Console) -> None:
        self._console = console

    def process_renderables(self, renderables: list[ConsoleRenderable]) -> list[ConsoleRenderable]:
        """Replace texts by visible ones."""
        return [self._visible(item) if isinstance(item, Text) else item for item in renderables]

    def _visible(self, text: Text) -> Text:
        """Rebuild a text from its styled parts, as other characters have other positions."""
        line = text.copy()
        line.end = ""
        parts = [(visible(part.text), part.style or "") for part in line.render(self._console)]
        return Text.assemble(*parts, style=text.style, end=text.end, no_wrap=text.no_wrap, overflow=text.overflow)


def new_console(*, stderr: bool = False) -> Console:
    """Create a console on which everything is visible, and nothing is markup.

    Args:
        stderr: Whether it is standard error.
    """
    console = Console(highlight=False, markup=False, emoji=False, soft_wrap=True, stderr=stderr)
    console.push_render_hook(_VisibleText(console))
    return console


out = new_console()
err = new_console(stderr=True)

_json_is_missing = False


def expect_json(arguments: Sequence[str]) -> None:
    """Start a run, which owes one JSON document on standard output if `--json` is among its arguments.

    Args:
        arguments: The raw command line, since an invalid one is never parsed.
    """
    global _json_is_missing
    options = arguments[: arguments.index("--")] if "--" in arguments else arguments
    _json_is_missing = "--json" in options


def print_json(document: Any) -> None:
    """Print the JSON document that `--json` promises.

    Args:
        document: Anything that `json.dumps` accepts. It is written in ASCII, which every terminal's encoding can print.
    """
    global _json_is_missing
    _json_is_missing = False
    sys.stdout.write(json.dumps(document, indent=2) + "\n")
    sys.stdout.flush()


def print_json_line(document: Any) -> None:
    """Print one of several JSON documents, on a line of its own, at once; the arguments are those of `print_json`."""
    global _json_is_missing
    _json_is_missing = False
    sys.stdout.write(json.dumps(document) + "\n")
    sys.stdout.flush()


def print_document(text: str) -> None:
    """Print a document for other tools as it is; what the output's encoding lacks is escaped.

    Args:
        text: The document, with its last line end.
    """
    sys.stdout.write(text)
    sys.stdout.flush()


def print_failure(message: str, exit_code: int, code: str = "") -> None:
    """Print an error on standard error; with `--json` also on standard output, unless a document was printed already.

    Args:
        message: What is wrong and what to do.
        exit_code: The exit code of the program.
        code: A stable name of the reason for machines; empty when there is none.
    """
    print_lines(f"error: {message}")
    if not _json_is_missing:
        return
    with suppress(CliError):  # the error may be that this cannot be written
        print_json({"error": message, "exitCode": exit_code, **({"code": code} if code else {})})


def print_lines(text: str) -> None:
    """Print a text on standard error that may have several lines, such as a traceback."""
    sys.stderr.write("".join(f"{line}\n" for line in visible_lines(text)))


def highlighted_json(text: str) -> list[Text]:
    """Format a JSON document with colours, as the lines to print.

    Args:
        text: The document.
    """
    highlighted = Text(text)
    if not _LONG_NUMBER.search(text):
        JSONHighlighter().highlight(highlighted)
    return list(highlighted.split("\n", allow_blank=True))
