"""The plugins, created, changed and deleted with everything that belongs to them (contract sections 6.2 to 6.5)."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import asdict, replace
from typing import Any

from biot_emulator.api.body_fields import Fields
from biot_emulator.behaviour.settings import Limits, Plugins as Behaviour
from biot_emulator.runtime.worker_pool import Workers
from biot_emulator.services.settings.code_in_use import CodeInUse
from biot_emulator.services.settings.configuration import DEFAULTS, check_package, image_tag, plugin_name, read_config
from biot_emulator.services.settings.configured_subscriptions import PluginSubscriptions
from biot_emulator.services.settings.errors import (
    PluginExists,
    PluginFieldInvalid,
    PluginNotFound,
    PluginRequestInvalid,
)
from biot_emulator.services.settings.plugin import PREFIX, Plugin
from biot_emulator.services.settings.plugin_addresses import PluginAddresses
from biot_emulator.services.settings.plugin_code import Code, PluginCode, check_runtime
from biot_emulator.services.settings.plugin_images import PluginImages
from biot_emulator.services.settings.taught_rules import check_code_size, check_limits, with_defaults
from biot_emulator.services.settings.update import updated_config
from biot_emulator.services.ums.errors import ServiceNameAlreadyExists, ServiceUserNotFound
from biot_emulator.services.ums.service_users import NewServiceUser, ServiceUsers
from biot_emulator.state.clock import Clock
from biot_emulator.state.store import Store
from biot_emulator.state.timestamps import timestamp

__all__ = ["Plugins"]

_COLLECTION = "plugins"


class Plugins:
    """The plugins, each with its service user, its subscriptions and its code. Safe for several threads.

    Args:
        store: The state.
        clock: The platform's time.
        service_users: What plugins log in as.
        subscriptions: What plugins are called for.
        addresses: Where plugins are called.
        code: The code of plugins.
        images: The images of plugins.
        workers: The processes that run plugins.
        behaviour: What plugins have by default.
        limits: What is too large.

    Attributes:
        in_use: The code that somebody needs.
    """

    def __init__(
        self,
        store: Store,
        clock: Clock,
        service_users: ServiceUsers,
        subscriptions: PluginSubscriptions,
        addresses: PluginAddresses,
        code: PluginCode,
        images: PluginImages,
        workers: Workers,
        behaviour: Behaviour | None = None,
        limits: Limits | None = None,
    ) -> None:
        self._behaviour = behaviour or Behaviour()
        self._limits = limits or Limits()
        self._store = store
        self._clock = clock
        self._service_users = service_users
        self._subscriptions = subscriptions
        self._addresses = addresses
        self._code = code
        self._images = images
        self._workers = workers
        self.in_use = CodeInUse(code, images, workers)
        self._changing = threading.Lock()

    def __iter__(self) -> Iterator[Plugin]:
        """Every plugin, the oldest first."""
        return (Plugin(**document) for document in self._store.all(_COLLECTION))

    def get(self, full_name: str) -> Plugin:
        """Return a plugin by its name with the prefix.

        Raises:
            PluginNotFound: There is no plugin of this name.
        """
        document = self._store.get(_COLLECTION, full_name)
        if document is None:
            hint = "" if full_name.startswith(PREFIX) else f": names begin with {PREFIX} here"
            raise PluginNotFound(f"There is no plugin [{full_name}]{hint}", pluginName=full_name)
        return Plugin(**document)

    def at(self, address: str) -> Plugin | None:
        """Return the plugin with an address; None where there is none."""
        return self._store.view(_COLLECTION, _by_address).get(address)

    def is_known_at(self, address: str) -> bool:
        """Whether a plugin has an address, as far as that is known without any wait: no is no answer."""
        return address in (self._store.present_view(_COLLECTION, _by_address) or {})

    @contextmanager
    def calling(self, address: str) -> Iterator[Plugin | None]:
        """Yield the plugin with an address; None where there is none. Its code stays until it has been called."""
        with ExitStack() as call:
            plugin = self.at(address)
            call.callback(self._finish_call, address, plugin)
            while plugin:
                call.enter_context(self.in_use.hold(plugin))
                # Others may have changed it, and removed its code, before that was held.
                if (current := self.at(address)) == plugin:
                    break
                plugin = current
            yield plugin

    @contextmanager
    def calling_current(self, plugin: Plugin) -> Iterator[Plugin]:
        """Yield a plugin as it is now, to be called as with `calling`.

        Raises:
            PluginNotFound: It has been deleted.
        """
        with self.calling(plugin.address) as current:
            if current is None:
                raise PluginNotFound(f"The plugin [{plugin.full_name}] is deleted", pluginName=plugin.full_name)
            yield current

    def create(self, config: dict[str, Any], code: Code) -> Plugin:
        """Create a plugin, or change nothing where anything fails.

        Args:
            config: The configuration as it was sent.
            code: Its code.

        Raises:
            ApiError: The configuration, or the code, is not valid.
        """
        fields = Fields(config, PluginFieldInvalid)
        name = plugin_name(fields)
        fields.text("displayName")
        fields.integer("version")
        tag = image_tag(fields)
        complete = check_package(read_config(fields, DEFAULTS), tagged=tag is not None, has_code=code is not None)
        complete = with_defaults(fields, complete, self._behaviour)
        self._check_limits(fields, complete, code)
        subscriptions = fields.inner("subscriptions")
        self._subscriptions.read(subscriptions, {})
        self._require_new(name)
        check_runtime(fields, complete, code, is_new=True)
        with self._ready_code(fields, complete, code, tag) as stored_code:
            self._require_new(name)
            requested = self._subscriptions.read(subscriptions, {})
            now = timestamp(self._clock.now())
            with self._store.transaction():
                user = self._create_service_user(fields, name)
                config = {**complete, "subscriptions": requested}
                url = self._addresses.new_url()
                plugin = Plugin(name, config, url, user.id, user.secret_key, stored_code, now, now)
                self._put(plugin, code)
                self._subscriptions.apply(url, subscriptions, requested, {})
        return plugin

    def update(self, full_name: str, config: dict[str, Any], code: Code) -> Plugin:
        """Change a plugin, or change nothing where anything fails.

        Args:
            full_name: Its name with the prefix.
            config: The changes to its configuration (contract section 6.2).
            code: Its new code; None leaves it as it is.

        Raises:
            PluginNotFound: There is no plugin of this name.
            ApiError: The configuration, or the code, is not valid.
        """
        fields = Fields(config, PluginRequestInvalid)
        old, complete, has_new_code = self._changed(full_name, fields, code)
        self._check_limits(fields, complete, code)
        check_runtime(fields, complete, code, is_new=False)
        tag = image_tag(fields)
        with self._ready_code(fields, complete, code, tag) if has_new_code else self._changing_alone() as stored_code:
            # Somebody may have changed it since.
            old, complete, _ = self._changed(full_name, fields, code)
            subscriptions, before = fields.inner("subscriptions"), old.config["subscriptions"]
            config = {**complete, "subscriptions": self._subscriptions.read(subscriptions, before)}
            now = timestamp(self._clock.now())
            new_code = old.code if stored_code is None else stored_code
            new = replace(old, config=config, code=new_code, last_modified_time=now)
            with self._store.transaction():
                self._put(new, code)
                self._subscriptions.apply(new.endpoint_url, subscriptions, config["subscriptions"], before)
        self._end(old)
        return new

    def delete(self, full_name: str) -> None:
        """Delete a plugin.

        Raises:
            PluginNotFound: There is no plugin of this name.
        """
        with self._changing, self._store.transaction():
            plugin = self.get(full_name)
            self._store.delete(_COLLECTION, full_name)
            with suppress(ServiceUserNotFound):
                self._service_users.delete(plugin.service_id)
            self._subscriptions.remove_endpoint(plugin.endpoint_url)
        self._end(plugin)
        with self._changing:
            # Once the plugin is gone for good: what is removed of an image does not come back.
            self._images.remove(plugin, self.images())

    def images(self) -> list[str]:
        """Return the digests of the images that plugins have."""
        return [plugin.code["image"] for plugin in self if "image" in plugin.code]

    def remove_unused_code(self) -> None:
        """Remove the code that no plugin has, no call is on its way to and no process is at work in."""
        with self._changing:
            self.in_use.remove_other(list(self))

    def follow_address(self) -> None:
        """Give every plugin a URL where the platform is served now: mostly, at another port than before."""
        with self._store.transaction():
            for plugin in list(self):
                url = self._addresses.url(plugin.address)
                if url != plugin.endpoint_url:
                    self._subscriptions.move_endpoint(plugin.endpoint_url, url)
                    self._store.put(_COLLECTION, plugin.full_name, asdict(replace(plugin, endpoint_url=url)))

    def _require_new(self, name: str) -> None:
        if self._store.get(_COLLECTION, PREFIX + name):
            message = f"There is a plugin [{name}] already: update it, or choose another name"
            raise PluginExists(message, pluginName=name)

    def _check_limits(self, fields: Fields, config: dict[str, Any], code: Code) -> None:
        check_limits(fields, config, self._limits)
        check_code_size(code, self._limits)

    def _changed(self, full_name: str, fields: Fields, code: Code) -> tuple[Plugin, dict[str, Any], bool]:
        """Return a plugin, its changed configuration, and whether it gets new code."""
        old = self.get(full_name)
        complete, has_new_code = updated_config(fields, old, has_code=code is not None)
        self._subscriptions.read(fields.inner("subscriptions"), old.config["subscriptions"])
        return old, complete, has_new_code or self._code.begins_anew(old, complete)

    @contextmanager
    def _ready_code(
        self, fields: Fields, config: dict[str, Any], code: Code, tag: str | None
    ) -> Iterator[dict[str, str]]:
        """Unpack code while others change plugins, and then be alone; yield what a plugin stores about it."""
        is_image = config["deploymentPackageType"] == "IMAGE" and tag is not None
        unpacked = self._images.resolve(tag) if is_image and tag else self._code.check(fields, config, code)
        with self._nothing_left_on_failure(), unpacked as stored_code, self._changing:
            yield stored_code

    @contextmanager
    def _changing_alone(self) -> Iterator[None]:
        """Be alone in changing plugins, where no code is."""
        with self._changing:
            yield

    def _create_service_user(self, fields: Fields, name: str) -> NewServiceUser:
        try:
            return self._service_users.create(PREFIX + name)
        except ServiceNameAlreadyExists:
            # Not that the plugin exists: whoever reads that would try to update it.
            taken = f"is taken: the service user [{PREFIX}{name}] is there already, and is no plugin's"
            raise fields.wrong("name", f"{taken}: delete it, or choose another name") from None

    def _put(self, plugin: Plugin, code: Code) -> None:
        self._store.put(_COLLECTION, plugin.full_name, asdict(plugin))
        self._code.store(plugin, code)

    def _finish_call(self, address: str, before: Plugin | None) -> None:
        if before and self.at(address) != before and not self.in_use.is_held(before):
            self._end(before)

    def _end(self, plugin: Plugin) -> None:
        """End the processes of what was changed or deleted, and remove its code unless a call needs it."""
        self._workers.retire(plugin.name)
        self.remove_unused_code()

    @contextmanager
    def _nothing_left_on_failure(self) -> Iterator[None]:
        try:
            yield
        except BaseException:
            self.remove_unused_code()
            raise


def _by_address(documents: list[dict[str, Any]]) -> dict[str, Plugin]:
    plugins = [Plugin(**document) for document in documents]
    return {plugin.address: plugin for plugin in plugins}
