"""The code of plugins: checked, stored with the plugins, and extracted to run (contract section 6.2)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

from biot_emulator.api.body_fields import Fields
from biot_emulator.errors import SandboxUnavailable
from biot_emulator.runtime.code_folders import CodeFolders, InvalidCode, code_id
from biot_emulator.runtime.interpreters import find_interpreter, language_of
from biot_emulator.services.settings.configuration import DEFAULT_RUNTIME
from biot_emulator.services.settings.plugin import InPlace, Plugin
from biot_emulator.services.settings.seed_code import seed_code
from biot_emulator.state.store import Store
from biot_emulator.state.unavailable_data import DataUnavailable

__all__ = ["Code", "PluginCode", "check_runtime", "runtime_notice"]

Code = bytes | InPlace | None
"""A zip, or a folder; None where a plugin has the code that every plugin begins with."""


class PluginCode:
    """The zips of plugins in the store, and the folders that they are extracted to.

    Args:
        store: The state.
        folders: Where zips are extracted.
    """

    def __init__(self, store: Store, folders: CodeFolders) -> None:
        self._store = store
        self._folders = folders

    @contextmanager
    def check(self, fields: Fields, config: Mapping[str, Any], code: Code) -> Iterator[dict[str, str]]:
        """Check that code can be run, before anything is changed; yield what a plugin stores about it.

        Meanwhile neither it nor its folder is removed.

        Raises:
            ApiError: The code cannot be run.
        """
        if isinstance(code, InPlace):
            yield {"folder": str(code.folder), "python": str(code.python)}
            return
        if config["runtime"] is None:
            yield {}
            return
        content = _seed(config) if code is None else code
        with self._folders.hold(code_id(content)):
            self._extract(fields, content)
            yield {"id": code_id(content)}

    def store(self, plugin: Plugin, code: Code) -> None:
        """Write a plugin's zip, unless it is there already, and undamaged."""
        if "id" in plugin.code and self._load(id := plugin.code["id"]) is None:
            self._store.put_file(id, code if isinstance(code, bytes) else _seed(plugin.config))

    def begins_anew(self, plugin: Plugin, config: Mapping[str, Any]) -> bool:
        """Whether a plugin that still has the code that it began with gets that of another language.

        Args:
            plugin: The plugin so far.
            config: Its new configuration.
        """
        if "id" not in plugin.code or language_of(plugin.config["runtime"]) is language_of(config["runtime"]):
            return False
        return bool(plugin.code["id"] == code_id(_seed(plugin.config)))

    def folder(self, id: str) -> Path | None:
        """Return the folder with the files of a zip, extracted if need be; None where there is no such zip."""
        if folder := self._folders.find(id):
            return folder
        content = self._load(id)
        return None if content is None else self._folders.extract(content)

    def repair(self, id: str) -> None:
        """Make sure that the folder of a zip holds what is in the zip, however long ago it was extracted.

        Raises:
            SandboxUnavailable: There is no such zip any more, or it is damaged.
        """
        if not self._folders.repair(id, lambda: self._load(id)):
            raise SandboxUnavailable("The code of the plugin is gone or damaged: deploy it again")

    def hold(self, id: str) -> AbstractContextManager[None]:
        """Have `keep` leave a zip and its folder meanwhile."""
        return self._folders.hold(id)

    def is_held(self, id: str) -> bool:
        """Whether somebody has a zip stay."""
        return self._folders.is_held(id)

    def keep(self, plugins: Iterable[Plugin], folders: Iterable[Path]) -> None:
        """Remove every zip with its folder but those of some plugins, and those that processes are at work in."""
        ids = {plugin.code.get("id") for plugin in plugins} | self._folders.ids_of(folders)
        self._folders.keep(ids, self._store.delete_file, self._store.file_ids())

    def _extract(self, fields: Fields, content: bytes) -> None:
        try:
            self._folders.extract(content)
        except InvalidCode as invalid:
            raise fields.wrong("code", f"is not valid: {invalid}") from None

    def _load(self, id: str) -> bytes | None:
        """Return the zip with this id; None where there is none, or what is stored is another."""
        try:
            content = self._store.get_file(id)
        except DataUnavailable:
            return None
        return content if content is not None and code_id(content) == id else None


def check_runtime(fields: Fields, config: Mapping[str, Any], code: Code, *, is_new: bool) -> None:
    """Check that the runtime of a new plugin, or one that was sent, can be had on this machine.

    Raises:
        ApiError: It cannot.
    """
    is_sent = bool(fields.present("runtime"))
    if isinstance(code, InPlace) or config["runtime"] is None or not (is_sent or is_new):
        return
    try:
        find_interpreter(config["runtime"], again=True)
    except SandboxUnavailable as unavailable:
        which = "" if is_sent else f"is {DEFAULT_RUNTIME} where it is left out, which "
        raise fields.wrong("runtime", f"{which}cannot be served: {unavailable}") from None


def runtime_notice(plugin: Plugin) -> str | None:
    """Return in what this machine's runtime differs from a plugin's own; None where it does not."""
    return find_interpreter(plugin.config["runtime"]).notice if "id" in plugin.code else None


def _seed(config: Mapping[str, Any]) -> bytes:
    return seed_code(language_of(config["runtime"]).name)
