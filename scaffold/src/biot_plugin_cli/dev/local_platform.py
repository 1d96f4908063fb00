"""The platform on this machine, with the last working version of the plugin on it."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import ExitStack, closing, suppress
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from biot_emulator.build import build_platform
from biot_emulator.client import Client
from biot_emulator.debugging.settings import Debugging
from biot_emulator.errors import EmulatorError
from biot_emulator.platform import Platform
from biot_emulator.seed.document import read_seed
from biot_emulator.seed.errors import SeedInvalid
from biot_emulator.seed.filling import fill
from biot_emulator.server.background_thread import Server
from biot_emulator.services.settings.plugin import PREFIX, InPlace
from biot_emulator.state.folder_lock import locked
from biot_emulator.state.store import Store
from biot_plugin_cli.deploy.configuration import plugin_config
from biot_plugin_cli.dev.options import DevOptions
from biot_plugin_cli.dev.plugin_calls import PluginCall, observed
from biot_plugin_cli.dev.sample_entities import Samples
from biot_plugin_cli.dev.snapshots import Snapshots
from biot_plugin_cli.dev.state_folder import check_state_folder, ignore_in_git
from biot_plugin_cli.errors import CliError, OperationFailed, UsageError
from biot_plugin_cli.hooks.discovery import Hooks, discover_hooks
from biot_plugin_cli.manifest.environment_variables import RESERVED_PREFIX
from biot_plugin_cli.plugin.debugging import IGNORED_BREAKPOINTS
from biot_plugin_cli.plugin.repository import Plugin
from biot_plugin_cli.plugin.running_emulator import RunningEmulator, announced
from biot_plugin_cli.record.event_recorder import EventRecorder
from biot_plugin_cli.recordings.reading import SUFFIX
from biot_plugin_cli.terminal.file_writer import write_atomically

__all__ = ["LocalPlatform"]

# Beside the platform's state, whose files have other names.
_SAMPLES = "samples.json"


class LocalPlatform:
    """A running platform with the last working version of the plugin on it; a context manager.

    Args:
        options: How the plugin is developed.
        debugging: How the plugin is debugged; None if it is not. Where a debugger can attach, the plugin runs from its
            own folder rather than from a copy, as breakpoints are set there.

    Attributes:
        administrator: The administrator.
        was_filled: Whether the platform had been filled from the same file before.
        url: The platform's base URL.
        page: The link to the platform's page, which logs in whoever follows it first.
        samples: Sample entities.
        has_endpoint: Whether the plugin handles calls of its own URL; true where nothing says so.

    Raises:
        OperationFailed: The platform cannot listen on the port, or its folder cannot be used.
        UsageError: The file that fills it cannot be read, or the platform refuses what is in it; or the folder that
            keeps it is not its own.
    """

    def __init__(self, options: DevOptions, debugging: Debugging | None = None) -> None:
        self._options = options
        self._debugging = debugging
        self._runs_in_place = debugging is not None and debugging.port is not None
        self._root = options.root
        self._variables = {
            name: value for name, value in options.variables.items() if not name.startswith(RESERVED_PREFIX)
        }
        self._call_listeners: list[Callable[[PluginCall], None]] = []
        self._running: str | None = None
        self.administrator = options.administrator
        self.was_filled = False
        self.has_endpoint = True
        if options.data:
            check_state_folder(options.data, options.root)
        with ExitStack() as resources:
            self._snapshots = resources.enter_context(Snapshots(options.root, options.data))
            self._announce = resources.enter_context(announced(options.root))
            self._platform, server = self._serve(resources)
            self.url = server.url
            admin = self.administrator
            self.page = server.url + server.page.one_time_link((admin.username, admin.password))
            self._client = Client(self.url).log_in(admin.username, admin.password)
            self.samples = Samples(self._client, self._known_samples())
            self._keep_samples()
            resources.callback(self._remove_plugin)
            self._resources = resources.pop_all()

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
        return self._platform.plugins.get(PREFIX + self._running).config["version"] if self._running else None

    def add_call_listener(self, listener: Callable[[PluginCall], None]) -> None:
        """Call a function for each call of a plugin to the platform."""
        self._call_listeners.append(listener)

    def add_listener(self, listener: Callable[[dict[str, Any]], None]) -> None:
        """Call a function with the record of every event that the plugin handles."""
        self._platform.invocations.listeners.append(lambda record: listener(self._with_original_paths(record)))

    def load_plugin(self) -> dict[str, Any]:
        """Load the plugin with its current files; return it as the platform shows it.

        If it cannot be loaded, the previous version keeps running.

        Raises:
            CliError: It cannot be imported, or the platform rejects its configuration.
        """
        plugin = Plugin.load(self._root, self._options.environment)
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
            # Calls may be on their way to previous versions, and processes of them at work.
            self._snapshots.keep(copy, *self._platform.plugins.in_use.folders())
        name = plugin.manifest.name
        self._running = name
        deployed = self._platform.plugins.get(PREFIX + name)
        # A folder that cannot be written is no reason not to run: nobody is told then.
        with suppress(OperationFailed):
            self._announce(RunningEmulator(self.url, deployed.service_id, deployed.secret_key))
        self.has_endpoint = not hooks.has_framework or bool(hooks.locations.get("calls"))
        return dict(self._client.call("GET", f"/settings/v2/plugins/{PREFIX}{name}").body)

    def _serve(self, resources: ExitStack) -> tuple[Platform, Server]:
        """Build the platform, fill it and serve it until the resources are closed."""
        options, admin = self._options, (self.administrator.username, self.administrator.password)
        try:
            seed = read_seed(options.seed) if options.seed else None
            resources.enter_context(locked(options.data))
            if options.data:
                ignore_in_git(options.data, options.root)
            with ExitStack() as unserved:
                store = unserved.enter_context(closing(Store(options.data)))
                platform = build_platform(
                    store,
                    admin=admin,
                    debugging=self._debugging,
                    event_folder=options.root / "events",
                    record=EventRecorder(options.root / "events" / f"dev{SUFFIX}", options.root),
                )
                unserved.pop_all()
                unserved.callback(platform.close)
                _remove_abandoned(platform)
                if seed:
                    self.was_filled = not _fill(options.seed, lambda: fill(platform, store, seed, admin))
                unserved.pop_all()
            platform = observed(platform, self._tell_call)
            return platform, resources.enter_context(Server(platform, port=options.port))
        except SeedInvalid as error:
            raise UsageError(str(error)) from error
        except EmulatorError as error:
            raise OperationFailed(str(error)) from error

    def _tell_call(self, call: PluginCall) -> None:
        for listener in self._call_listeners:
            listener(call)

    def _known_samples(self) -> dict[str, str]:
        if self._options.data is None:
            return {}
        try:
            document = json.loads((self._options.data / _SAMPLES).read_text(encoding="utf-8"))
            return {str(name): str(id) for name, id in dict(document).items()}
        except (OSError, ValueError, TypeError):
            return {}

    def _keep_samples(self) -> None:
        if self._options.data is not None:
            write_atomically(self._options.data / _SAMPLES, json.dumps(self.samples.ids).encode())

    def _remove_plugin(self) -> None:
        """Remove the plugin of a platform that is kept: its code is not."""
        if self._options.data is not None and self._running:
            with suppress(EmulatorError):
                self._platform.plugins.delete(PREFIX + self._running)

    def _with_original_paths(self, record: dict[str, Any]) -> dict[str, Any]:
        """Replace the paths of a copy's files in the record of an event by those of the plugin's files."""
        return {**record, "logs": [self._snapshots.original(line) for line in record["logs"]]}

    def _config(self, plugin: Plugin, hooks: Hooks) -> dict[str, Any]:
        # The plugin runs from its files, whatever its package type is.
        variables = {**plugin.manifest.environment, **self._variables}
        config = plugin_config(plugin.manifest._replace(package="zip", environment=variables), hooks)
        return {"cronSchedule": None, **config}

    def _put(self, config: dict[str, Any], code: InPlace) -> None:
        plugins, name, previous = self._platform.plugins, config["name"], self._running
        if previous == name:
            version = plugins.get(PREFIX + name).config["version"]
            plugins.update(PREFIX + name, {**config, "version": version + 1}, code)
            return
        plugins.create({**config, "version": 1}, code)
        if previous:
            plugins.delete(PREFIX + previous)


def _fill(file: Path | None, fill_platform: Callable[[], bool]) -> bool:
    try:
        return fill_platform()
    except SeedInvalid as error:
        raise SeedInvalid(f"{file}: {error}") from None


def _remove_abandoned(platform: Platform) -> None:
    """Remove the plugins of sessions that were killed: their code is not that of a folder any more."""
    for plugin in list(platform.plugins):
        if "folder" in plugin.code:
            platform.plugins.delete(plugin.full_name)
