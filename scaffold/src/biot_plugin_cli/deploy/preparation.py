"""Prepares a plugin for a deployment, wherever it goes: plugin -> checks -> package or image -> it is loaded."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from biot_plugin_cli.archive.cache_folder import scratch_folder
from biot_plugin_cli.check.finding import Finding
from biot_plugin_cli.check.loading import check_loading
from biot_plugin_cli.check.runner import CheckResult, check
from biot_plugin_cli.dependencies.stage import Progress
from biot_plugin_cli.deploy.report import print_notes, print_warnings
from biot_plugin_cli.errors import CliError, InvalidPlugin, PluginImportError, UsageError
from biot_plugin_cli.hooks.discovery import Hooks
from biot_plugin_cli.image.artifact import Image
from biot_plugin_cli.image.builder import build_image
from biot_plugin_cli.loading.image_code import write_code_of
from biot_plugin_cli.manifest.image_settings import Builder
from biot_plugin_cli.package.builder import Package, build_package
from biot_plugin_cli.package.report import showing_progress
from biot_plugin_cli.plugin.repository import Plugin

__all__ = ["prepared", "require_image"]


@contextmanager
def prepared(plugin: Plugin, builder: Builder | None = None) -> Iterator[tuple[Hooks, Package | Image]]:
    """Check a plugin, build its package or its image, and load what was built; warnings are printed.

    Args:
        plugin: The plugin.
        builder: What builds its image; None for what the manifest says.

    Raises:
        CliError: It cannot be imported or built, or what was built cannot be loaded.
    """
    is_image = plugin.manifest.package == "image"
    if builder and not is_image:
        require_image(plugin)
    hooks = _require_no_errors(plugin)
    if not is_image:
        yield hooks, _build_package(plugin, hooks)
        return
    with scratch_folder(plugin.root) as folder:
        with showing_progress() as progress:
            image = _build_image(plugin, hooks, folder, builder, progress)
        print_notes(image.notes)
        yield hooks, image


def require_image(plugin: Plugin) -> None:
    """Require a plugin that is deployed as a container image.

    Raises:
        UsageError: It is deployed as a zip file.
    """
    if plugin.manifest.package != "image":
        raise UsageError(
            f"{plugin.manifest.name} is deployed as a zip file, not as a container image: set package = 'image' in "
            "pyproject.toml, or run biot-plugin deploy without --builder"
        )


def _build_package(plugin: Plugin, hooks: Hooks) -> Package:
    with showing_progress() as progress:
        package = build_package(plugin, progress=progress)
        progress("Loading the package")
        findings = check_loading(plugin, package.path, hooks.loaded)
    _require_loading(findings)
    return package


def _build_image(plugin: Plugin, hooks: Hooks, folder: Path, builder: Builder | None, progress: Progress) -> Image:
    build, code = folder / "image", folder / "code.zip"
    build.mkdir()
    image = build_image(plugin, build, builder=builder, progress=progress)
    # What an engine has built needs what is in its base, and cannot be loaded here.
    if image.builder == "layers" and write_code_of(image, code):
        progress("Loading the code of the image")
        _require_loading(check_loading(plugin, code, hooks.loaded))
    return image


def _require_loading(findings: list[Finding]) -> None:
    loading = CheckResult(tuple(findings))
    if loading.errors:
        raise _first_error(loading)
    print_warnings(loading.findings)


def _require_no_errors(plugin: Plugin) -> Hooks:
    """Check a plugin and return its hooks; the first error is raised, and warnings are printed."""
    # Packaging checks the dependencies itself.
    result = check(plugin, packaging=False)
    if result.hooks and not result.errors:
        print_warnings(result.findings)
        return result.hooks
    raise _first_error(result)


def _first_error(result: CheckResult) -> CliError:
    first = result.findings[0]
    location = f"{first.location}: " if first.line else ""
    more = f" (and {result.errors - 1} more: run biot-plugin check)" if result.errors > 1 else ""
    error_class = PluginImportError if result.exit_code == PluginImportError.exit_code else InvalidPlugin
    return error_class(f"{location}{first.message}; {first.advice}{more}")
