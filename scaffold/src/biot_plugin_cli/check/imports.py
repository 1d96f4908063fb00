"""Checks that the plugin can be imported by the runtime's Python, and that its handler and hooks are valid."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from biot_plugin_cli.check.finding import Finding, split_message
from biot_plugin_cli.errors import CliError
from biot_plugin_cli.hooks.discovery import Hooks, InvalidHook, discover_hooks
from biot_plugin_cli.hooks.import_failure import NoHandler, PluginNotImported
from biot_plugin_cli.plugin.invocation_errors import IMPORT_ADVICE
from biot_plugin_cli.plugin.repository import Plugin
from biot_plugin_cli.plugin.source_location import SourceLocation

__all__ = ["IMPORT_CODES", "check_import"]

IMPORT_CODES = ("handler-missing", "import-failed")
"""The codes of findings which mean that the plugin cannot be imported."""


def check_import(plugin: Plugin) -> tuple[Hooks | None, list[Finding]]:
    """Import the plugin; return its hooks, or None if it cannot be imported, and the findings."""
    if plugin.is_invalid("handler") or plugin.is_invalid("runtime"):
        return None, []
    try:
        hooks = discover_hooks(plugin, lenient=True)
    except NoHandler as error:
        return None, [_missing_handler(plugin, error)]
    except PluginNotImported as error:
        return None, [_failed_import(plugin, error)]
    except CliError as error:
        return None, [Finding.error("python-missing", *split_message(error), plugin.location_of("runtime"))]
    return hooks, [*_check_handler(plugin, hooks), *(_invalid_hook(plugin, hook) for hook in hooks.invalid_hooks)]


def _missing_handler(plugin: Plugin, error: NoHandler) -> Finding:
    handler = plugin.manifest.handler
    advice = f"write handler = plugin.handler there, or set handler in pyproject.toml, which is {handler!r} now"
    return Finding.error(
        "handler-missing", f"There is no {handler}: {error.reason}", advice, _location_of(plugin, error)
    )


def _failed_import(plugin: Plugin, error: PluginNotImported) -> Finding:
    if error.reason.startswith("ModuleNotFoundError"):
        advice = "add the missing module to the dependencies in pyproject.toml, and run make setup"
    elif (name := error.reason.removeprefix("KeyError: ").strip("'")) != error.reason and name in os.environ:
        advice = f"set {name} in [tool.biot-plugin.environment]: on Lambda, nothing of your shell's environment is set"
    else:
        default = "fix that line" if error.location.file else "run biot-plugin config to see the plugin's last output"
        advice = IMPORT_ADVICE.get(error.type, default)
    reason = error.reason.removesuffix(_python_location(error.location))
    location = _location_of(plugin, error)
    return Finding.error("import-failed", f"The plugin cannot be imported: {reason}", advice, location)


def _location_of(plugin: Plugin, error: PluginNotImported) -> SourceLocation:
    return plugin.relative(error.location) if error.location.file else plugin.location_of("handler")


def _python_location(location: SourceLocation) -> str:
    """Format a location as the message of a SyntaxError does, where it repeats that of the finding."""
    return f" ({Path(location.file).name}, line {location.line})" if location.file else ""


def _check_handler(plugin: Plugin, hooks: Hooks) -> Iterator[Finding]:
    handler = plugin.manifest.handler
    module = plugin.relative(SourceLocation(hooks.module))
    if hooks.module is None or not _is_in_repository(Path(hooks.module), plugin.root):
        yield Finding.error(
            "handler-foreign",
            f"{handler} is not in this repository, but in {hooks.module or 'no file at all'}",
            "give the plugin an entry point of its own, such as index.py",
            plugin.location_of("handler"),
        )
    elif not hooks.has_framework and hooks.plugins:
        yield Finding.error(
            "handler-foreign",
            f"{handler} belongs to no Plugin object, so none of its hooks would be called",
            "write handler = plugin.handler",
            module,
        )
    elif not hooks.has_framework:
        yield Finding.warning(
            "hooks-unknown",
            f"{handler} does not use biot_plugin, so its subscriptions are unknown",
            "subscribe it on the platform yourself, or use the framework",
            module,
        )
    elif not any(hooks.locations.values()) and not hooks.invalid_hooks:
        yield Finding.warning(
            "no-hooks",
            "The plugin has no hooks, so the platform never calls it",
            "decorate a function, and import its module in the entry point",
            module,
        )


def _invalid_hook(plugin: Plugin, hook: InvalidHook) -> Finding:
    code = "cron-invalid" if hook.is_decorator and hook.kind == "SCHEDULED" else "hook-invalid"
    advice = "fix the arguments of the decorator" if hook.is_decorator else "fix the function"
    location = plugin.relative(hook.location)
    # The finding has the location itself; those of other functions stay.
    message = hook.message.replace(f"{plugin.root}/", "").replace(f" ({location})", "")
    return Finding.error(code, message, advice, location)


def _is_in_repository(file: Path, root: Path) -> bool:
    return file.is_relative_to(root) and not {"site-packages", ".venv"}.intersection(file.relative_to(root).parts)
