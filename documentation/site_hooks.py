"""Hooks of mkdocs: a line `::: commands PROGRAM` of a page becomes the reference of that program's commands."""

from __future__ import annotations

import re
from typing import Any

from documentation.commands_page import reference

__all__ = ["on_page_markdown"]

_LINE = re.compile(r"^::: commands (\S+)$", re.MULTILINE)


def on_page_markdown(markdown: str, **_: Any) -> str:
    """Replace the lines that stand for a reference."""
    return _LINE.sub(lambda match: reference(match[1]), markdown)
