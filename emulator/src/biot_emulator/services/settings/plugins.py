"""The plugins, made, changed and removed together with what belongs to them (contract sections 6.2 to 6.5)."""

from __future__ import annotations

import secrets
import string
import threading
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import asdict, replace
from typing import Any

from biot_emulator.api.body_fields import Fields
from biot_emulator.errors import SandboxUnavailable
from biot_emulator.platform import Platform
from biot_emulator.runtime.code_folders import CodeFolders, InvalidCode, code_id
from biot_emulator.runtime.pythons import find_python
from biot_emulator.runtime.worker_pool import Workers
from biot_emulator.services.dispatcher.subscriptions import Subscriptions
from biot_emulator.services.errors import ServiceNameAlreadyExists, ServiceUserNotFound
from biot_emulator.services.settings.configuration import DEFAULTS, check_package, image_tag, plugin_name, read_config
from biot_emulator.services.settings.configured_subscriptions import PluginSubscriptions
from biot_emulator.services.settings.errors import (
    PluginExists,
    PluginNotFound,
    PluginRequestInvalid,
)
from biot_emulator.services.settings.plugin import ADDRESS_PATH, PREFIX, InPlace, Plugin
from biot_emulator.services.settings.seed_code import seed_code
from biot_emulator.services.settings.update import updated_config
from biot_emulator.services.ums.service_users import ServiceUser, ServiceUsers
from biot_emulator.state.clock import timestamp

__all__ = ["Plugins"]

_COLLECTION = "plugins"
_ADDRESS_LETTERS = string.ascii_lowercase + string.digits
_ADDRESS_LENGTH = 32


