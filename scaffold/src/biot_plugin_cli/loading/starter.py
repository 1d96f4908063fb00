"""Starts the runtime client on an extracted package, and reports what the package loads.

It is run as `python -S starter.py CLIENT HANDLER ...`, where the rest is the command of the client, by every
Python that plugins run under. `BIOT_PLUGIN_STARTER` has its settings, and is removed before the plugin is imported:
`report`, the file to write as soon as the handler's module is imported, or has failed; `hidden`, the folders of this
machine that Lambda does not have; and `packages`, where this machine has the packages that Lambda's runtime brings.
"""

from __future__ import annotations

import errno
import importlib
import importlib.machinery
import json
import os
import site
import sys
from collections.abc import Sequence
from types import ModuleType
from typing import Any

# Only for these three imports: the plugin must not be able to import other modules from there.
sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__)))))  # noqa: PTH100, PTH120
from biot_plugin_cli.hooks.observation import Observation, describe_exception
from biot_plugin_cli.loading.lambda_file_system import LambdaFileSystem
from biot_plugin_cli.loading.lambda_packages import LAMBDA_PACKAGES

del (
    sys.path[0],
    sys.modules["biot_plugin_cli"],
    sys.modules["biot_plugin_cli.hooks"],
    sys.modules["biot_plugin_cli.loading"],
)

__all__ = ["main"]

_SETTINGS = "BIOT_PLUGIN_STARTER"


class _LambdaPackages:
    """Finds, after everything else, the packages that Lambda's runtime brings."""

    def __init__(self, folders: list[str], file_system: LambdaFileSystem) -> None:
        self._folders = folders
        self._file_system = file_system
        self._own = {name for folder in folders for name in LAMBDA_PACKAGES if _has(folder, name)}
        for folder in folders:
            for name in self._own:
                file_system.show(os.path.join(folder, name))  # noqa: PTH118
                file_system.show(os.path.join(folder, f"{name}.py"))  # noqa: PTH118

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        """Find one of the packages; Python calls this for what no other finder has found."""
        if path is not None or fullname not in self._own:
            return None
        self._file_system.enabled = False
        try:
            return importlib.machinery.PathFinder.find_spec(fullname, self._folders, target)
        finally:
            self._file_system.enabled = True


class _NoSharedMemory:
    """The semaphores of multiprocessing on Lambda, which has no shared memory to put them in."""

    SEM_VALUE_MAX = 0x7FFFFFFF

    def __new__(cls, *_: Any) -> _NoSharedMemory:
        raise OSError(errno.ENOSYS, os.strerror(errno.ENOSYS))


def main(client: str, handler: str, *arguments: str) -> None:
    """Prepare the process, then run the client in it.

    Args:
        client: The program of the client.
        handler: Its first argument: module and attribute of the plugin's entry point.
        arguments: The rest of its arguments.
    """
    settings = json.loads(os.environ.pop(_SETTINGS))
    # As without -S.
    site.setquit()
    site.setcopyright()
    site.sethelper()
    sys.dont_write_bytecode = True
    multiprocessing: Any = importlib.import_module("_multiprocessing")
    multiprocessing.SemLock = _NoSharedMemory
    # The folder of AWS's client, if the interpreter does not have it.
    own = [argument for argument in arguments if os.path.isdir(argument)]  # noqa: PTH112
    root = os.environ["LAMBDA_TASK_ROOT"]
    prefixes = [sys.base_prefix, os.path.realpath(sys.base_prefix), os.path.dirname(os.__file__)]  # noqa: PTH120
    folders = [os.path.dirname(os.path.abspath(client)), *own, *prefixes]  # noqa: PTH100, PTH120
    file_system = LambdaFileSystem(root, settings["hidden"], folders)
    finder: Any = _LambdaPackages(settings["packages"], file_system)
    sys.meta_path.append(finder)
    _report_import(handler.rpartition(".")[0].replace("/", "."), settings["report"], file_system, folders)
    sys.argv[:] = [client, handler, *arguments]
    with open(client, encoding="utf-8") as program:  # noqa: PTH123
        code = compile(program.read(), client, "exec")
    exec(code, {"__name__": "__main__", "__file__": client})  # noqa: S102


def _report_import(handler_module: str, report: str, file_system: LambdaFileSystem, prefixes: list[str]) -> None:
    """Write the report when the client has imported the handler's module, as both clients do."""
    import_module = importlib.import_module

    def observed(name: str, package: str | None = None) -> ModuleType:
        if name != handler_module:
            return import_module(name, package)
        importlib.import_module = import_module
        observation, failure = Observation(), None
        try:
            return import_module(name, package)
        except BaseException as error:
            failure = describe_exception(error)
            raise
        finally:
            file_system.enabled = False
            _write(report, {**observation.end(), "failure": failure, "prefixes": prefixes})

    importlib.import_module = observed


def _write(report: str, document: dict[str, Any]) -> None:
    with open(report, "w", encoding="utf-8") as file:  # noqa: PTH123
        json.dump(document, file)


def _has(folder: str, name: str) -> bool:
    return os.path.exists(os.path.join(folder, name)) or os.path.exists(os.path.join(folder, f"{name}.py"))  # noqa: PTH110, PTH118


if __name__ == "__main__":
    main(*sys.argv[1:])
