"""Runs plugins: what Lambda is to the platform."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from biot_emulator.debugging.settings import Debugging
from biot_emulator.errors import EmulatorError
from biot_emulator.hooks.plugin_environment import PluginEnvironment
from biot_emulator.image.execution import Execution
from biot_emulator.invocations.ended import Ended
from biot_emulator.invocations.history import Invocations
from biot_emulator.invocations.records import Started, Trigger
from biot_emulator.invocations.seen_secrets import SeenSecrets
from biot_emulator.lambda_function.configuration import Function
from biot_emulator.lambda_function.invocation import Invocation, InvocationError
from biot_emulator.lambda_function.payload import Payload
from biot_emulator.runtime.interpreters import find_interpreter
from biot_emulator.runtime.results import failed
from biot_emulator.runtime.worker_pool import Workers
from biot_emulator.services.settings.plugin import Plugin
from biot_emulator.services.settings.plugin_code import PluginCode
from biot_emulator.services.settings.plugin_images import PluginImages
from biot_emulator.state.clock import Clock

__all__ = ["CodeMissing", "PluginFunctions"]


class CodeMissing(EmulatorError):
    """A plugin has no code that can be run here."""


class PluginFunctions:
    """Invokes plugins, and records it.

    Args:
        code: The zips of plugins.
        images: The images of plugins.
        environment: Makes their variables.
        workers: The processes that run them.
        invocations: Where each invocation is recorded.
        clock: The platform's time.
        secrets: Returns the platform's own secrets, which plugins on this machine may have read.
        read_only: The emulator's own folders, in which plugins may not change anything.
        hidden: The emulator's own files, which plugins are not shown.
        debugging: How plugins that run in place are debugged; None if they are not.

    Attributes:
        seen: The secrets of the plugins that have run.
    """

    def __init__(
        self,
        code: PluginCode,
        images: PluginImages,
        environment: PluginEnvironment,
        workers: Workers,
        invocations: Invocations,
        clock: Clock,
        secrets: Callable[[], Iterable[str]] = tuple,
        *,
        read_only: Sequence[Path] = (),
        hidden: Sequence[Path] = (),
        debugging: Debugging | None = None,
    ) -> None:
        self.seen = SeenSecrets()
        self._code = code
        self._images = images
        self._environment = environment
        self._workers = workers
        self._invocations = invocations
        self._clock = clock
        self._secrets = secrets
        self._read_only = tuple(read_only)
        self._hidden = tuple(hidden)
        self._debugging = debugging

    def invoke(self, plugin: Plugin, event: Any, trigger: Trigger) -> tuple[Invocation, Ended]:
        """Invoke a plugin; return the result, and what its record is made of.

        Args:
            plugin: The plugin.
            event: What its handler receives, any JSON value.
            trigger: Why it is invoked.
        """
        variables = plugin.config["environmentVariables"]
        self.seen.add(plugin.full_name, plugin.secret_key, variables)
        payload = Payload.of(event)
        started = Started(
            plugin.full_name,
            trigger,
            payload,
            time=self._clock.now(),
            secrets=lambda: [*self._secrets(), plugin.secret_key],
            variables=variables,
            service_id=plugin.service_id,
        )
        # Before it runs: whatever becomes of it, there is what was sent.
        self._invocations.begin(started)
        try:
            invocation = self._run(plugin, payload)
        except BaseException as error:
            lost = InvocationError(
                "Sandbox.Lost", f"The emulator ended it by an error of its own: {type(error).__name__}"
            )
            self._invocations.end(started, failed(lost), self._clock.now())
            raise
        return invocation, self._invocations.end(started, invocation, self._clock.now())

    def start(self, plugin: Plugin) -> None:
        """Start a process of a plugin, for its next event, if it has none.

        Raises:
            EmulatorError: It cannot be started.
        """
        storage_mb = plugin.config["ephemeralStorage"]
        self._workers.start(self._function(plugin), storage_mb=storage_mb, prepare=partial(self._repair, plugin))

    def _run(self, plugin: Plugin, payload: Payload) -> Invocation:
        try:
            function = self._function(plugin)
        except EmulatorError as error:
            return failed(InvocationError("Sandbox.Unavailable", str(error), "init"))
        return self._workers.invoke(
            function,
            payload,
            storage_mb=plugin.config["ephemeralStorage"],
            prepare=partial(self._repair, plugin),
        )

    def _function(self, plugin: Plugin) -> Function:
        config, execution = plugin.config, self._execution(plugin)
        return Function(
            root=execution.root,
            interpreter=execution.interpreter,
            name=plugin.name,
            handler=execution.handler,
            timeout=config["timeout"],
            memory_mb=config["memorySize"],
            environment={**execution.environment, **self._environment.variables(plugin)},
            read_only=self._read_only,
            hidden=self._hidden,
            program=execution.program,
            folder=execution.folder,
            node=execution.node,
            debugging=self._debugging if plugin.is_in_place else None,
        )

    def _execution(self, plugin: Plugin) -> Execution:
        config, code = plugin.config, plugin.code
        handler = config["handler"] or ""
        if "folder" in code:
            return Execution(Path(code["folder"]), Path(code["python"]), handler)
        if "image" in code:
            return self._images.execution(code["image"])
        if "id" not in code:
            raise CodeMissing(f"{plugin.full_name} has no image that can be run: push one, and deploy its tag")
        if (folder := self._code.folder(code["id"])) is None:
            raise CodeMissing(f"The code of {plugin.full_name} is gone: deploy it again")
        interpreter = find_interpreter(config["runtime"])
        return Execution(folder, interpreter.path, handler, node=interpreter.node)

    def _repair(self, plugin: Plugin) -> None:
        """Make sure that what is run is what was deployed; code that is run in place is the developer's to change."""
        if "id" in plugin.code:
            self._code.repair(plugin.code["id"])
        elif "image" in plugin.code:
            self._images.repair(plugin.code["image"])
