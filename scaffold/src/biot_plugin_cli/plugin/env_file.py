"""Reads files of environment variables, as `--env-file` names them."""

from __future__ import annotations

import re
from pathlib import Path

from biot_plugin_cli.errors import UsageError
from biot_plugin_cli.terminal.input_file import read_text

__all__ = ["read_env_file"]

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


def read_env_file(file: Path | None) -> dict[str, str]:
    """Read environment variables in the dotenv format; this process's own environment is not used.

    Args:
        file: The file; `-` for standard input, None for no variables.

    Raises:
        UsageError: It cannot be read, or a line is not an assignment.
    """
    if file is None:
        return {}
    from io import StringIO

    from dotenv.parser import parse_stream

    variables: dict[str, str] = {}
    for binding in parse_stream(StringIO(read_text(file))):
        if binding.key is None and not binding.error:
            continue
        text = binding.original.string
        line = binding.original.line + len(text[: len(text) - len(text.lstrip())].splitlines())
        if binding.error or binding.value is None or not _NAME.fullmatch(binding.key or "") or "\0" in binding.value:
            raise UsageError(f"{file}, line {line}: write NAME=VALUE, with letters, digits and _ in the name")
        variables[binding.key or ""] = binding.value
    return variables
