"""Checks that the package itself can be loaded, and that it loads what the plugin's folder loads."""

from __future__ import annotations

import platform
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from biot_plugin_cli.archive.shared_libraries import is_library
from biot_plugin_cli.check.finding import Finding, split_message
from biot_plugin_cli.check.load_failure import explain_failure, missing_code
from biot_plugin_cli.errors import OperationFailed
from biot_plugin_cli.hooks.loaded_files import Loaded
from biot_plugin_cli.plugin.repository import Plugin
from biot_plugin_cli.plugin.source_location import SourceLocation

if TYPE_CHECKING:
    from biot_plugin_cli.loading.comparison import Comparison
    from biot_plugin_cli.loading.process import PackageLoad

__all__ = ["check_loading"]

_MACHINES = frozenset(["x86_64", "AMD64"])


def check_loading(plugin: Plugin, package: Path, here: Loaded) -> list[Finding]:
    """Load a package, and compare that with the plugin's folder.

    Args:
        plugin: The plugin.
        package: Its package, a zip file.
        here: What the import of its folder loads.
    """
    from biot_emulator import EmulatorError
    from biot_plugin_cli.loading.comparison import Comparison
    from biot_plugin_cli.loading.process import load_package

    with zipfile.ZipFile(package) as archive:
        names = frozenset(archive.namelist())
    if reason := _foreign(names):
        return [_unknown(plugin, reason, "run biot-plugin check on x86_64 Linux, for example in CI")]
    comparison = Comparison(plugin, here, names)
    try:
        load = load_package(plugin, package.read_bytes(), comparison.places.installed)
    except OperationFailed as error:
        return [_unknown(plugin, *split_message(error))]
    except EmulatorError as error:
        return [_unknown(plugin, str(error), "run biot-plugin config to see whether the plugin starts at all")]
    return sorted(_compare(plugin, comparison, load), key=lambda finding: finding.sort_key)


def _compare(plugin: Plugin, comparison: Comparison, load: PackageLoad) -> Iterator[Finding]:
    from biot_plugin_cli.loading.lambda_libraries import libraries_of_this_machine
    from biot_plugin_cli.loading.lambda_packages import packages_of_lambda

    missing = {item.key: item for item in comparison.missing(load)}
    shadowed = [_shadowed(*module) for module in comparison.shadowed(load)]
    yield from shadowed
    if load.failure and not shadowed:
        finding, cause = explain_failure(plugin, comparison, load.failure, list(missing.values()))
        yield finding
        missing.pop(cause.key if cause else "", None)
    of_lambda = packages_of_lambda(load)
    missing = {key: item for key, item in missing.items() if key not in of_lambda}
    if of_lambda:
        yield Finding.warning(
            "module-of-lambda",
            f"The package lacks {', '.join(of_lambda)}, so what Lambda brings is loaded, whose version AWS changes",
            f"add {of_lambda[0]} to dependencies in pyproject.toml, and run make setup",
        )
    for item in missing.values():
        yield Finding.warning(
            missing_code(item),
            f"The package lacks {item.subject}, which the plugin loads here, since {item.explanation.reason}",
            item.explanation.advice,
        )
    for library in libraries_of_this_machine(load):
        yield Finding.error(
            "library-not-packaged",
            f"The package loads {library} of this machine, which Lambda does not have",
            "use a wheel that contains the library, or add it to the plugin's files",
            plugin.location_of("handler"),
        )
    if not load.failure:
        yield from _check_conditions(comparison, load)


def _shadowed(name: str, file: str) -> Finding:
    message = f"{file} is never loaded on Lambda, whose runtime has loaded the module {name} of Python's before"
    return Finding.error("module-shadowed", message, "rename your file", SourceLocation(file))


def _check_conditions(comparison: Comparison, load: PackageLoad) -> Iterator[Finding]:
    names = comparison.not_loaded(load)
    # What belongs to a module that is reported has the same reason.
    for name in [name for name in names if not any(name.startswith(f"{other}.") for other in names)]:
        yield Finding.warning(
            "module-not-loaded",
            f"The package has the module {name}, but does not load it, as the plugin's folder does",
            "see on what its import depends, such as a file that the package lacks",
        )


def _foreign(names: frozenset[str]) -> str | None:
    """Return why this machine cannot load a package; None if it can."""
    system, machine = platform.system(), platform.machine()
    if (system == "Linux" and machine in _MACHINES) or not any(map(is_library, names)):
        return None
    return f"it has libraries for x86_64 Linux, and this machine is {machine} {system}"


def _unknown(plugin: Plugin, reason: str, advice: str) -> Finding:
    message = f"The package was not loaded to see whether it runs: {reason}"
    return Finding.warning("package-not-loaded", message, advice, plugin.location_of("runtime"))
