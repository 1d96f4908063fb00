"""Checks the package: whether it can be built and loaded, and whether Lambda accepts its size."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from biot_plugin_cli.archive.size_limits import PackageTooLarge
from biot_plugin_cli.check.dependencies import check_dependencies
from biot_plugin_cli.check.finding import Finding, split_message
from biot_plugin_cli.check.image import check_dockerfile, check_layers
from biot_plugin_cli.check.loading import check_loading
from biot_plugin_cli.check.source_files import check_source_files
from biot_plugin_cli.errors import CliError, InvalidPlugin, PluginImportError
from biot_plugin_cli.hooks.loaded_files import Loaded
from biot_plugin_cli.manifest.image_settings import ImageSettings
from biot_plugin_cli.plugin.repository import Plugin
from biot_plugin_cli.terminal.scratch import temporary_folder

if TYPE_CHECKING:
    from biot_plugin_cli.archive.zip_file import Entry

__all__ = ["check_package"]


def check_package(plugin: Plugin, codes: Collection[str], here: Loaded | None = None) -> Iterator[Finding]:
    """Check what a package is built from; if that is valid and locked, build it in a temporary folder, and load it.

    Args:
        plugin: The plugin.
        codes: The codes of earlier findings.
        here: What the import of the plugin's folder loads; None if it cannot be imported, then the package is not
            loaded either.
    """
    is_image = plugin.manifest.package == "image" and not plugin.is_invalid("image")
    if is_image and ImageSettings.of(plugin.manifest.image).builder != "layers":
        yield from check_dockerfile(plugin)
        return
    entries, findings = check_source_files(plugin, codes)
    findings += check_dependencies(plugin)
    yield from findings
    if _can_be_built(plugin, findings) and _has_known_dependencies(plugin):
        yield from _check_build(plugin, codes, here)
        if is_image:
            yield from check_layers(plugin)
    else:
        yield from _check_source_size(entries)


def _can_be_built(plugin: Plugin, findings: list[Finding]) -> bool:
    blocked = any(finding.severity == "error" or finding.code == "package-unknown" for finding in findings)
    return not blocked and not plugin.is_invalid("runtime") and not plugin.is_invalid("handler")


def _has_known_dependencies(plugin: Plugin) -> bool:
    """Whether the dependencies are locked, or declared to be none, so that nothing has to be resolved."""
    from biot_plugin_cli.dependencies.lock import is_locked
    from biot_plugin_cli.dependencies.pyproject import Project

    document = plugin.file.document
    return is_locked(plugin.root) or ("project" in document and Project.of(plugin.root, document).needs_nothing)


def _check_build(plugin: Plugin, codes: Collection[str], here: Loaded | None) -> Iterator[Finding]:
    from biot_plugin_cli.package.builder import build_package

    with temporary_folder("biot-plugin-") as folder:
        try:
            package = build_package(plugin, Path(folder) / "package.zip")
            if here is not None:
                yield from check_loading(plugin, package.path, here)
        except PackageTooLarge as error:
            if plugin.manifest.package == "zip":
                yield Finding.error("package-refused", *split_message(error))
        except InvalidPlugin as error:
            yield Finding.error("package-refused", *split_message(error))
        except PluginImportError as error:
            # The finding of the import itself says more.
            if "import-failed" not in codes:
                yield Finding.error("package-refused", str(error).partition("\n")[0], "fix that line")
        except CliError as error:
            reason, advice = split_message(error)
            yield Finding.warning("package-unknown", f"Cannot check the package: {reason}", advice)


def _check_source_size(entries: list[Entry]) -> Iterator[Finding]:
    """Find whether the plugin's own files alone exceed Lambda's limits."""
    from biot_plugin_cli.archive.part_sizes import Part
    from biot_plugin_cli.archive.size_limits import MAX_UNPACKED_BYTES, MAX_ZIPPED_BYTES, check_limits

    unpacked = sum(len(entry.content) for entry in entries)
    # Compressing takes seconds; only between these sizes can it change the result.
    zipped = _zipped_size(entries) if MAX_ZIPPED_BYTES < unpacked <= MAX_UNPACKED_BYTES else 0
    try:
        check_limits(zipped, unpacked, [Part(None, None, zipped, unpacked, len(entries))])
    except InvalidPlugin as error:
        yield Finding.error("package-refused", *split_message(error))


def _zipped_size(entries: list[Entry]) -> int:
    from biot_plugin_cli.archive.zip_file import write_zip

    with temporary_folder("biot-plugin-") as folder:
        write_zip(Path(folder) / "own.zip", entries)
        return (Path(folder) / "own.zip").stat().st_size
