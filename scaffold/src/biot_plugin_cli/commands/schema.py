"""`biot-plugin schema`: prints the JSON Schema of the manifest."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

__all__ = ["schema"]


def schema(
    pyproject: Annotated[
        bool,
        typer.Option("--pyproject", help="The schema of a whole pyproject.toml, which leaves its other tables open."),
    ] = False,
    also: Annotated[
        list[str] | None,
        typer.Option(
            "--also", metavar="URL", help="With --pyproject: another schema that is to count besides; repeatable."
        ),
    ] = None,
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", metavar="FILE", help="The file to write; standard output if left out."),
    ] = None,
) -> None:
    """Print the JSON Schema of [tool.biot-plugin], by which editors complete and check pyproject.toml.

    It has the rules of biot-plugin check, as far as a schema can express them. Nothing is fetched to make it; an editor
    fetches what --also names.
    """
    from biot_plugin_cli.errors import UsageError
    from biot_plugin_cli.manifest.schema.documents import file_schema
    from biot_plugin_cli.manifest.schema.files import format_schema, load_table_schema
    from biot_plugin_cli.terminal.console import err, print_json
    from biot_plugin_cli.terminal.file_writer import write_atomically

    if also and not pyproject:
        raise UsageError("--also is about a whole file: add --pyproject")
    document = load_table_schema()
    if pyproject:
        document = file_schema(document, also or ())
    if output is None:
        print_json(document)
        return
    write_atomically(output, format_schema(document).encode())
    err.print(f"Wrote {output}")