class Plugins:
    """Keeps the plugins, each with its service user, its subscriptions and its code. Safe for several threads.

    Args:
        platform: The platform whose plugins they are.
        services: Who they log in as.
        subscriptions: What they are called for.
        folders: Where their code is extracted.
        workers: What runs them.
    """

    def __init__(
        self,
        platform: Platform,
        services: ServiceUsers,
        subscriptions: Subscriptions,
        folders: CodeFolders,
        workers: Workers,
    ) -> None:
        self._platform = platform
        self._store = platform.store
        self._services = services
        self._subscriptions = subscriptions
        self._wanted = PluginSubscriptions(platform.router, subscriptions)
        self._folders = folders
        self._workers = workers
        self._changing = threading.Lock()
        platform.located.append(self._move)
        # Only now, when no process of an old version can be at work in its folder.
        folders.keep({plugin.code.get("id", "") for plugin in self})
        platform.plugins = self

    def __iter__(self) -> Iterator[Plugin]:
        """Every plugin, in the order in which they were made."""
        return (Plugin(**document) for document in self._store.all(_COLLECTION))

    def get(self, full_name: str) -> Plugin:
        """Find a plugin by its name with the prefix.

        Raises:
            PluginNotFound: There is none of this name.
        """
        document = self._store.get(_COLLECTION, full_name)
        if document is None:
            hint = "" if full_name.startswith(PREFIX) else f": names begin with {PREFIX} here"
            raise PluginNotFound(f"There is no plugin [{full_name}]{hint}", pluginName=full_name)
        return Plugin(**document)

    def at(self, address: str) -> Plugin | None:
        """Find a plugin by the characters of its address."""
        return next((plugin for plugin in self if plugin.address == address), None)

    def is_address(self, url: str) -> bool:
        """Whether this is where a plugin of this platform is, or once was."""
        return url.startswith(f"{self._platform.base_url}{ADDRESS_PATH}")

    def create(self, config: dict[str, Any], code: bytes | InPlace | None) -> Plugin:
        """Make a plugin; where anything fails, nothing was done.

        Args:
            config: The configuration as it was sent.
            code: Its code; None has it begin with the platform's own.

        Raises:
            ApiError: The configuration, or the code, is not what it should be.
        """
        fields = Fields(config)
        name = plugin_name(fields)
        fields.text("displayName")
        fields.integer("version")
        tagged = image_tag(fields) is not None
        complete = check_package(fields, read_config(fields, DEFAULTS), tagged=tagged, has_code=code is not None)
        subscriptions = fields.inner("subscriptions")
        wanted = self._wanted.read(subscriptions, {})
        with self._changing:
            if self._store.get(_COLLECTION, PREFIX + name):
                message = f"There is a plugin [{name}] already: update it, or choose another name"
                raise PluginExists(message, pluginName=name)
            _check_runtime(fields, complete, code)
            kept = self._code(fields, complete, code)
            now = timestamp(self._platform.clock.now())
            with self._store.transaction():
                service = self._service(fields, name)
                config = {**complete, "subscriptions": wanted}
                url = self._endpoint_url(_new_address())
                plugin = Plugin(name, config, url, service.id, service.secret_key, kept, now, now)
                self._put(plugin, code)
                self._wanted.apply(url, subscriptions, wanted, {})
        return plugin

    def update(self, full_name: str, config: dict[str, Any], code: bytes | InPlace | None) -> Plugin:
        """Change a plugin; where anything fails, nothing was done.

        Args:
            full_name: Its name with the prefix.
            config: What is to change of its configuration (contract section 6.2).
            code: Its new code; None keeps it.

        Raises:
            PluginNotFound: There is none of this name.
            ApiError: The configuration, or the code, is not what it should be.
        """
        fields = Fields(config, PluginRequestInvalid)
        with self._changing:
            old = self.get(full_name)
            complete, has_new = updated_config(fields, old, has_code=code is not None)
            before = old.config["subscriptions"]
            subscriptions = fields.inner("subscriptions")
            wanted = self._wanted.read(subscriptions, before)
            _check_runtime(fields, complete, code)
            kept = self._code(fields, complete, code) if has_new else old.code
            now = timestamp(self._platform.clock.now())
            new = replace(old, config={**complete, "subscriptions": wanted}, code=kept, last_modified_time=now)
            with self._store.transaction():
                self._put(new, code)
                self._forget_code(old)
                self._wanted.apply(new.endpoint_url, subscriptions, wanted, before)
        self._workers.retire(new.name)
        return new

    def delete(self, full_name: str) -> None:
        """Remove a plugin.

        Raises:
            PluginNotFound: There is none of this name.
        """
        with self._changing, self._store.transaction():
            plugin = self.get(full_name)
            self._store.delete(_COLLECTION, full_name)
            with suppress(ServiceUserNotFound):
                self._services.delete(plugin.service_id)
            self._subscriptions.remove_endpoint(plugin.endpoint_url)
            self._forget_code(plugin)
        self._workers.retire(plugin.name)

    def _service(self, fields: Fields, name: str) -> ServiceUser:
        try:
            return self._services.create(PREFIX + name)
        except ServiceNameAlreadyExists:
            # Not that the plugin exists: whoever is told so would try to update it.
            taken = f"is taken: the service user [{PREFIX}{name}] is there already, and is no plugin's"
            raise fields.wrong("name", f"{taken}: delete it, or choose another name") from None

    def _endpoint_url(self, address: str) -> str:
        return f"{self._platform.base_url}{ADDRESS_PATH}{address}/"

    def _move(self) -> None:
        """Take the plugins along to where the platform is now: another port, mostly."""
        with self._store.transaction():
            for plugin in list(self):
                url = self._endpoint_url(plugin.address)
                if url != plugin.endpoint_url:
                    self._subscriptions.move_endpoint(plugin.endpoint_url, url)
                    self._store.put(_COLLECTION, plugin.full_name, asdict(replace(plugin, endpoint_url=url)))

    def _code(self, fields: Fields, config: Mapping[str, Any], code: bytes | InPlace | None) -> dict[str, str]:
        """See that the code can be run, before anything is changed; tell how it is kept."""
        if isinstance(code, InPlace):
            return {"folder": str(code.folder), "python": str(code.python)}
        if config["runtime"] is None:
            return {}
        content = seed_code() if code is None else code
        try:
            self._folders.extract(content)
        except InvalidCode as invalid:
            raise fields.wrong("code", f"is not what it should be: {invalid}") from None
        return {"id": code_id(content)}

    def _put(self, plugin: Plugin, code: bytes | InPlace | None) -> None:
        self._store.put(_COLLECTION, plugin.full_name, asdict(plugin))
        if "id" in plugin.code and not self._store.has_file(id := plugin.code["id"]):
            self._store.put_file(id, code if isinstance(code, bytes) else seed_code())

    def _forget_code(self, plugin: Plugin) -> None:
        """Drop a plugin's code, unless one has it still."""
        id = plugin.code.get("id")
        if id and all(other.code.get("id") != id for other in self):
            self._store.delete_file(id)
        # A call may just be on its way to the code of before: its folder goes at the next change.
        self._folders.keep({id, *(other.code.get("id") for other in self), *self._workers.folders()})


def _check_runtime(fields: Fields, config: Mapping[str, Any], code: bytes | InPlace | None) -> None:
    if isinstance(code, InPlace) or config["runtime"] is None or not fields.present("runtime"):
        return
    try:
        find_python(config["runtime"])
    except SandboxUnavailable as unavailable:
        raise fields.wrong("runtime", f"cannot be served: {unavailable}") from None


def _new_address() -> str:
    return "".join(secrets.choice(_ADDRESS_LETTERS) for _ in range(_ADDRESS_LENGTH))
