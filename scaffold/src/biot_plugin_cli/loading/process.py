"""Loads a plugin's package as Lambda does: extracted, in the runtime client, and with nothing else on the path."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from biot_plugin_cli.hooks.loaded_files import Loaded
from biot_plugin_cli.plugin.local_function import local_function
from biot_plugin_cli.terminal.scratch import temporary_folder

if TYPE_CHECKING:
    from biot_emulator import Function, InvocationError
    from biot_plugin_cli.plugin.repository import Plugin

__all__ = ["Cause", "LoadFailure", "PackageLoad", "load_package"]

_STARTER = Path(__file__).with_name("starter.py")
# Nothing of the environment's own programs, such as the scripts of installed packages.
_PATH = "/usr/local/bin:/usr/bin:/bin"


@dataclass(frozen=True, slots=True)
class Cause:
    """An exception that contributed to a failure.

    Attributes:
        type: The name of its class.
        message: Its message.
        module: The module that an ImportError names.
        imported: What an ImportError says cannot be imported from that module.
        file: The file that an OSError names; relative to the package, if it is inside or beside it.
        code: The error number of an OSError.
        frames: File and line of each frame, outermost first; those of the package are relative to it.
    """

    type: str
    message: str
    module: str | None = None
    imported: str | None = None
    file: str | None = None
    code: int | None = None
    frames: Sequence[tuple[str, int]] = ()


@dataclass(frozen=True, slots=True)
class LoadFailure:
    """Why a package cannot be loaded.

    Attributes:
        type: The error type, in Python's terms if the plugin raised it, otherwise in Lambda's.
        message: The error message.
        causes: The exceptions, innermost first; empty if the plugin raised none.
    """

    type: str
    message: str
    causes: tuple[Cause, ...] = ()

    @classmethod
    def of(cls, document: dict[str, Any], root: Path) -> Self:
        """Read the report of an exception.

        Args:
            document: The report.
            root: The folder of the extracted package.
        """
        causes = []
        for cause in document["causes"]:
            file = cause["file"] and _relative(cause["file"], root)
            frames = [(_relative(frame, root), line) for frame, line in cause["frames"]]
            message = cause["message"].replace(f"{root}/", "")
            causes.append(Cause(**{**cause, "file": file, "frames": frames, "message": message}))
        return cls(document["type"], document["message"].replace(f"{root}/", ""), tuple(causes))


@dataclass(frozen=True, slots=True)
class PackageLoad:
    """The result of loading a package.

    Attributes:
        root: The folder that the package was extracted to; it is gone.
        loaded: What was loaded; None if the process ended, or was ended, before it could say that.
        failure: Why the package cannot be loaded; None if it was loaded.
        prefixes: The folders of the interpreter and of the runtime client.
    """

    root: Path
    loaded: Loaded | None = None
    failure: LoadFailure | None = None
    prefixes: tuple[str, ...] = ()


def load_package(plugin: Plugin, code: bytes, search_path: Sequence[str] = ()) -> PackageLoad:
    """Load a package, within Lambda's limits of time and the function's of memory.

    Args:
        plugin: The plugin.
        code: The zip file.
        search_path: The folders in which the plugin's environment has its packages; of them, only those that Lambda's
            runtime brings can be imported.

    Raises:
        OperationFailed: There is no interpreter.
        SandboxUnavailable: The process cannot be started.
        InvalidCode: The package cannot be extracted.
    """
    from biot_emulator import Ums
    from biot_emulator.runtime.code_archive import extract_code
    from biot_emulator.runtime.code_manifest import seal

    python = plugin.python
    with ExitStack() as stack:
        platform = stack.enter_context(Ums()).plugin_environment
        folder = Path(os.path.realpath(stack.enter_context(temporary_folder("biot-plugin-"))))
        root = folder / "code"
        root.mkdir()
        extract_code(code, root)
        seal(root)
        report = folder / "report"
        settings = {
            "report": str(report),
            "hidden": [*_hidden_folders(plugin), *search_path],
            "packages": list(search_path),
        }
        variables = {"BIOT_PLUGIN_STARTER": json.dumps(settings), "PATH": _PATH, **plugin.manifest.environment}
        function = local_function(plugin.copied_to(root), python, platform, variables)
        return _load(_isolated(function), report)


def _isolated(function: Function) -> Function:

    return function._replace(isolated=True, starter=_STARTER)


def _load(function: Function, report: Path) -> PackageLoad:
    from biot_emulator import Runtime

    with Runtime(function) as runtime:
        error = runtime.start().wait_until_ready()
        document = json.loads(report.read_text(encoding="utf-8")) if report.exists() else None
        loaded = Loaded.of(document) if document else None
        prefixes = tuple(document["prefixes"]) if document else ()
        return PackageLoad(function.root, loaded, _failure(document, error, function.root), prefixes)


def _failure(document: dict[str, Any] | None, error: InvocationError | None, root: Path) -> LoadFailure | None:
    if document and document["failure"]:
        return LoadFailure.of(document["failure"], root)
    return LoadFailure(error.type, error.message) if error else None


def _hidden_folders(plugin: Plugin) -> list[str]:
    """List the folders of this machine that a plugin may have hard-coded, and that Lambda does not have."""
    home = os.path.expanduser("~")  # noqa: PTH111 - never raises
    roots = {str(plugin.root), os.path.realpath(plugin.root), home, os.path.realpath(home)}
    return sorted(roots - {"/", "~"})


def _relative(file: str, root: Path) -> str:
    # Its parent has nothing else, so what the plugin looks for there is beside its own folder on the author's machine.
    return os.path.relpath(file, root) if file.startswith(f"{root.parent}/") else file
