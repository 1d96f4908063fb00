"""The files, and their content."""

from __future__ import annotations

from biot_emulator.services.files.catalogue import Catalogue
from biot_emulator.services.files.content import FileContent
from biot_emulator.services.files.handlers import FileHandlers
from biot_emulator.services.files.segments import SegmentFolders
from biot_emulator.services.files.signed_urls import SignedUrls
from biot_emulator.services.files.uploads import Uploads
from biot_emulator.wiring.state import State

__all__ = ["Files"]


class Files:
    """The files, and their content."""

    def __init__(self, state: State) -> None:
        folder = state.store.folder
        self.folders = SegmentFolders(folder and folder / "files")
        catalogue = Catalogue(state.store)
        self.folders.keep_files({file.id for file in catalogue.all()})
        self.urls = SignedUrls(state.store, state.clock, state.public_address)
        self.content = FileContent(self.urls, catalogue, self.folders)
        self.handlers = FileHandlers(catalogue, Uploads(catalogue, self.folders), self.urls)
