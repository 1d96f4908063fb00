"""What a plugin's decorators say: found by importing it in its own interpreter."""

from __future__ import annotations

import json
import os
import subprocess
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from biot_plugin_cli._errors import OperationFailed, PluginImportError
from biot_plugin_cli._manifest import Manifest

__all__ = ["Hooks", "read_hooks"]

_PROBE = Path(__file__).with_name("_hooks_probe.py")
_INIT_SECONDS = 10
_LAST_LINES = 6


@dataclass(frozen=True, slots=True)
class Hooks:
    """What a plugin is called for.

    Attributes:
        subscriptions: `interceptions` and `notifications`, in the platform's words (contract section 6.4).
        cron_schedule: When it is called by the clock; None for never.
        has_framework: Whether the plugin is made with the framework; where it is not, nobody can tell its hooks.
    """

    subscriptions: Mapping[str, Any]
    cron_schedule: str | None
    has_framework: bool


def read_hooks(manifest: Manifest, python: Path, variables: Mapping[str, str]) -> Hooks:
    """Import a plugin as Lambda would, and read its hooks.

    Args:
        manifest: The plugin.
        python: The interpreter that has what the plugin needs.
        variables: Environment variables that win over the plugin's own.

    Raises:
        PluginImportError: It cannot be imported.
        OperationFailed: The interpreter cannot be started.
    """
    environment = {
        "PATH": os.environ.get("PATH", os.defpath),
        "PYTHONDONTWRITEBYTECODE": "1",
        **manifest.environment,
        "BIOT_APP_NAME": manifest.display_name,
        **variables,
    }
    exit_code, written, output = _run(manifest, python, environment)
    if not written:
        raise PluginImportError(
            f"The plugin cannot be imported: its process ended with {exit_code} at import, "
            f"which must neither exit nor end it{_last(output)}"
        )
    found = json.loads(written)
    if error := found.get("error"):
        said = " ".join(f"{error['type']}: {error['message']}".split())
        raise PluginImportError(f"The plugin cannot be imported: {said}{_last(error['traceback'][:-1])}")
    return Hooks(found["subscriptions"], found["cronSchedule"], found["framework"])


def _run(manifest: Manifest, python: Path, environment: Mapping[str, str]) -> tuple[int, bytes, list[str]]:
    """Run the probe; give its exit code, what it wrote, and the plugin's own output."""
    reader, writer = os.pipe()
    with os.fdopen(reader, "rb") as pipe:
        try:
            process = subprocess.Popen(  # noqa: S603
                [python.absolute(), "-s", _PROBE, manifest.handler, str(writer)],
                cwd=manifest.root,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                pass_fds=(writer,),
                start_new_session=True,
            )
        except OSError as error:
            raise OperationFailed(f"{python} cannot be started: {error}; run make setup") from error
        finally:
            os.close(writer)
        written: list[bytes] = []
        reading = threading.Thread(target=lambda: written.append(pipe.read()), daemon=True)
        reading.start()
        output = _output(process)
        reading.join()
    return process.returncode, written[0], output


def _output(process: subprocess.Popen[bytes]) -> list[str]:
    try:
        output, _ = process.communicate(timeout=_INIT_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.communicate()
        raise PluginImportError(
            f"The plugin cannot be imported: it took longer than the {_INIT_SECONDS} seconds that Lambda gives; "
            "do less at import, and the rest on the first event"
        ) from None
    return output.decode(errors="replace").splitlines()


def _last(lines: list[str]) -> str:
    """The last lines of a traceback, below the sentence."""
    return "".join(f"\n  {line}" for line in lines[-_LAST_LINES:])
