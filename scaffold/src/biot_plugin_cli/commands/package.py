"""`biot-plugin package`: builds the zip that the platform runs."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from biot_plugin_cli.commands.options import AsJson, Environment

if TYPE_CHECKING:
    from collections.abc import Sequence

    from biot_plugin_cli.package.built import Package
    from biot_plugin_cli.package.contents import LeftOutFile, PackagedFile

__all__ = ["package"]


def package(
    output: Annotated[
        Path | None, typer.Option("--output", "-o", metavar="FILE", help="The zip; dist/NAME.zip if left out.")
    ] = None,
    environment: Environment = None,
    listing: Annotated[
        bool, typer.Option("--list", help="List each file in the package, and what was left out and why.")
    ] = False,
    report: Annotated[bool, typer.Option("--report", help="Show the size of each part.")] = False,
    as_json: AsJson = False,
) -> None:
    """Build the plugin's package: its own files and its dependencies, for its runtime on the platform.

    Only wheels for the platform's processor and Python are installed, whatever this machine is. The same files and the
    same lock result in the same bytes. A bill of materials (CycloneDX) is written beside the zip. What git does not
    track and goes in nevertheless is named.
    """
    from biot_plugin_cli.dependencies.question import lock_checked_meanwhile
    from biot_plugin_cli.errors import InvalidPlugin
    from biot_plugin_cli.plugin.repository import Plugin

    plugin = Plugin.load(environment=environment)
    if plugin.manifest.package == "image":
        raise InvalidPlugin(
            f"{plugin.manifest.name} is deployed as a container image and has no zip: build it with biot-plugin image "
            "build, or set package = 'zip' in pyproject.toml"
        )
    with lock_checked_meanwhile(plugin.root, plugin.manifest.runtime):
        from biot_plugin_cli.package.builder import build_package
        from biot_plugin_cli.package.report import print_document, print_package, showing_progress

        with showing_progress() as progress:
            built = build_package(plugin, output, progress=progress)
    show = print_document if as_json else print_package
    show(built, report=report, contents=_contents(built, plugin.root) if listing else None)


def _contents(built: Package, root: Path) -> tuple[Sequence[PackagedFile], Sequence[LeftOutFile]]:
    from biot_plugin_cli.package.contents import left_out_files, packaged_files

    return packaged_files(built, root), left_out_files(root)
