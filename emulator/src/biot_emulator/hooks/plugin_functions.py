"""Runs plugins: what Lambda is to the platform."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from biot_emulator.errors import EmulatorError
from biot_emulator.invocations.records import Invocations, Record, Trigger
from biot_emulator.lambda_function.configuration import Function
from biot_emulator.lambda_function.invocation import Invocation, InvocationError
from biot_emulator.platform import Platform
from biot_emulator.runtime.code_folders import CodeFolders
from biot_emulator.runtime.pythons import find_python
from biot_emulator.runtime.results import failed
from biot_emulator.runtime.worker_pool import Workers
from biot_emulator.services.settings.plugin import Plugin

__all__ = ["CodeMissing", "Functions"]


class CodeMissing(EmulatorError):
    """A plugin has no code that could be run here."""


class Functions:
    """Has plugins handle events, and keeps a record of it.

    Args:
        platform: The platform whose plugins they are.
        folders: Where their code is extracted.
        workers: The processes that run them.
        invocations: The record.
    """

    def __init__(self, platform: Platform, folders: CodeFolders, workers: Workers, invocations: Invocations) -> None:
        self._platform = platform
        self._folders = folders
        self._workers = workers
        self._invocations = invocations

    def invoke(self, plugin: Plugin, event: dict[str, Any], trigger: Trigger) -> tuple[Invocation, Record]:
        """Have a plugin handle an event; give what came of it, and what was taken down of it.

        Args:
            plugin: The plugin.
            event: What its handler gets.
            trigger: What it is called for.
        """
        try:
            function = self._function(plugin)
        except EmulatorError as error:
            invocation = failed(InvocationError("Sandbox.Unavailable", str(error), "init"))
        else:
            invocation = self._workers.invoke(function, event, storage_mb=plugin.config["ephemeralStorage"])
        record = self._invocations.add(plugin.full_name, trigger, event, invocation, secrets=[plugin.secret_key])
        return invocation, record

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
            environment=self._environment(plugin),
        )

    def _root(self, plugin: Plugin) -> Path:
        id = plugin.code.get("id")
        if id is None:
            raise CodeMissing(f"{plugin.full_name} is a container image, which the emulator cannot run: deploy a zip")
        if folder := self._folders.find(id):
            return folder
        content = self._platform.store.get_file(id)
        if content is None:
            raise CodeMissing(f"The code of {plugin.full_name} is gone: deploy it again")
        return self._folders.extract(content)

    def _environment(self, plugin: Plugin) -> dict[str, str]:
        """The plugin's own variables, and those of the platform (contract section 7.3)."""
        return {
            **plugin.config["environmentVariables"],
            "BIOT_APP_NAME": plugin.config["displayName"],
            "BIOT_BASE_URL": self._platform.base_url,
            "BIOT_SERVICE_ENVIRONMENT": self._platform.environment,
            "BIOT_SERVICE_USER_ID": plugin.service_id,
            "BIOT_SERVICE_USER_SECRET_KEY": plugin.secret_key,
        }
