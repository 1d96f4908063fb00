"""The plugins, and what runs them."""

from __future__ import annotations

from biot_emulator.debugging.settings import Debugging
from biot_emulator.hooks.plugin_environment import PluginEnvironment
from biot_emulator.hooks.plugin_functions import PluginFunctions
from biot_emulator.invocations.history import Invocations
from biot_emulator.runtime.code_folders import CodeFolders
from biot_emulator.runtime.worker_pool import Workers
from biot_emulator.services.settings.configured_subscriptions import PluginSubscriptions
from biot_emulator.services.settings.plugin_addresses import PluginAddresses
from biot_emulator.services.settings.plugin_code import PluginCode
from biot_emulator.services.settings.plugins import Plugins
from biot_emulator.timelines.history import CallHistory
from biot_emulator.wiring.files import Files
from biot_emulator.wiring.images import Images
from biot_emulator.wiring.people import People
from biot_emulator.wiring.services import Services
from biot_emulator.wiring.state import State

__all__ = ["Runtime"]


class Runtime:
    """The plugins, and what runs them."""

    def __init__(
        self,
        state: State,
        people: People,
        services: Services,
        images: Images,
        files: Files,
        environment: str,
        admin_password: str,
        debugging: Debugging | None = None,
    ) -> None:
        folder = state.store.folder
        self.folders = CodeFolders(folder and folder / "code")
        self.workers = Workers()
        self.addresses = PluginAddresses(state.public_address)
        code = PluginCode(state.store, self.folders)
        subscriptions = PluginSubscriptions(
            services.apis,
            services.interceptions,
            services.notifications,
            state.behaviour.interceptors.reserved_order,
        )
        self.plugins = Plugins(
            state.store,
            state.clock,
            people.service_users,
            subscriptions,
            self.addresses,
            code,
            images.of_plugins,
            self.workers,
            state.behaviour.plugins,
            state.behaviour.limits,
        )
        if images.local:
            images.local.in_use = self.plugins.images
        self.invocations = Invocations()
        self.calls = CallHistory(state.clock)
        self.invocations.observers.append(self.calls.observe)
        variables = PluginEnvironment(state.public_address, environment, state.behaviour.plugins.variables)

        def secrets() -> list[str]:
            private = [*images.secret_values(), *files.urls.secret_values()]
            return [admin_password, *state.tokens.private_keys(), *private]

        self.secrets = secrets
        self.functions = PluginFunctions(
            code,
            images.of_plugins,
            variables,
            self.workers,
            self.invocations,
            state.clock,
            self.secrets,
            read_only=[
                self.folders.root,
                images.unpacked.root,
                images.source.root,
                *([folder.absolute()] if folder else []),
            ],
            hidden=[*state.store.private_files, files.folders.root],
            debugging=debugging,
        )
        self.debugging = debugging
        if debugging and debugging.port:
            debugging.port.start = self._start_in_place

    def _start_in_place(self) -> None:
        """Start what a debugger can attach to."""
        for plugin in self.plugins:
            if plugin.is_in_place:
                self.functions.start(plugin)
