"""The images that are unpacked: one folder for each digest, whichever plugins have it."""

from __future__ import annotations

import json
import zlib
from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager
from pathlib import Path

from biot_emulator.image.documents import parse_config
from biot_emulator.image.errors import InvalidImage, LayersMissing
from biot_emulator.image.execution import Execution, plan_execution
from biot_emulator.image.source import Source
from biot_emulator.image.tree_stamps import TreeStamps
from biot_emulator.runtime.version_folders import VersionFolders
from biot_emulator.sandbox.rehearsal import can_have_roots
from biot_emulator.state.store import Store
from biot_emulator.state.unavailable_data import DataUnavailable

__all__ = ["UnpackedImages"]

_SEALED = 0o555
_ID_LENGTH = 32


class UnpackedImages:
    """Unpacks each image once, and again where it has been changed since. Safe for several threads.

    Args:
        store: The state; what is known of an image is there, where no plugin can change it.
        folders: Where images are unpacked.
    """

    def __init__(self, store: Store, folders: VersionFolders) -> None:
        self._store = store
        self._folders = folders
        self._executions: dict[str, Execution] = {}

    @property
    def root(self) -> Path:
        """The folder with all of them."""
        return self._folders.root

    def unpack(self, source: Source) -> None:
        """Have an image unpacked, and be as it was when it was unpacked.

        Raises:
            InvalidImage: It cannot be unpacked.
            EmulatorError: It cannot be had.
        """
        id = _id(source.manifest.digest)
        self._folders.obtain(id, _Image(source.manifest.digest, lambda: source, self._store))

    def hold(self, digest: str) -> AbstractContextManager[None]:
        """Have `keep` leave an image meanwhile, which no plugin may have."""
        return self._folders.hold(_id(digest))

    def is_held(self, digest: str) -> bool:
        """Whether somebody has an image stay."""
        return self._folders.is_held(_id(digest))

    def execution(self, digest: str, find: Callable[[], Source | None]) -> Execution:
        """Return how an image is run, which is unpacked where it is not.

        Args:
            digest: Its digest.
            find: Finds it.

        Raises:
            EmulatorError: It cannot be run here, or not be had.
        """
        id = _id(digest)
        tree = self._folders.find(id)
        if tree is None or id not in self._executions:
            image = _Image(digest, find, self._store)
            if tree is None or image.recall() is None:
                tree = self._folders.obtain(id, image)
            config = parse_config(image.config())
            self._executions[id] = plan_execution(tree, config, can_have_roots)
        return self._executions[id]

    def repair(self, digest: str, find: Callable[[], Source | None]) -> None:
        """Unpack an image again whose folder is gone, or not as it was when it was unpacked.

        Args:
            digest: Its digest.
            find: Finds it.

        Raises:
            EmulatorError: It cannot be had any more, or not be unpacked.
        """
        if not self._folders.is_unchanged(_id(digest)):
            self._folders.obtain(_id(digest), _Image(digest, find, self._store))

    def keep(self, digests: Iterable[str], folders: Iterable[Path] = ()) -> None:
        """Remove every image but some, and those that some code folders are in."""
        self._folders.keep({*map(_id, digests), *self._folders.ids_of(folders)}, self._forget)

    def clear(self) -> None:
        """Remove every image."""
        self.keep(())
        self._executions.clear()

    def close(self) -> None:
        """Remove the folders if they are temporary."""
        self._folders.close()

    def _forget(self, id: str) -> None:
        self._executions.pop(id, None)
        self._store.delete_file(_note(id))


class _Image:
    """An image as a version of code; what is known of it is noted in the state."""

    def __init__(self, digest: str, find: Callable[[], Source | None], store: Store) -> None:
        self._note = _note(_id(digest))
        self._digest = digest
        self._find = find
        self._store = store
        self._config = b""

    def config(self) -> bytes:
        """Return its configuration, which is noted where it has been unpacked."""
        note = self._load()
        if note is None:
            raise LayersMissing("The image of the plugin is not unpacked any more: deploy it again")
        return note[0]

    def recall(self) -> TreeStamps | None:
        note = self._load()
        return note and note[1]

    def write(self, folder: Path) -> None:
        source = self._find()
        if source is None:
            raise LayersMissing("The image of the plugin is gone: push and deploy it again")
        if source.manifest.digest != self._digest:
            raise InvalidImage("The image of the plugin is another than it was: deploy it again")
        # Whoever has no images does not wait until archives can be read.
        from biot_emulator.image.unpacking import unpack

        self._config = unpack(source, folder)

    def seal(self, folder: Path) -> TreeStamps:
        folder.chmod(_SEALED)
        stamps = TreeStamps.of(folder)
        note = {"config": self._config.decode("utf-8", "surrogateescape"), "stamps": stamps.stamps}
        self._store.put_file(self._note, zlib.compress(json.dumps(note).encode(), 1))
        return stamps

    def _load(self) -> tuple[bytes, TreeStamps] | None:
        try:
            content = self._store.get_file(self._note)
            note = json.loads(zlib.decompress(content)) if content else None
        except (DataUnavailable, ValueError, zlib.error):
            return None
        if note is None:
            return None
        return note["config"].encode("utf-8", "surrogateescape"), TreeStamps(
            {path: tuple(stamp) for path, stamp in note["stamps"].items()}
        )


def _id(digest: str) -> str:
    return digest.partition(":")[2][:_ID_LENGTH]


def _note(id: str) -> str:
    return f"image:{id}"
