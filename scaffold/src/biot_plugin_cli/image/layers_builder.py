"""The builder that needs no container engine: a base, a layer of dependencies, and one of the plugin's own code.

    lock file -> wheels -> dependencies + source files -> layers -> configuration -> manifest

Files, bytecode and order are those of a zip package, so that both run the same code from the same folder.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from biot_plugin_cli.archive.bytecode import LAMBDA_ROOT, require_runtime
from biot_plugin_cli.dependencies.components import Component
from biot_plugin_cli.dependencies.lock import locked_distributions
from biot_plugin_cli.dependencies.locked_distribution import LockedDistribution
from biot_plugin_cli.dependencies.pyproject import Project
from biot_plugin_cli.dependencies.stage import Progress, Selection
from biot_plugin_cli.dependencies.wheel_selection import require_wheels
from biot_plugin_cli.image.artifact import Image
from biot_plugin_cli.image.assembly import assemble
from biot_plugin_cli.image.bases.contents import find_client, read_contents
from biot_plugin_cli.image.bases.foundation import EMPTY, Base
from biot_plugin_cli.image.bases.resolution import resolve_base
from biot_plugin_cli.image.build_time import build_time
from biot_plugin_cli.image.configuration import Start
from biot_plugin_cli.image.layers.dependencies import build_dependency_layer
from biot_plugin_cli.image.layers.runtime_client import CLIENT, CLIENT_FOLDER, build_client_layer
from biot_plugin_cli.image.layers.writer import AddedLayer, write_layer
from biot_plugin_cli.manifest.image_settings import ImageSettings
from biot_plugin_cli.manifest.members.extra_rules import NO_BASE
from biot_plugin_cli.package.compilation import compile_sources, find_compiler, no_bytecode_note
from biot_plugin_cli.package.handler_module import check_handler
from biot_plugin_cli.package.name_conflicts import check_names
from biot_plugin_cli.package.sbom import bill_of_materials, wheel_hashes
from biot_plugin_cli.package.source_files import load_source_files
from biot_plugin_cli.plugin.repository import Plugin

__all__ = ["build_of_layers"]


def build_of_layers(plugin: Plugin, folder: Path, progress: Progress) -> Image:
    """Build the image of a plugin; the arguments and errors are those of `build_image`."""
    own = _plugin_layers(plugin, folder, progress)
    image, more = _add_to_base(plugin, folder, own, progress)
    bill = bill_of_materials(
        plugin.manifest, image.content_hash, [*own.components, *more], own.direct, wheel_hashes(own.locked)
    )
    return replace(image, bill=bill)


@dataclass(frozen=True, slots=True)
class _Own:
    """The plugin's own layers.

    Attributes:
        layers: The layers.
        locked: The dependencies.
        direct: The names of the direct ones.
        components: What is installed of them.
        notes: Notes for the user.
    """

    layers: list[AddedLayer]
    locked: Sequence[LockedDistribution]
    direct: frozenset[str]
    components: tuple[Component, ...]
    notes: list[str]


def _add_to_base(plugin: Plugin, folder: Path, own: _Own, progress: Progress) -> tuple[Image, tuple[Component, ...]]:
    """Add layers to the base; also return what was added besides."""
    settings, notes = ImageSettings.of(plugin.manifest.image), own.notes
    name = settings.base_for(plugin.manifest.runtime)
    if name == NO_BASE:
        return assemble(plugin, EMPTY, own.layers, _start(plugin), notes), ()
    progress(f"Looking up {name}")
    base = resolve_base(name)
    python, has_client = _find_start(base, plugin, progress)
    if python is None:
        return assemble(plugin, base, own.layers, _start(plugin), [*base.notes, *notes]), ()
    added, variables = list(own.layers), {}
    more: tuple[Component, ...] = ()
    if not has_client and CLIENT not in {distribution.name for distribution in own.locked}:
        compiler = find_compiler(plugin)
        layer, more = build_client_layer(plugin, compiler, folder / "client", progress, build_time())
        added.insert(0, layer)
        variables["PYTHONPATH"] = ":".join(filter(None, (CLIENT_FOLDER, base.variables.get("PYTHONPATH"))))
    start = replace(_start(plugin), entry_point=(python, "-m", CLIENT))
    start = replace(start, variables={**start.variables, **variables})
    return assemble(plugin, base, added, start, [*base.notes, *notes]), more


def _start(plugin: Plugin) -> Start:
    variables = {"LAMBDA_TASK_ROOT": LAMBDA_ROOT}
    return Start((plugin.manifest.handler,), working_directory=LAMBDA_ROOT, variables=variables)


def _find_start(base: Base, plugin: Plugin, progress: Progress) -> tuple[str | None, bool]:
    """Find the interpreter that starts the runtime client, and whether the base has one.

    Returns:
        None if the base starts it itself.
    """
    if find_client(base.entry_point, base.variables):
        return None, True
    progress(f"Looking for {plugin.manifest.runtime} in {base.name}")
    contents = read_contents(base)
    if contents.clients and base.entry_point:
        return None, True
    return contents.find_python(plugin.manifest.runtime, base.variables, base.name), bool(contents.clients)


def _plugin_layers(plugin: Plugin, folder: Path, progress: Progress) -> _Own:
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
    components: tuple[Component, ...] = ()
    if locked:
        selection = Selection.of(locked, plugin.root)
        dependencies = build_dependency_layer(
            selection, plugin.root, target, python, folder / "dependencies", progress, place=LAMBDA_ROOT, mtime=time
        )
        owners, components = dependencies.owners, dependencies.components
        layers.append(AddedLayer(dependencies.layer, f"{len(locked)} dependencies of {manifest.name}"))
    check_names(entries, owners)
    progress("Adding the source files")
    compiled = compile_sources(entries, python, target) if python else []
    source = write_layer(folder / "source.tar.gz", LAMBDA_ROOT, [*entries, *compiled], mtime=time)
    notes = (note, None if python else no_bytecode_note(target))
    layers.append(AddedLayer(source, f"source files of {manifest.name}"))
    return _Own(layers, locked, project.direct, components, [*filter(None, notes)])
