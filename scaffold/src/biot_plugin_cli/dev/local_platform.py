"""The platform on this machine, with the last working version of the plugin on it."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from biot_emulator.build import build_platform
from biot_emulator.client import Client
from biot_emulator.debugging.settings import Debugging
from biot_emulator.errors import EmulatorError
from biot_emulator.server.background_thread import Server
from biot_emulator.services.settings.plugin import PREFIX, InPlace
from biot_emulator.state.store import Store
from biot_plugin_cli.deploy.configuration import plugin_config
from biot_plugin_cli.dev.sample_entities import Samples
from biot_plugin_cli.dev.snapshots import Snapshots
from biot_plugin_cli.errors import CliError, OperationFailed
from biot_plugin_cli.hooks.discovery import Hooks, discover_hooks
from biot_plugin_cli.manifest.environment_variables import RESERVED_PREFIX
from biot_plugin_cli.plugin.debugging import IGNORED_BREAKPOINTS
from biot_plugin_cli.plugin.repository import Plugin

__all__ = ["LocalPlatform"]


class LocalPlatform:
    """A running platform with the last working version of the plugin on it; a context manager.

    Args:
        root: The plugin's folder.
        variables: Environment variables that take precedence over the plugin's own.
        port: The port to listen on; 0 for a free one.
        debugging: How the plugin is debugged. Where a debugger can attach, the plugin runs from its own folder rather
            than from a copy, as breakpoints are set there.

    Attributes:
        username: The administrator's user name.
        password: The administrator's password.
        url: The platform's base URL.
        samples: Sample entities.
        has_endpoint: Whether the plugin handles calls of its own URL; true where nothing says so.

    Raises:
        OperationFailed: The platform cannot listen on the port.
    """

    def __init__(self, root: Path, variables: Mapping[str, str], port: int, debugging: Debugging) -> None:
        self._root = root
        self._variables = {name: value for name, value in variables.items() if not name.startswith(RESERVED_PREFIX)}
        self._runs_in_place = debugging.port is not None
        self._resources = ExitStack()
        self._snapshots = self._resources.enter_context(Snapshots(root))
        self._running: tuple[str, Path] | None = None
        self.username, self.password = "admin@localhost", secrets.token_urlsafe(9)
        self._platform = build_platform(Store(), admin=(self.username, self.password), debugging=debugging)
        try:
            server = self._resources.enter_context(Server(self._platform, port=port))
        except EmulatorError as error:
            self._resources.close()
            raise OperationFailed(str(error)) from error
        self.url = server.url
        self._client = Client(self.url).log_in(self.username, self.password)
        self.samples = Samples(self._client)
        self.has_endpoint = True

    def __enter__(self) -> Self:
        """Return itself; the platform runs since its creation."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Stop the platform and every process of the plugin."""
        self._resources.close()

    @property
    def version(self) -> int | None:
        """The version that runs; None while there is none."""
        return self._platform.plugins.get(PREFIX + self._running[0]).config["version"] if self._running else None

    def add_listener(self, listener: Callable[[dict[str, Any]], None]) -> None:
        """Call a function with the record of every event that the plugin handles."""
        self._platform.invocations.listeners.append(lambda record: listener(self._with_original_paths(record)))

    def load_plugin(self) -> dict[str, Any]:
        """Load the plugin with its current files; return it as the platform shows it.

        If it cannot be loaded, the previous version keeps running.

        Raises:
            CliError: It cannot be imported, or the platform rejects its configuration.
        """
        plugin = Plugin.load(self._root)
        python = plugin.python
        copy = plugin.root if self._runs_in_place else self._snapshots.take()
        try:
            hooks = discover_hooks(plugin.copied_to(copy), {**IGNORED_BREAKPOINTS, **self._variables})
            config = self._config(plugin, hooks)
            self._put(config, InPlace(copy, python))
        except EmulatorError as error:
            raise OperationFailed(f"The platform rejects the plugin: {error}") from error
        except CliError as error:
            raise type(error)(self._snapshots.original(str(error))) from error
        else:
            # Processes of the previous version may still handle events.
            self._snapshots.keep(copy, *self._copies())
        name = plugin.manifest.name
        self._running = (name, copy)
        self.has_endpoint = not hooks.has_framework or bool(hooks.locations.get("calls"))
        return dict(self._client.call("GET", f"/settings/v2/plugins/{PREFIX}{name}").body)

    def _with_original_paths(self, record: dict[str, Any]) -> dict[str, Any]:
        """Replace the paths of a copy's files in the record of an event by those of the plugin's files."""
        return {**record, "logs": [self._snapshots.original(line) for line in record["logs"]]}

    def _copies(self) -> list[Path]:
        return [self._running[1]] if self._running else []

    def _config(self, plugin: Plugin, hooks: Hooks) -> dict[str, Any]:
        # The plugin runs from its files, whatever its package type is.
        variables = {**plugin.manifest.environment, **self._variables}
        config = plugin_config(replace(plugin.manifest, package="zip", environment=variables), hooks)
        return {"cronSchedule": None, **config}

    def _put(self, config: dict[str, Any], code: InPlace) -> None:
        plugins, name = self._platform.plugins, config["name"]
        previous = self._running[0] if self._running else None
        if previous == name:
            version = plugins.get(PREFIX + name).config["version"]
            plugins.update(PREFIX + name, {**config, "version": version + 1}, code)
            return
        plugins.create({**config, "version": 1}, code)
        if previous:
            plugins.delete(PREFIX + previous)
