"""The builder that needs no container engine: a base, a layer of dependencies, and one of the plugin's own code.

    lock file -> wheels -> dependencies + source files -> layers -> configuration -> manifest

Files, bytecode and order are those of a zip package, so that both run the same code from the same folder.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from biot_plugin_cli.archive.bytecode import LAMBDA_ROOT, require_runtime
from biot_plugin_cli.dependencies.lock import locked_distributions
from biot_plugin_cli.dependencies.pyproject import Project
from biot_plugin_cli.dependencies.stage import Progress, Selection
from biot_plugin_cli.dependencies.wheel_selection import require_wheels
from biot_plugin_cli.image.artifact import Image
from biot_plugin_cli.image.assembly import assemble
from biot_plugin_cli.image.base import EMPTY
from biot_plugin_cli.image.build_time import build_time
from biot_plugin_cli.image.configuration import AddedLayer, Start
from biot_plugin_cli.image.dependency_layer import build_dependency_layer
from biot_plugin_cli.image.layer import write_layer
from biot_plugin_cli.package.compilation import compile_sources, find_compiler, no_bytecode_note
from biot_plugin_cli.package.handler_module import check_handler
from biot_plugin_cli.package.name_conflicts import check_names
from biot_plugin_cli.package.source_files import load_source_files
from biot_plugin_cli.plugin.repository import Plugin

__all__ = ["build_of_layers"]


def build_of_layers(plugin: Plugin, folder: Path, progress: Progress) -> Image:
    """Build the image of a plugin; the arguments and errors are those of `build_image`."""
    added, notes = _plugin_layers(plugin, folder, progress)
    variables = {"LAMBDA_TASK_ROOT": LAMBDA_ROOT}
    start = Start((plugin.manifest.handler,), working_directory=LAMBDA_ROOT, variables=variables)
    return assemble(plugin, EMPTY, added, start, notes)


def _plugin_layers(plugin: Plugin, folder: Path, progress: Progress) -> tuple[Sequence[AddedLayer], list[str]]:
    """Build the layers of the dependencies, if there are any, and of the source files."""
    manifest, python, target = plugin.manifest, find_compiler(plugin), plugin.target
    if python:
        require_runtime(python, manifest.runtime)
    project = Project.of(plugin.root, plugin.file.document)
    entries = load_source_files(plugin.root, target)
    check_handler(entries, manifest.handler)
    locked, note = locked_distributions(project, target)
    require_wheels(locked, target)
    layers, owners, time = [], {}, build_time()
    if locked:
        selection = Selection.of(locked, plugin.root)
        dependencies = build_dependency_layer(
            selection, plugin.root, target, python, folder / "dependencies", progress, place=LAMBDA_ROOT, mtime=time
        )
        owners = dependencies.owners
        layers.append(AddedLayer(dependencies.layer, f"{len(locked)} dependencies of {manifest.name}"))
    check_names(entries, owners)
    progress("Adding the source files")
    compiled = compile_sources(entries, python, folder, target) if python else []
    source = write_layer(folder / "source.tar.gz", LAMBDA_ROOT, [*entries, *compiled], mtime=time)
    notes = (note, None if python else no_bytecode_note(target))
    return [*layers, AddedLayer(source, f"source files of {manifest.name}")], [*filter(None, notes)]
