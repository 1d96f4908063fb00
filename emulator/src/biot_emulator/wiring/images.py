"""The images of plugins, and who may push them."""

from __future__ import annotations

import ssl

from biot_emulator.image.unpacked import UnpackedImages
from biot_emulator.registry.blob_files import BlobFiles
from biot_emulator.registry.credentials import USER, RegistryCredentials
from biot_emulator.registry.exchange import Exchange, Login
from biot_emulator.registry.local import LocalRegistry
from biot_emulator.registry.outside.address import RegistryAddress
from biot_emulator.registry.outside.pull_client import PullClient
from biot_emulator.registry.outside.pulled_images import PulledImages
from biot_emulator.runtime.version_folders import VersionFolders
from biot_emulator.services.settings.plugin_images import PluginImages
from biot_emulator.state.reached_host import reached_host
from biot_emulator.wiring.state import State

__all__ = ["Images"]


class Images:
    """The images of plugins, and who may push them."""

    def __init__(self, state: State, outside: RegistryAddress | None, certificates: ssl.SSLContext | None) -> None:
        folder = state.store.folder
        self._public_address = state.public_address
        self._outside = outside
        self.credentials = RegistryCredentials(state.store, state.clock)
        self.local: LocalRegistry | None = None
        self.source: LocalRegistry | PulledImages
        if outside:
            files = BlobFiles(folder and folder / "pulled-images")
            self.source = PulledImages(outside, files, PullClient(outside, certificates))
        else:
            self.source = self.local = LocalRegistry(state.store, BlobFiles(folder and folder / "registry"))
        self.unpacked = UnpackedImages(state.store, VersionFolders(folder and folder / "images"))
        self.of_plugins = PluginImages(self.source, self.credentials, self.unpacked)
        self.exchange = Exchange(self.credentials, self._log_in)

    def _log_in(self, host: str) -> Login:
        password, expiration = self.credentials.new_password()
        if outside := self._outside:
            # Whoever needs no password is not asked for this one.
            user, password = (outside.user, outside.password) if outside.user else (USER, "anonymous")
            return Login(user, password, expiration, outside.url)
        return Login(USER, password, expiration, f"http://{reached_host(host, self._public_address)}")

    def secret_values(self) -> list[str]:
        """Return what no plugin may read, or have recorded."""
        password = self._outside.password if self._outside else ""
        return [*self.credentials.secret_values(), *([password] if password else [])]
