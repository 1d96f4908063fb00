"""Discovers a plugin's hooks, by importing it in its own interpreter."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from biot_plugin_cli.hooks.import_failure import ImportFailure, failure_of_exit
from biot_plugin_cli.hooks.loaded_files import Loaded
from biot_plugin_cli.hooks.probe_process import run_bounded
from biot_plugin_cli.plugin.local_function import local_function
from biot_plugin_cli.plugin.source_location import SourceLocation
from biot_plugin_cli.terminal.scratch import temporary_folder

if TYPE_CHECKING:
    from biot_emulator import Function
    from biot_plugin_cli.plugin.repository import Plugin

__all__ = ["Hooks", "InvalidHook", "discover_hooks"]

_PROBE = Path(__file__).with_name("probe.py")
_INIT_SECONDS = 10.0
# Time for starting the interpreter, which is not the plugin's fault on a slow machine.
_START_SECONDS = 10.0
# Nothing listens on this port: the plugin is imported only, and handles no event.
_NO_RUNTIME_API = "127.0.0.1:9"


@dataclass(frozen=True, slots=True)
class InvalidHook:
    """A hook that the framework rejects while the plugin is imported.

    Attributes:
        kind: The hook's kind, such as `SCHEDULED`.
        message: The framework's error message.
        is_decorator: Whether an argument of the decorator is invalid; otherwise the function is.
        location: The location of the function.
    """

    kind: str
    message: str
    is_decorator: bool
    location: SourceLocation


@dataclass(frozen=True, slots=True)
class Hooks:
    """The hooks that a plugin's decorators declare.

    Attributes:
        subscriptions: `interceptions` and `notifications`, in the platform's format (contract section 6.4).
        cron_schedule: The schedule (contract section 6.3); None for none.
        has_framework: Whether the entry point is made with the framework; without it, the hooks are unknown.
        module: The file of the entry point's module; None if it has none.
        locations: The locations of the functions: of `interceptions` and `notifications` in their order, of the
            `schedule`, and of the `calls` of the plugin's own URL.
        invalid_hooks: The hooks that the framework rejects; empty unless they were requested.
        plugins: How many `Plugin` objects there are, whether or not the entry point refers to them.
        loaded: What the import loaded.
    """

    subscriptions: Mapping[str, Any]
    cron_schedule: str | None
    has_framework: bool
    module: str | None = None
    locations: Mapping[str, Sequence[SourceLocation]] = field(default_factory=dict)
    invalid_hooks: Sequence[InvalidHook] = ()
    plugins: int = 0
    loaded: Loaded = field(default_factory=Loaded)


def discover_hooks(
    plugin: Plugin,
    variables: Mapping[str, str] | None = None,
    *,
    platform: Mapping[str, str] | None = None,
    lenient: bool = False,
) -> Hooks:
    """Import a plugin as Lambda would, and discover its hooks.

    Args:
        plugin: The plugin.
        variables: Environment variables that take precedence over all others.
        platform: The environment variables that the platform sets; if None, those of a local key and token service,
            which runs during the import.
        lenient: Whether to report invalid hooks, and an entry point that refers to no `Plugin`, in the result instead
            of raising an error.

    Raises:
        PluginNotImported: It cannot be imported, ends its process or takes longer than Lambda's 10 seconds. The
            message is followed by the last lines of the traceback, or of the plugin's output.
        NoHandler: There is no entry point.
        OperationFailed: There is no interpreter, or it cannot be started.
    """
    from biot_emulator import Ums

    python = plugin.python
    with ExitStack() as stack:
        if platform is None:
            platform = stack.enter_context(Ums()).plugin_environment
        folder = Path(stack.enter_context(temporary_folder("biot-plugin-")))
        function = local_function(plugin, python, platform, variables)
        result = _run_probe(function, plugin.target.python, folder, lenient=lenient)
    if isinstance(result, ImportFailure):
        raise result.to_error(plugin.manifest, function)
    return result


def _run_probe(function: Function, version: str, folder: Path, *, lenient: bool) -> Hooks | ImportFailure:
    from biot_emulator import lambda_environment

    report, stack = folder / "report", folder / "stack"
    environment = lambda_environment(function, _NO_RUNTIME_API, version)
    # Without -B, bytecode would be stale if a file changes twice within a second.
    command = [function.interpreter.absolute(), "-s", "-B", _PROBE, function.handler, report, stack, _INIT_SECONDS]
    options = ["--lenient"] if lenient else []
    completed = run_bounded([*map(str, command), *options], function.root, environment, _START_SECONDS + _INIT_SECONDS)
    if report.exists():
        document = json.loads(report.read_text(encoding="utf-8"))
        return ImportFailure(**document["failure"]) if "failure" in document else _parse_hooks(**document)
    stack_dump = stack.read_text(encoding="utf-8") if stack.exists() else ""
    return failure_of_exit(completed, stack_dump, _PROBE.name, function.root, _INIT_SECONDS)


def _parse_hooks(
    locations: Mapping[str, Sequence[dict[str, Any]]],
    invalid_hooks: Sequence[dict[str, Any]],
    loaded: dict[str, Any],
    **attributes: Any,
) -> Hooks:
    return Hooks(
        **attributes,
        loaded=Loaded.of(loaded),
        locations={name: [SourceLocation(**location) for location in group] for name, group in locations.items()},
        invalid_hooks=[
            InvalidHook(**{**hook, "location": SourceLocation(**hook["location"])}) for hook in invalid_hooks
        ],
    )
