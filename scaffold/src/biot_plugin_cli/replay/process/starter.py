"""Starts the runtime client in a process in which time and randomness are held, and that sends nothing.

It is run as `python starter.py CLIENT HANDLER ...`, where the rest is the command of the client. The variable
`BIOT_PLUGIN_REPLAY` has its settings, and is removed before the plugin is imported: `instant` and `seed`, what is held
until the first event; `allowed` and `report`, as of `ClosedNetwork`; `packages`, the folders that have the packages
which Lambda's runtime brings.
"""

from __future__ import annotations

import importlib
import importlib.machinery
import json
import os
import sys
import time
from collections.abc import Callable, Sequence
from types import ModuleType
from typing import Any

# Only for these imports: the plugin must not be able to import other modules from there.
sys.path.insert(0, os.path.abspath(f"{__file__}/../../../.."))  # noqa: PTH100
from biot_plugin_cli.loading.lambda_packages import LAMBDA_PACKAGES
from biot_plugin_cli.replay.process.closed_network import ClosedNetwork
from biot_plugin_cli.replay.process.held_clock import HeldClock
from biot_plugin_cli.replay.process.held_randomness import HeldRandomness
from biot_plugin_cli.replay.process.kernel_rules import forbid_connections

del sys.path[0]
for _name in [name for name in sys.modules if name.partition(".")[0] == "biot_plugin_cli"]:
    del sys.modules[_name]

__all__ = ["main"]

_SETTINGS = "BIOT_PLUGIN_REPLAY"
# Without it, sets would have another order in each process.
_HASH_SEED = "PYTHONHASHSEED"
_TRACE = "_X_AMZN_TRACE_ID"
_MEMBER = "biot-plugin-replay"
_monotonic = time.monotonic


class Holding:
    """What is held in this process, and from which module on.

    Args:
        instant: The time, in nanoseconds since 1970.
        seed: What all randomness follows from.
    """

    def __init__(self, instant: int, seed: int) -> None:
        self.clock = HeldClock(instant)
        self.randomness = HeldRandomness(seed)
        self._pending: dict[str, Callable[[Any], None]] = {
            "datetime": self.clock.hold_dates,
            "random": self.randomness.hold_random,
            "uuid": self.randomness.hold_uuid,
        }
        for name in [name for name in self._pending if name in sys.modules]:
            self._pending.pop(name)(sys.modules[name])
        finder: Any = self
        sys.meta_path.insert(0, finder)

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        """Find a module whose content is to be held; Python calls this before it asks any other finder.

        A file of the plugin's own with such a name is none: it takes precedence here as it does on Lambda.
        """
        hold = self._pending.get(fullname)
        if hold is None or path is not None:
            return None
        spec = importlib.machinery.PathFinder.find_spec(fullname, None, target)
        if spec is None or spec.loader is None or not _is_standard(spec.origin):
            return None
        _call_after(spec.loader, hold)
        return spec


class _LambdaPackages:
    """Finds, after everything else, the packages that Lambda's runtime brings."""

    def __init__(self, folders: list[str]) -> None:
        self._folders = folders

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        """Find one of the packages; Python calls this for what no other finder has found."""
        if path is not None or fullname not in LAMBDA_PACKAGES:
            return None
        return importlib.machinery.PathFinder.find_spec(fullname, self._folders, target)


class _Module:
    """A module with another handler; to itself, the module is as it was."""

    def __init__(self, module: ModuleType, name: str, hold: Callable[[Any], Any]) -> None:
        self._module, self._name, self._hold = module, name, hold

    def __getattr__(self, name: str) -> Any:
        value = getattr(self._module, name)
        return self._hold(value) if name == self._name else value


def main(client: str, handler: str, *arguments: str) -> None:
    """Prepare the process, then run the client in it.

    Args:
        client: The program of the client.
        handler: Its first argument: module and attribute of the plugin's entry point.
        arguments: The rest of its arguments.
    """
    import site

    settings = json.loads(os.environ.pop(_SETTINGS))
    os.environ.pop(_HASH_SEED, None)
    # As without -S.
    site.setquit()
    site.setcopyright()
    site.sethelper()
    allowed = [*settings["allowed"], os.environ["AWS_LAMBDA_RUNTIME_API"]]
    forbid_connections([int(address.rpartition(":")[2]) for address in allowed])
    ClosedNetwork(allowed, settings["report"])
    holding = Holding(settings["instant"], settings["seed"])
    last: Any = _LambdaPackages(settings["packages"])
    sys.meta_path.append(last)
    _wrap_handler(handler, holding)
    sys.argv[:] = [client, handler, *arguments]
    with open(client, encoding="utf-8") as program:  # noqa: PTH123
        code = compile(program.read(), client, "exec")
    exec(code, {"__name__": "__main__", "__file__": client})  # noqa: S102


def _wrap_handler(handler: str, holding: Holding) -> None:
    """Have the client, when it imports the handler's module, get a handler that holds what an event says."""
    module_name, _, name = handler.rpartition(".")
    import_module = importlib.import_module

    def imported(requested: str, package: str | None = None) -> Any:
        if requested != module_name.replace("/", "."):
            return import_module(requested, package)
        importlib.import_module = import_module
        return _Module(import_module(requested, package), name, lambda function: _held(function, holding))

    importlib.import_module = imported  # type: ignore[assignment]


def _held(handler: Any, holding: Holding) -> Any:
    def handle(event: Any, context: Any) -> Any:
        said = event.pop(_MEMBER)
        _hold_context(context, holding)
        holding.clock.set(said["instant"])
        holding.randomness.start(said["seed"])
        context.aws_request_id = holding.randomness.uuid("request")
        os.environ[_TRACE] = f"Root=1-{said['instant'] // 10**9:08x}-{holding.randomness.uuid('request')[-12:]:0>24}"
        return handler(event, context)

    return handle


def _hold_context(context: Any, holding: Holding) -> None:
    """Let the context tell the time that is really left, which it measures by the time of day."""
    with holding.clock.released():
        left = context.get_remaining_time_in_millis()
    started = _monotonic()
    context.get_remaining_time_in_millis = lambda: max(0, int(left - (_monotonic() - started) * 1000))


def _call_after(loader: Any, hold: Callable[[Any], None]) -> None:
    """Hold a module as soon as it is loaded."""
    execute = loader.exec_module

    def exec_module(module: ModuleType) -> None:
        execute(module)
        hold(module)

    loader.exec_module = exec_module


def _is_standard(origin: str | None) -> bool:
    return origin in ("frozen", "built-in") or os.path.dirname(origin or "") == os.path.dirname(os.__file__)  # noqa: PTH120


if __name__ == "__main__":
    main(*sys.argv[1:])
