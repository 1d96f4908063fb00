"""The code that somebody needs: a plugin that has it, a call on its way to it, or a process that is at work in it."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path

from biot_emulator.runtime.holds import Holds
from biot_emulator.runtime.worker_pool import Workers
from biot_emulator.services.settings.plugin import Plugin
from biot_emulator.services.settings.plugin_code import PluginCode
from biot_emulator.services.settings.plugin_images import PluginImages
from biot_emulator.state.unavailable_data import DataUnavailable

__all__ = ["CodeInUse"]

_log = logging.getLogger("biot_emulator")


class CodeInUse:
    """Zips and images, with the folders that they are extracted to. Safe for several threads.

    Args:
        code: The zips of plugins.
        images: The images of plugins.
        workers: The processes that run plugins.
    """

    def __init__(self, code: PluginCode, images: PluginImages, workers: Workers) -> None:
        self._code = code
        self._images = images
        self._workers = workers
        self._in_place = Holds[Path]()

    def hold(self, plugin: Plugin) -> AbstractContextManager[None]:
        """Have the code of a plugin stay meanwhile."""
        if "id" in plugin.code:
            return self._code.hold(plugin.code["id"])
        if "image" in plugin.code:
            return self._images.hold(plugin.code["image"])
        return self._in_place.hold(Path(plugin.code["folder"])) if plugin.is_in_place else nullcontext()

    def is_held(self, plugin: Plugin) -> bool:
        """Whether somebody has the code of a plugin stay."""
        if "id" in plugin.code:
            return self._code.is_held(plugin.code["id"])
        if "image" in plugin.code:
            return self._images.is_held(plugin.code["image"])
        return plugin.is_in_place and Path(plugin.code["folder"]) in self._in_place

    def folders(self) -> set[Path]:
        """Return the folders that are run in place and that calls are on their way to, and those of all processes."""
        return self._in_place.all() | self._workers.folders()

    def remove_other(self, plugins: Sequence[Plugin]) -> None:
        """Remove the code that nobody needs.

        Args:
            plugins: Every plugin; nobody may change one meanwhile.
        """
        folders = self._workers.folders()
        try:
            self._code.keep(plugins, folders)
            self._images.keep(plugins, folders)
        except DataUnavailable as error:
            # Nobody's call or change fails for that: what is left goes with the next change, or at the next start.
            _log.error("Code that no plugin has could not be removed: %s", error)
