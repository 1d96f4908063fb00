"""Where commands print: people read colours on a terminal, machines read one JSON document."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from typing import Any

from rich.console import Console

__all__ = ["err", "expect_json", "out", "print_failure", "print_json"]

out = Console(highlight=False, soft_wrap=True)
err = Console(highlight=False, soft_wrap=True, stderr=True)

_json_is_missing = False


def expect_json(arguments: Sequence[str]) -> None:
    """Begin a run, whose standard output has one JSON document where `--json` is among its arguments.

    They are looked at as they were typed: where they are wrong, nobody has read them.
    """
    global _json_is_missing
    options = arguments[: arguments.index("--")] if "--" in arguments else arguments
    _json_is_missing = "--json" in options


def print_json(document: Any) -> None:
    """Print one JSON document, as `--json` promises.

    Args:
        document: Anything that `json.dumps` takes. Written in ASCII, so that no terminal's encoding can refuse it.
    """
    global _json_is_missing
    _json_is_missing = False
    sys.stdout.write(json.dumps(document, indent=2) + "\n")
    sys.stdout.flush()


def print_failure(sentence: str, exit_code: int, code: str = "") -> None:
    """Say what went wrong on standard error; with `--json` on standard output too, unless that has its document.

    Args:
        sentence: What, and what to do.
        exit_code: How the program ends.
        code: What machines know the reason by; empty where it has no such name.
    """
    sys.stderr.write(f"error: {sentence}\n")
    if _json_is_missing:
        print_json({"error": sentence, "exitCode": exit_code, **({"code": code} if code else {})})
