"""What a plugin's decorators say: found by importing it in its own interpreter."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from biot_plugin_cli.hooks.import_failure import Failure, failure_at_end
from biot_plugin_cli.hooks.probe_process import run_bounded
from biot_plugin_cli.plugin.local_function import local_function
from biot_plugin_cli.plugin.source_location import Place

if TYPE_CHECKING:
    from biot_emulator import Function
    from biot_plugin_cli.plugin.manifest import Manifest

__all__ = ["HookMistake", "Hooks", "read_hooks"]

_PROBE = Path(__file__).with_name("probe.py")
_INIT_SECONDS = 10.0
# What this machine may need until its interpreter begins with the plugin, which is not the plugin's doing.
_START_SECONDS = 10.0
# No port of this machine listens there: the plugin is imported, and serves nobody.
_NO_RUNTIME_API = "127.0.0.1:9"


@dataclass(frozen=True, slots=True)
class HookMistake:
    """A hook that cannot be, which the framework refuses while the plugin is imported.

    Attributes:
        kind: The hook's kind, such as `SCHEDULED`.
        message: What is wrong, as the framework says it.
        impossible: Whether what the decorator was given cannot be; otherwise something is wrong with the function.
        place: Where the function is.
    """

    kind: str
    message: str
    impossible: bool
    place: Place


@dataclass(frozen=True, slots=True)
class Hooks:
    """What a plugin is called for.

    Attributes:
        subscriptions: `interceptions` and `notifications`, in the platform's words (contract section 6.4).
        cron_schedule: When it is called by the clock (contract section 6.3); None for never.
        has_framework: Whether the entry point is the framework's; where it is not, nobody can tell its hooks.
        module: The file of the entry point's module; None where it has none.
        places: Where the functions are: of `interceptions` and `notifications` in their order, of the `schedule`, and
            of the `calls` of the plugin's own address.
        mistakes: Hooks that cannot be; looked for only where they were asked for.
        plugins: How many Plugins of the framework there are, whether or not the entry point leads to them.
    """

    subscriptions: Mapping[str, Any]
    cron_schedule: str | None
    has_framework: bool
    module: str | None = None
    places: Mapping[str, Sequence[Place]] = field(default_factory=dict)
    mistakes: Sequence[HookMistake] = ()
    plugins: int = 0


def read_hooks(
    manifest: Manifest,
    python: Path,
    variables: Mapping[str, str] | None = None,
    *,
    platform: Mapping[str, str] | None = None,
    lenient: bool = False,
) -> Hooks:
    """Import a plugin as Lambda would, and read its hooks.

    Args:
        manifest: The plugin.
        python: The interpreter that has what the plugin needs.
        variables: Environment variables that win over all others.
        platform: The variables that the platform puts into its environment; where None, those of a key and token
            service of its own, which runs meanwhile.
        lenient: Whether hooks that cannot be, and an entry point that leads to no Plugin although there is one, are
            told, instead of being refused.

    Raises:
        PluginNotImported: It cannot be imported, ends its process or takes longer than Lambda's 10 seconds. The
            sentence is followed by the last lines of the traceback, or of what the plugin printed.
        NoHandler: There is no entry point.
        OperationFailed: The interpreter cannot be started.
    """
    from biot_emulator import Ums

    with ExitStack() as stack:
        if platform is None:
            platform = stack.enter_context(Ums()).plugin_environment
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="biot-plugin-")))
        function = local_function(manifest, python, platform, variables)
        found = _probed(function, manifest.runtime, folder, lenient=lenient)
    if isinstance(found, Failure):
        raise found.error(manifest, function)
    return found


def _probed(function: Function, runtime: str, folder: Path, *, lenient: bool) -> Hooks | Failure:
    from biot_emulator import lambda_environment

    report, stack = folder / "report", folder / "stack"
    environment = lambda_environment(function, _NO_RUNTIME_API, runtime.removeprefix("python"))
    # No bytecode is written: a change within the same second would be taken for what it was before.
    command = [function.python.absolute(), "-s", "-B", _PROBE, function.handler, report, stack, _INIT_SECONDS]
    options = ["--lenient"] if lenient else []
    ended = run_bounded([*map(str, command), *options], function.root, environment, _START_SECONDS + _INIT_SECONDS)
    if report.exists():
        found = json.loads(report.read_text(encoding="utf-8"))
        return Failure(**found["failure"]) if "failure" in found else _hooks(**found)
    stood = stack.read_text(encoding="utf-8") if stack.exists() else ""
    return failure_at_end(ended, stood, _PROBE.name, function.root, _INIT_SECONDS)


def _hooks(
    places: Mapping[str, Sequence[dict[str, Any]]], mistakes: Sequence[dict[str, Any]], **attributes: Any
) -> Hooks:
    return Hooks(
        **attributes,
        places={name: [Place(**place) for place in each] for name, each in places.items()},
        mistakes=[HookMistake(**{**mistake, "place": Place(**mistake["place"])}) for mistake in mistakes],
    )
