"""Prepares a plugin for a deployment, wherever it goes: plugin -> checks -> package -> the package is loaded."""

from __future__ import annotations

import hashlib

from biot_plugin_cli.check.loading import check_loading
from biot_plugin_cli.check.runner import CheckResult, check
from biot_plugin_cli.deploy.report import print_warnings
from biot_plugin_cli.errors import CliError, InvalidPlugin, OperationFailed, PluginImportError
from biot_plugin_cli.hooks.discovery import Hooks
from biot_plugin_cli.package.builder import Package, build_package
from biot_plugin_cli.package.report import showing_progress
from biot_plugin_cli.plugin.repository import Plugin

__all__ = ["prepare", "read_package"]


def prepare(plugin: Plugin) -> tuple[Hooks, Package]:
    """Check a plugin, package it, and load the package; warnings are printed.

    Raises:
        CliError: It cannot be imported or packaged, or the package cannot be loaded.
    """
    hooks = _require_no_errors(plugin)
    with showing_progress() as progress:
        package = build_package(plugin, progress=progress)
        progress("Loading the package")
        loading = CheckResult(tuple(check_loading(plugin, package.path, hooks.loaded)))
    if loading.errors:
        raise _first_error(loading)
    print_warnings(loading.findings)
    return hooks, package


def read_package(package: Package) -> bytes:
    """Read a package's zip file.

    Raises:
        OperationFailed: Another build has replaced it.
    """
    content = package.path.read_bytes()
    if hashlib.sha256(content).hexdigest() != package.sha256:
        raise OperationFailed(f"{package.path} was changed after it was built: run this command again")
    return content


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
