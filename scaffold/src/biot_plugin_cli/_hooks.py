"""What a plugin's decorators say, read by importing the plugin in its own interpreter."""

from __future__ import annotations

import json
import os
import re
import tempfile
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from biot_plugin_cli._errors import CliError
from biot_plugin_cli._hooks_process import Ended, run_bounded
from biot_plugin_cli._watch import is_own

if TYPE_CHECKING:
    from biot_emulator import Function
    from biot_plugin_cli._manifest import Manifest

__all__ = ["Hooks", "read_hooks"]

_PROBE = Path(__file__).with_name("_hooks_probe.py")
_INIT_SECONDS = 10.0
# How long before the limit the plugin is asked where it stands.
_NOTICE_SECONDS = 0.5
_LAST_LINES = 12
# No port of this machine listens there: the plugin is imported, and serves nobody.
_NO_RUNTIME_API = "127.0.0.1:9"
_FRAME = re.compile(r'^  File "(?P<file>.+)", line (?P<line>\d+) in ', re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Hooks:
    """What a plugin wants to be called for.

    Attributes:
        subscriptions: `subscriptions` of the plugin's configuration, with the lists `interceptions` and
            `notifications` (contract section 6.4).
        cron_schedule: Its `cronSchedule`, or None (contract section 6.3).
        made_with_framework: Whether its handler is a `biot_plugin.Plugin`; otherwise its code tells nothing, and the
            lists are empty.
        import_ms: Milliseconds that importing it took.
    """

    subscriptions: dict[str, list[dict[str, Any]]]
    cron_schedule: str | None
    made_with_framework: bool
    import_ms: float


def read_hooks(
    manifest: Manifest, platform: Mapping[str, str] | None = None, variables: Mapping[str, str] | None = None
) -> Hooks:
    """Import a plugin as Lambda would, and read its hooks.

    Args:
        manifest: The plugin.
        platform: The variables that the platform puts into its environment; where None, those of a key and token
            service of its own, which runs meanwhile.
        variables: Environment variables that win over all others.

    Raises:
        PluginImportError: It cannot be imported, ends its process or takes longer than Lambda's 10 seconds. The
            sentence is followed by the last lines of the traceback, or of what the plugin printed.
        OperationFailed: There is no interpreter for it, or it does not run.
    """
    from biot_emulator import Ums
    from biot_plugin_cli._local_function import local_function

    with ExitStack() as stack:
        if platform is None:
            platform = stack.enter_context(Ums()).plugin_environment
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="biot-plugin-")))
        function = local_function(manifest, platform, variables)
        ended = _probe(function, manifest.runtime, folder)
        found = _read_report(folder) or _unreported(ended, folder, function.root)
    if failed := found.get("error"):
        raise _failure(failed, manifest, function)
    return Hooks(**found)


def _probe(function: Function, runtime: str, folder: Path) -> Ended:
    from biot_emulator import lambda_environment

    # No bytecode is written: a change within the same second would be taken for what it was before.
    command = [function.python.absolute(), "-s", "-B", _PROBE, function.handler, folder / "report", folder / "place"]
    environment = lambda_environment(function, _NO_RUNTIME_API, runtime.removeprefix("python"))
    notice = max(_INIT_SECONDS - _NOTICE_SECONDS, _NOTICE_SECONDS)
    return run_bounded([*map(str, command), str(notice)], function.root, environment, _INIT_SECONDS)


def _read_report(folder: Path) -> dict[str, Any] | None:
    report = folder / "report"
    return json.loads(report.read_text(encoding="utf-8")) if report.exists() else None


def _unreported(ended: Ended, folder: Path, root: Path) -> dict[str, Any]:
    if ended.exit_code is None:
        place = folder / "place"
        dump = place.read_text(encoding="utf-8") if place.exists() else ""
        message = f"after {_INIT_SECONDS:g} s it was not done{_stands_at(dump, root)}"
        return {"error": {"type": "Sandbox.Timedout", "message": message, "traceback": []}}
    how = f"exit status {ended.exit_code}" if ended.exit_code >= 0 else f"signal {-ended.exit_code}"
    message = f"its process ended with {how}"
    return {"error": {"type": "Runtime.ExitError", "message": message, "traceback": ended.last_lines}}


def _stands_at(dump: str, root: Path) -> str:
    """Tell the innermost line of the plugin's own that the importing thread is at."""
    threads = dump.split("\n\n")
    importing = next((thread for thread in threads if _PROBE.name in thread), "")
    for frame in _FRAME.finditer(importing):
        file = Path(os.path.relpath(frame["file"], root))
        if is_own(file):
            return f", and still at line {frame['line']} of {file}"
    return ""


def _failure(failed: dict[str, Any], manifest: Manifest, function: Function) -> CliError:
    from biot_emulator import InvocationError
    from biot_plugin_cli._invoke_failure import failure_of
    from biot_plugin_cli._invoke_secrets import Secrets

    secrets = Secrets((), function.environment.get("BIOT_SERVICE_USER_SECRET_KEY", ""))
    error = InvocationError(failed["type"], failed["message"], "init")
    sentence = failure_of(error, manifest, secrets, shown_by="the text below")
    lines = [secrets.hide_all(line) for line in failed["traceback"][-_LAST_LINES:]]
    return type(sentence)("\n".join([str(sentence), *lines]))
