"""What a plugin's decorators say: found by importing it in its own interpreter."""

from __future__ import annotations

import json
import os
import subprocess
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from biot_plugin_cli._errors import OperationFailed, PluginImportError
from biot_plugin_cli._manifest import Manifest

__all__ = ["HookMistake", "Hooks", "NoHandler", "Place", "PluginNotImported", "read_hooks"]

_PROBE = Path(__file__).with_name("_hooks_probe.py")
_INIT_SECONDS = 10
_LAST_LINES = 6


@dataclass(frozen=True, slots=True)
class Place:
    """Where something is in the code; both are None where nobody can tell.

    Attributes:
        file: The absolute path of its file.
        line: Its line.
    """

    file: str | None = None
    line: int | None = None


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
        cron_schedule: When it is called by the clock; None for never.
        has_framework: Whether the entry point is the framework's; where it is not, nobody can tell its hooks.
        module: The file of the entry point's module; None where it has none.
        places: Where the functions are: of `interceptions` and `notifications` in their order, of the `schedule`, and
            of the `calls` of the plugin's own address.
        mistakes: Hooks that cannot be; looked for only where they were asked for.
        plugins: How many Plugins of the framework were made; counted only where mistakes were asked for.
    """

    subscriptions: Mapping[str, Any]
    cron_schedule: str | None
    has_framework: bool
    module: str | None = None
    places: Mapping[str, Sequence[Place]] = field(default_factory=dict)
    mistakes: Sequence[HookMistake] = ()
    plugins: int = 0


class PluginNotImported(PluginImportError):
    """The plugin's code raised an error while it was imported.

    Attributes:
        place: The plugin's own line that is nearest to the error.
        said: The error in one line.
    """

    def __init__(self, message: str, said: str = "", place: Place | None = None) -> None:
        super().__init__(message)
        self.said = said or message
        self.place = place or Place()


class NoHandler(PluginNotImported):
    """There is no entry point where the manifest says that it is."""


def read_hooks(manifest: Manifest, python: Path, variables: Mapping[str, str], *, lenient: bool = False) -> Hooks:
    """Import a plugin as Lambda would, and read its hooks.

    Args:
        manifest: The plugin.
        python: The interpreter that has what the plugin needs.
        variables: Environment variables that win over the plugin's own.
        lenient: Whether hooks that cannot be are told among the mistakes, instead of ending the import.

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
    exit_code, written, output = _run(manifest, python, environment, *(["--lenient"] if lenient else []))
    if not written:
        said = f"its process ended with {exit_code} at import, which must neither exit nor end it"
        raise PluginNotImported(f"The plugin cannot be imported: {said}{_last(output)}", said)
    found = json.loads(written)
    if error := found.get("error"):
        raise _failure(error)
    places = {name: [Place(**place) for place in each] for name, each in found.get("places", {}).items()}
    return Hooks(
        found["subscriptions"],
        found["cronSchedule"],
        has_framework=found["framework"],
        module=found["module"],
        places=places,
        mistakes=[_mistake(**mistake) for mistake in found["mistakes"]],
        plugins=found["plugins"],
    )


def _mistake(file: str | None, line: int | None, **attributes: Any) -> HookMistake:
    return HookMistake(**attributes, place=Place(file, line))


def _failure(error: Mapping[str, Any]) -> PluginNotImported:
    said = " ".join(f"{error['type']}: {error['message']}".split())
    message = f"The plugin cannot be imported: {said}{_last(error['traceback'][:-1])}"
    kind = NoHandler if error["noHandler"] else PluginNotImported
    return kind(message, said, Place(error["file"], error["line"]))


def _run(
    manifest: Manifest, python: Path, environment: Mapping[str, str], *options: str
) -> tuple[int, bytes, list[str]]:
    """Run the probe; give its exit code, what it wrote, and the plugin's own output."""
    reader, writer = os.pipe()
    with os.fdopen(reader, "rb") as pipe:
        try:
            process = subprocess.Popen(  # noqa: S603
                [python.absolute(), "-s", _PROBE, manifest.handler, str(writer), *options],
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
        said = (
            f"it took longer than the {_INIT_SECONDS} seconds that Lambda gives; "
            "do less at import, and the rest on the first event"
        )
        raise PluginNotImported(f"The plugin cannot be imported: {said}", said) from None
    return output.decode(errors="replace").splitlines()


def _last(lines: list[str]) -> str:
    """The last lines of a traceback, below the sentence."""
    return "".join(f"\n  {line}" for line in lines[-_LAST_LINES:])
