"""`biot-plugin types`: writes the types of the customer's entities, from the templates of the platform."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from biot_plugin_cli.commands.options import AsJson, Environment
from biot_plugin_cli.types.options import ModelKind

__all__ = ["types"]


def types(
    output: Annotated[Path, typer.Option("--output", "-o", metavar="FILE", help="The module.")] = Path("biot_types.py"),
    environment: Environment = None,
    source: Annotated[
        Path | None,
        typer.Option("--from", metavar="FILE", help="Read the templates from a file, such as one that --save wrote."),
    ] = None,
    save: Annotated[
        Path | None, typer.Option("--save", metavar="FILE", help="Write the templates to a file, which git can keep.")
    ] = None,
    models: Annotated[
        ModelKind | None,
        typer.Option("--models", help="The kind of models; at first TypedDicts.", show_default=False),
    ] = None,
    templates: Annotated[
        list[str] | None,
        typer.Option("--template", metavar="NAME", help="Only this template, also as TYPE/NAME; can be repeated."),
    ] = None,
    check: Annotated[
        bool, typer.Option("--check", help="Write nothing; exit with 1 if the module is not what would be written.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Write types for the entities of each template of the platform: what is read, and what creates and changes them.

    What is not said stays as it was when the module was written before. Names of classes and fields in it may be
    changed, and stay changed.
    """
    from biot_plugin_cli.deploy.destination import platform_client
    from biot_plugin_cli.terminal.console import print_json
    from biot_plugin_cli.types.report import outcome_document, print_outcome
    from biot_plugin_cli.types.request import Request
    from biot_plugin_cli.types.run import run
    from biot_plugin_cli.types.templates.documents import fetch_documents

    outcome = run(
        Request(output, environment, source, save, models, tuple(templates or ()), check),
        lambda name: fetch_documents(platform_client(name)),
    )
    if as_json:
        print_json(outcome_document(outcome))
    else:
        print_outcome(outcome)
    if check and not outcome.is_current:
        raise typer.Exit(1)
