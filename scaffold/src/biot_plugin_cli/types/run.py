"""The whole way: templates, the module so far, the text of the new one, the file."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from biot_plugin_cli.errors import OperationFailed, UsageError
from biot_plugin_cli.terminal.file_writer import write_atomically
from biot_plugin_cli.types.differences import Change, changes
from biot_plugin_cli.types.generation import Generated, generate
from biot_plugin_cli.types.identifiers import is_identifier
from biot_plugin_cli.types.module_text import ModuleText
from biot_plugin_cli.types.options import Options
from biot_plugin_cli.types.request import Request
from biot_plugin_cli.types.templates.documents import Document, read_documents, write_documents

__all__ = ["Fetch", "Outcome", "run"]

Fetch: TypeAlias = "Callable[[str | None], list[Document]]"
"""Fetches all templates of the platform of an environment; of the one that the variables name for None."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of it.

    Attributes:
        output: The module.
        options: What it is made with.
        generated: Its text, and what is to be said of it.
        is_current: Whether the file had this text before.
        changes: What has changed since it was written before.
        is_written: Whether it was written.
        saved: The file of the templates; None where none was written.
    """

    output: Path
    options: Options
    generated: Generated
    is_current: bool
    changes: tuple[Change, ...] = ()
    is_written: bool = False
    saved: Path | None = None


def run(request: Request, fetch: Fetch) -> Outcome:
    """Write a module, or see whether it is what would be written.

    Args:
        request: What the user asks for.
        fetch: Fetches all templates of the platform of an environment, or of the one that the variables name.

    Raises:
        CliError: The templates cannot be read, or something cannot be written; the module is as it was then.
    """
    if request.check and request.save is not None:
        raise UsageError("--check writes nothing, and --save writes the templates: leave one of them out")
    if request.output.suffix != ".py" or not is_identifier(request.output.stem):
        raise UsageError(f"{request.output} is no module that can be imported: name one such as biot_types.py with -o")
    previous = ModuleText.read(request.output)
    if request.check and previous is None:
        raise OperationFailed(f"There is no {request.output}: write it with biot-plugin types -o {request.output}")
    options = request.options(previous.header.options if previous else None)
    source = options.source_beside(request.output)
    documents = fetch(options.environment) if request.asks_platform or source is None else read_documents(source)
    generated = generate(documents, options, previous)
    is_current = previous is not None and previous.text == generated.text
    if request.save is not None:
        write_documents(request.save, documents)
    is_written = not request.check and not is_current
    if is_written:
        write_atomically(request.output, generated.text.encode())
    is_same_kind = previous is not None and previous.header.options.models == options.models
    differences = changes(previous, generated.module) if previous and is_same_kind else ()
    return Outcome(request.output, options, generated, is_current, differences, is_written, request.save)
