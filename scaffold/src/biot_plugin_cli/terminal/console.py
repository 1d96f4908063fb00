"""Output of the commands: text with colours for people, one JSON document for machines.

Colours appear on a terminal only, and not where `NO_COLOR` is set; rich decides both. Much of the text comes from
elsewhere: none of it is markup, nothing in it controls the terminal, and each text that is printed is one line.
"""

from __future__ import annotations

import json
import os
import re
import sys
from collections.abc import Iterable, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Any, TypeAlias

from biot_plugin_cli.errors import CliError
from biot_plugin_cli.terminal.plain_text import visible, visible_lines

if TYPE_CHECKING:
    from rich.console import Console

__all__ = [
    "Part",
    "err",
    "expect_json",
    "is_plain",
    "out",
    "print_all",
    "print_document",
    "print_failure",
    "print_highlighted",
    "print_json",
    "print_json_line",
    "print_lines",
    "print_parts",
]

out: Console
err: Console

Part: TypeAlias = "str | tuple[str, str]"
"""A text of a line, or a text with its style."""

#: What the highlighter takes for a number with a letter after it grows with the square of its digits.
_LONG_NUMBER = re.compile(r"(?<!\d)\d{100}")


def __getattr__(name: str) -> Console:
    """Make a console when it is first asked for: much that a command prints needs none."""
    if name not in ("out", "err"):
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from biot_plugin_cli.terminal.start.visible_text import new_console

    console = globals()[name] = new_console(stderr=name == "err")
    return console


# By these, what is no terminal can get colours.
_COLOUR_VARIABLES = ("FORCE_COLOR", "TTY_COMPATIBLE")
# What rich leaves out of each text.
_LEFT_OUT = str.maketrans("", "", "\a\b\v\f\r")

_json_is_missing = False


def is_plain(*, stderr: bool = False) -> bool:
    """Whether nobody sees colours on a standard stream, so that nothing that makes them need be loaded.

    Args:
        stderr: Whether it is standard error.
    """
    stream = sys.stderr if stderr else sys.stdout
    return not stream.isatty() and not any(name in os.environ for name in _COLOUR_VARIABLES)


def print_parts(*parts: Part, stderr: bool = False) -> None:
    """Print one line of parts, as `out` and `err` would.

    Args:
        *parts: Texts, or texts with their styles.
        stderr: Whether to print it on standard error.
    """
    print_all([parts], stderr=stderr)


def print_all(lines: Iterable[Sequence[Part]], *, stderr: bool = False) -> None:
    """Print lines of parts, as `print_parts` prints one; however many they are, at once where nobody sees colours.

    Args:
        lines: The lines.
        stderr: Whether to print them on standard error.
    """
    if is_plain(stderr=stderr):
        stream = sys.stderr if stderr else sys.stdout
        stream.write("".join(map(_plain_line, lines)))
        stream.flush()
        return
    from rich.text import Text

    console = __getattr__("err") if stderr else __getattr__("out")
    for parts in lines:
        console.print(Text.assemble(*parts))


def _plain_line(parts: Sequence[Part]) -> str:
    texts = (part if isinstance(part, str) else part[0] for part in parts)
    return "".join(visible(text.translate(_LEFT_OUT)) for text in texts) + "\n"


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


def print_highlighted(text: str) -> None:
    """Print a JSON document, with colours where somebody sees them.

    Args:
        text: The document.
    """
    if is_plain():
        print_all([line] for line in text.split("\n"))
        return
    from rich.highlighter import JSONHighlighter
    from rich.text import Text

    highlighted = Text(text)
    if not _LONG_NUMBER.search(text):
        JSONHighlighter().highlight(highlighted)
    for line in highlighted.split("\n", allow_blank=True):
        __getattr__("out").print(line)
