"""Runs plugins: what Lambda is to the platform."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from biot_emulator.errors import EmulatorError
from biot_emulator.hooks.plugin_environment import PluginEnvironment
from biot_emulator.invocations.history import Invocations
from biot_emulator.invocations.records import Record, Trigger, invocation_record
from biot_emulator.lambda_function.configuration import Function
from biot_emulator.lambda_function.invocation import Invocation, InvocationError
from biot_emulator.runtime.pythons import find_python
from biot_emulator.runtime.results import failed
from biot_emulator.runtime.worker_pool import Workers
from biot_emulator.services.settings.plugin import Plugin
from biot_emulator.services.settings.plugin_code import PluginCode
from biot_emulator.state.clock import Clock

__all__ = ["CodeMissing", "PluginFunctions"]


class CodeMissing(EmulatorError):
    """A plugin has no code that can be run here."""


class PluginFunctions:
    """Invokes plugins, and records it.

    Args:
        code: The code of plugins.
        environment: Makes their variables.
        workers: The processes that run them.
        invocations: Where each invocation is recorded.
        clock: The platform's time.
        secrets: Returns the platform's own secrets, which plugins on this machine may have read.
        read_only: The emulator's own folders, in which plugins may not change anything.
        hidden: The emulator's own files, which plugins are not shown.
    """

    def __init__(
        self,
        code: PluginCode,
        environment: PluginEnvironment,
        workers: Workers,
        invocations: Invocations,
        clock: Clock,
        secrets: Callable[[], Iterable[str]] = tuple,
        *,
        read_only: Sequence[Path] = (),
        hidden: Sequence[Path] = (),
    ) -> None:
        self._code = code
        self._environment = environment
        self._workers = workers
        self._invocations = invocations
        self._clock = clock
        self._secrets = secrets
        self._read_only = tuple(read_only)
        self._hidden = tuple(hidden)

    def invoke(self, plugin: Plugin, event: Any, trigger: Trigger) -> tuple[Invocation, Record]:
        """Invoke a plugin; return the result and its record.

        Args:
            plugin: The plugin.
            event: What its handler receives, any JSON value.
            trigger: Why it is invoked.
        """
        try:
            function = self._function(plugin)
        except EmulatorError as error:
            invocation = failed(InvocationError("Sandbox.Unavailable", str(error), "init"))
        else:
            id = plugin.code.get("id")
            invocation = self._workers.invoke(
                function,
                event,
                storage_mb=plugin.config["ephemeralStorage"],
                prepare=partial(self._code.repair, id) if id else None,
            )
        return invocation, self._record(plugin, event, trigger, invocation)

    def _record(self, plugin: Plugin, event: Any, trigger: Trigger, invocation: Invocation) -> Record:
        record = invocation_record(
            plugin.full_name,
            trigger,
            event,
            invocation,
            time=self._clock.now(),
            secrets=[*self._secrets(), plugin.secret_key],
            variables=plugin.config["environmentVariables"],
        )
        self._invocations.add(record)
        return record

    def _function(self, plugin: Plugin) -> Function:
        config, code = plugin.config, plugin.code
        if "folder" in code:
            root, python = Path(code["folder"]), Path(code["python"])
        else:
            root, python = self._root(plugin), find_python(config["runtime"])
        return Function(
            root=root,
            python=python,
            name=plugin.name,
            handler=config["handler"] or "",
            timeout=config["timeout"],
            memory_mb=config["memorySize"],
            environment=self._environment.variables(plugin),
            read_only=self._read_only,
            hidden=self._hidden,
        )

    def _root(self, plugin: Plugin) -> Path:
        id = plugin.code.get("id")
        if id is None:
            raise CodeMissing(f"{plugin.full_name} is a container image, which the emulator cannot run: deploy a zip")
        folder = self._code.folder(id)
        if folder is None:
            raise CodeMissing(f"The code of {plugin.full_name} is gone: deploy it again")
        return folder
