"""Output of the commands: text with colours for people, one JSON document for machines.

Colours appear on a terminal only, and not where `NO_COLOR` is set; rich decides both.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from typing import Any

from rich.console import Console

__all__ = ["err", "expect_json", "out", "print_failure", "print_json", "print_json_line"]

out = Console(highlight=False, soft_wrap=True)
err = Console(highlight=False, soft_wrap=True, stderr=True)

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


def print_failure(message: str, exit_code: int, code: str = "") -> None:
    """Print an error on standard error; with `--json` also on standard output, unless a document was printed already.

    Args:
        message: What is wrong and what to do.
        exit_code: The exit code of the program.
        code: A stable name of the reason for machines; empty when there is none.
    """
    sys.stderr.write(f"error: {message}\n")
    if _json_is_missing:
        print_json({"error": message, "exitCode": exit_code, **({"code": code} if code else {})})
