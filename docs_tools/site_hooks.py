"""Hooks of mkdocs, for what is made of the code whenever the site is built.

A line `::: commands PROGRAM` of a page becomes the reference of that program's commands, and `::: settings` that of
`[tool.biot-plugin]`.
"""

from __future__ import annotations

import re
from typing import Any

from docs_tools.commands_page import reference
from docs_tools.settings_page import settings_table

__all__ = ["on_page_markdown"]

_COMMANDS = re.compile(r"^::: commands (\S+)$", re.MULTILINE)
_SETTINGS = re.compile(r"^::: settings$", re.MULTILINE)


def on_page_markdown(markdown: str, **_: Any) -> str:
    """Replace the lines that stand for a reference."""
    with_commands = _COMMANDS.sub(lambda match: reference(match[1]), markdown)
    return _SETTINGS.sub(lambda _: settings_table(), with_commands)
