"""A plugin on the platform on this machine, brought there again and again while it is being changed."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from biot_emulator.build import build_platform
from biot_emulator.client import Client
from biot_emulator.errors import EmulatorError
from biot_emulator.server.running_server import Server
from biot_emulator.services.settings.plugin import PREFIX, InPlace
from biot_emulator.state.store import Store
from biot_plugin_cli.deploy.configuration import plugin_config
from biot_plugin_cli.dev.sample_entities import Samples
from biot_plugin_cli.dev.snapshots import Snapshots
from biot_plugin_cli.errors import CliError, OperationFailed
from biot_plugin_cli.hooks.reader import read_hooks
from biot_plugin_cli.plugin.environment_variables import RESERVED_PREFIX
from biot_plugin_cli.plugin.interpreters import plugin_python
from biot_plugin_cli.plugin.manifest import Manifest

__all__ = ["DevSession"]


class DevSession:
    """A running platform, and the plugin's last good version on it; a context manager.

    Args:
        root: The plugin's folder.
        variables: Environment variables that win over the plugin's own.
        port: The port to serve at; 0 takes a free one.

    Attributes:
        username: Who may do all on the platform.
        password: And that person's password.
        platform: The platform.
        url: Where it is.
        samples: Entities to play with.

    Raises:
        OperationFailed: The platform cannot be served there.
    """

    def __init__(self, root: Path, variables: Mapping[str, str], port: int) -> None:
        self._root = root
        self._variables = {name: value for name, value in variables.items() if not name.startswith(RESERVED_PREFIX)}
        self._parts = ExitStack()
        self._snapshots = self._parts.enter_context(Snapshots(root))
        self._running: tuple[str, Path] | None = None
        self.username, self.password = "admin@localhost", secrets.token_urlsafe(9)
        self.platform = build_platform(Store(), admin=(self.username, self.password))
        try:
            server = self._parts.enter_context(Server(self.platform, port=port))
        except EmulatorError as error:
            self._parts.close()
            raise OperationFailed(str(error)) from error
        self.url = server.url
        self._client = Client(self.url).log_in(self.username, self.password)
        self.samples = Samples(self._client)

    def __enter__(self) -> Self:
        """Serve, as since it was made."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """End the platform and every process of the plugin."""
        self._parts.close()

    @property
    def version(self) -> int | None:
        """The version that runs; None as long as there is none."""
        return self.platform.plugins.get(PREFIX + self._running[0]).config["version"] if self._running else None

    def bring(self) -> dict[str, Any]:
        """Bring the plugin as it is now to the platform, and give it as the platform shows it.

        Where it cannot be brought, the version so far stays.

        Raises:
            CliError: It cannot be imported, or says of itself what the platform does not take.
        """
        manifest = Manifest.load(self._root)
        python = plugin_python(manifest.root, manifest.runtime)
        copy = self._snapshots.take()
        try:
            config = self._config(replace(manifest, root=copy), python)
            self._put(config, InPlace(copy, python))
        except EmulatorError as error:
            raise OperationFailed(f"The platform does not take the plugin: {error}") from error
        except CliError as error:
            raise type(error)(self._snapshots.original(str(error))) from error
        else:
            # Processes of the version before may be answering still.
            self._snapshots.keep(copy, *self._copies())
        self._running = (manifest.name, copy)
        return dict(self._client.call("GET", f"/settings/v2/plugins/{PREFIX}{manifest.name}").body)

    def original(self, record: dict[str, Any]) -> dict[str, Any]:
        """What was taken down of an event, with the names of the plugin's own files."""
        return {**record, "logs": [self._snapshots.original(line) for line in record["logs"]]}

    def _copies(self) -> list[Path]:
        return [self._running[1]] if self._running else []

    def _config(self, manifest: Manifest, python: Path) -> dict[str, Any]:
        hooks = read_hooks(manifest, python, self._variables)
        # The plugin's own files are run, however they are deployed.
        variables = {**manifest.environment, **self._variables}
        config = plugin_config(replace(manifest, package="zip", environment=variables), hooks)
        return {"cronSchedule": None, **config}

    def _put(self, config: dict[str, Any], code: InPlace) -> None:
        plugins, name = self.platform.plugins, config["name"]
        before = self._running[0] if self._running else None
        if before == name:
            version = plugins.get(PREFIX + name).config["version"]
            plugins.update(PREFIX + name, {**config, "version": version + 1}, code)
            return
        plugins.create({**config, "version": 1}, code)
        if before:
            plugins.delete(PREFIX + before)
