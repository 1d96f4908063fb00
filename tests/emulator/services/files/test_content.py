from __future__ import annotations

from typing import BinaryIO

import pytest

from biot_emulator.services.files.segments import Segment, SegmentFolders
from biot_emulator.testing import Emulator
from tests.emulator.services.files.contents import CSV, FILES, send, url_of

pytestmark = pytest.mark.slow


def test_a_download_that_begins_while_somebody_replaces_the_content_has_the_new_one(
    emulator: Emulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    upload = emulator.call("POST", f"{FILES}/upload", json=CSV).body
    assert send("PUT", upload["signedUrl"], b"old").status == 200
    url, open_segment, opened = url_of(emulator, upload["id"]), SegmentFolders.open, list[Segment]()

    def open_late(folders: SegmentFolders, id: str, segment: Segment) -> BinaryIO:
        opened.append(segment)
        if len(opened) == 1:
            assert send("PUT", upload["signedUrl"], b"new, and longer").status == 200
        return open_segment(folders, id, segment)

    monkeypatch.setattr(SegmentFolders, "open", open_late)
    answer = send("GET", url)
    assert (answer.status, answer.content, len(opened)) == (200, b"new, and longer", 2)
    # What is gone for good is not looked for again and again.
    emulator.platform.files._folders.remove(upload["id"])
    assert (send("GET", url).status, len(opened)) == (404, 3)
