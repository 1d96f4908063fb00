"""The loop of `biot-plugin dev --public-url`: subscribe, wait for changes, and unsubscribe at the end."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Mapping
from contextlib import closing
from dataclasses import dataclass
from typing import Any

from biot_emulator.errors import EmulatorError
from biot_emulator.server.function_endpoint import FunctionEndpoint
from biot_plugin_cli.deploy.destination import Destination
from biot_plugin_cli.dev.file_watcher import watch
from biot_plugin_cli.dev.interruption import until_interrupted
from biot_plugin_cli.dev.public.cleanup import clean_up, remove_subscriptions
from biot_plugin_cli.dev.public.only import Only
from biot_plugin_cli.dev.public.runner import PluginRunner
from biot_plugin_cli.dev.public.session import Session, begin_session
from biot_plugin_cli.dev.public.tunnel import Tunnel
from biot_plugin_cli.dev.relevant_changes import relevant_changes
from biot_plugin_cli.dev.report import DevReport
from biot_plugin_cli.errors import CliError, OperationFailed, PlatformRefused, PlatformUnreachable, UsageError
from biot_plugin_cli.manifest.production import require_no_production
from biot_plugin_cli.own_url.address import require_url
from biot_plugin_cli.plugin.debugging import DebugOptions, debugging
from biot_plugin_cli.subscriptions.apply import apply_changes
from biot_plugin_cli.subscriptions.changes import compare
from biot_plugin_cli.subscriptions.desired import desired_subscriptions
from biot_plugin_cli.subscriptions.existing import find_subscriptions
from biot_plugin_cli.subscriptions.hook import Subscription
from biot_plugin_cli.terminal.console import err, out, print_json

__all__ = ["PublicOptions", "develop_publicly"]


_VALIDATION = "BIOT_SHOULD_VALIDATE_JWT"


@dataclass(frozen=True, slots=True)
class PublicOptions:
    """The options of `biot-plugin dev --public-url`.

    Attributes:
        url: The public URL.
        port: The port to listen on; 0 takes a free one.
        only: Whose calls the plugin handles.
        as_json: Whether standard output has one JSON document and nothing else.
        debugger: How debuggers attach; None if they do not.
    """

    url: str
    port: int
    only: Only
    as_json: bool = False
    debugger: DebugOptions | None = None


def develop_publicly(destination: Destination, variables: Mapping[str, str], options: PublicOptions) -> None:
    """Have a platform call the plugin on this machine until interrupted.

    Args:
        destination: The plugin and the platform.
        variables: Environment variables that take precedence over the plugin's own.
        options: The options.

    Raises:
        CliError: Something is wrong; nothing stays subscribed, or the next start takes it away.
    """
    plugin = destination.plugin
    if plugin.environment is None:
        raise UsageError("--public-url needs the environment whose platform calls the plugin: pass --env NAME")
    require_no_production(plugin.manifest.environments, plugin.environment, destination.base_url)
    require_url(options.url, destination.base_url)
    _require_verification(variables, plugin.manifest.environment)
    report = DevReport(err if options.as_json else out)
    for url in clean_up(destination):
        report.print_line(f"Removed the subscriptions of an ended session, for {url}")
    with (
        until_interrupted() as stop,
        closing(watch(plugin.root, stop)) as bursts,
        debugging(options.debugger, plugin.root) as settings,
        PluginRunner(
            plugin, destination.base_url, variables, options.only, report.print_invocation, settings
        ) as runner,
    ):
        report.print_debugger(settings.port)
        tunnel = Tunnel(options.url, runner.respond)
        with _serving(tunnel, options.port) as endpoint:
            report.print_line(f"Listening on {endpoint.url}")
            if options.as_json:
                print_json({"url": endpoint.url, "publicUrl": options.url, "baseUrl": destination.base_url})
            tunnel.require_way(endpoint.url, stop)
            if not stop.is_set():
                _run(_Loop(destination, options, runner, report), tunnel, bursts, stop)


def _require_verification(*variables: Mapping[str, str]) -> None:
    """Require that the plugin verifies its callers: everybody can call a public URL. Raises UsageError."""
    for values in variables:
        if values.get(_VALIDATION, "").strip().lower() == "false":
            raise UsageError(f"{_VALIDATION} is false, and everybody can call a public URL: remove it")


def _serving(tunnel: Tunnel, port: int) -> FunctionEndpoint:
    try:
        return FunctionEndpoint(tunnel.respond, port)
    except EmulatorError as error:
        raise OperationFailed(str(error)) from error


def _run(loop: _Loop, tunnel: Tunnel, bursts: Iterable[Any], stop: threading.Event) -> None:
    heartbeat = threading.Thread(target=tunnel.watch, args=(stop, loop.report.print_line), name="biot-plugin-tunnel")
    session = Session(loop.options.url, loop.destination.base_url)
    # Whoever may not even search is refused before anything is written down.
    find_subscriptions(loop.destination.client, loop.options.url)
    with begin_session(loop.destination.plugin.root, session) as file:
        heartbeat.start()
        try:
            loop.load(())
            for burst in bursts:
                if changed := relevant_changes(loop.destination.plugin.root, burst):
                    loop.load(changed)
        finally:
            stop.set()
            heartbeat.join()
            remove_subscriptions(loop.destination.client, loop.options.url)
            file.unlink(missing_ok=True)
            loop.report.print_line(f"Unsubscribed {loop.options.url}")


@dataclass(slots=True)
class _Loop:
    destination: Destination
    options: PublicOptions
    runner: PluginRunner
    report: DevReport
    is_first: bool = True

    def load(self, changed: Iterable[Any]) -> None:
        """Load the plugin, and subscribe what its hooks need; if that fails, what runs keeps running."""
        try:
            plugin, hooks = self.runner.load()
            order = plugin.manifest.interception_order
            desired = self.options.only.limit(desired_subscriptions(hooks.subscriptions, self.options.url, order))
            self._subscribe(desired)
        except CliError as error:
            if self.is_first and isinstance(error, PlatformRefused | PlatformUnreachable):
                raise
            self.report.print_rejected(error, self.runner.version or None)
            return
        self.is_first = False
        files = ", ".join(map(str, changed))
        self.report.print_line(f"Version {self.runner.version} runs{f': {files}' if files else ''}")

    def _subscribe(self, desired: Iterable[Subscription]) -> None:
        client = self.destination.client
        changes = compare(desired, find_subscriptions(client, self.options.url))
        apply_changes(changes, client)
        for sign, items in (("+", (*changes.added, *changes.changed)), ("-", changes.removed)):
            for item in items:
                self.report.print_line(f"  {sign} {item}")
