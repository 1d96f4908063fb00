"""`biot-plugin package`: the zip that the platform runs."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

__all__ = ["package"]


def package(
    output: Annotated[
        Path | None, typer.Option("--output", "-o", metavar="FILE", help="The zip; dist/NAME.zip if not given.")
    ] = None,
    report: Annotated[bool, typer.Option("--report", help="Show what takes how much of it.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
) -> None:
    """Make the plugin's package: its own files and its dependencies, for the runtime that it has on the platform.

    Only wheels are installed, for the platform's processor and Python and whatever this machine is. The same files and
    the same lock make the same bytes. A bill of materials (CycloneDX) is written beside the zip.
    """
    from biot_plugin_cli.package.builder import build_package, compiling_python
    from biot_plugin_cli.package.report import print_document, print_package, showing_progress
    from biot_plugin_cli.plugin.manifest import Manifest

    manifest = Manifest.load()
    with showing_progress() as progress:
        made = build_package(manifest, compiling_python(manifest), output, progress=progress)
    if as_json:
        print_document(made, report=report)
    else:
        print_package(made, report=report)
