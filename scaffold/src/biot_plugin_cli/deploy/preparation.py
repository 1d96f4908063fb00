"""Prepares a plugin for a deployment, wherever it goes: plugin -> checks -> package or image -> it is loaded."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from biot_plugin_cli.archive.cache_folder import scratch_folder
from biot_plugin_cli.check.finding import Finding
from biot_plugin_cli.check.loading import check_loading
from biot_plugin_cli.check.runner import CheckResult, check
from biot_plugin_cli.deploy.report import print_warnings
from biot_plugin_cli.errors import CliError, InvalidPlugin, PluginImportError, UsageError
from biot_plugin_cli.hooks.discovery import Hooks
from biot_plugin_cli.image.artifact import Image, UnbuiltImage
from biot_plugin_cli.image.bill import bill_of, write_bill
from biot_plugin_cli.image.examination import building, predict, require_acceptable
from biot_plugin_cli.image.report import print_notes
from biot_plugin_cli.loading.image_code import MAX_UNPACKED_BYTES, write_code_of
from biot_plugin_cli.package.builder import build_package
from biot_plugin_cli.package.built import Package
from biot_plugin_cli.package.report import showing_progress
from biot_plugin_cli.plugin.repository import Plugin

__all__ = ["prepared"]


@contextmanager
def prepared(
    plugin: Plugin,
    builder: str | None = None,
    *,
    on_lambda: bool = True,
    find_present: Callable[[UnbuiltImage], UnbuiltImage | Image | None] = lambda _: None,
) -> Iterator[tuple[Hooks, Package | Image | UnbuiltImage]]:
    """Check a plugin, build its package or its image, and load what was built; warnings are printed.

    Args:
        plugin: The plugin.
        builder: What builds its image, as the user has typed it; None for what the manifest says.
        on_lambda: Whether AWS will run it, and not the emulator, which needs less of an image.
        find_present: Returns an image that is deployed already, or was pushed, or None. It is called where what an
            image will be is known before it is built, as with a container engine, whose builds take long: what is
            there is not built.

    Raises:
        CliError: It cannot be imported or built, or what was built cannot be loaded.
    """
    if plugin.manifest.package == "image":
        hooks = _require_no_errors(plugin)
        predicted = predict(plugin, builder)
        present = find_present(predicted) if predicted else None
        if present is not None:
            yield hooks, present
            return
        with building(plugin, builder) as (image, problems):
            require_acceptable(problems, on_lambda=on_lambda)
            _load_image(plugin, hooks, image)
            write_bill(image, bill_of(plugin))
            print_notes(image.notes)
            yield hooks, image
        return
    if builder:
        raise UsageError(
            f"--builder is for container images, and {plugin.manifest.name} is deployed as a zip file: leave it out, "
            "or set package = 'image' in pyproject.toml"
        )
    hooks = _require_no_errors(plugin)
    yield hooks, _build_package(plugin, hooks)


def _build_package(plugin: Plugin, hooks: Hooks) -> Package:
    with showing_progress() as progress:
        package = build_package(plugin, progress=progress)
        progress("Loading the package")
        findings = check_loading(plugin, package.path, hooks.loaded)
    _require_loading(findings)
    return package


def _load_image(plugin: Plugin, hooks: Hooks, image: Image) -> None:
    # What an engine has built needs what is in its base, and cannot be loaded here.
    if image.builder != "layers":
        return
    with scratch_folder(plugin.root) as folder, showing_progress() as progress:
        code = folder / "code.zip"
        if write_code_of(image, code):
            progress("Loading the code of the image")
            findings = check_loading(plugin, code, hooks.loaded)
        else:
            findings = [_not_loaded(plugin)]
    _require_loading(findings)


def _not_loaded(plugin: Plugin) -> Finding:
    return Finding.warning(
        "image-not-loaded",
        f"The code of the image has more than {MAX_UNPACKED_BYTES // 1024**2} MB, and was not loaded before deploying",
        "see that it starts where it is deployed",
        plugin.location_of("package"),
    )


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
