"""Whatever order the requests of an upload come in, its bytes are those that were accepted, in order."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest
from hypothesis import given, strategies as st

from biot_emulator.registry import uploads
from biot_emulator.registry.blob_files import BlobFiles
from biot_emulator.registry.digests import Digest
from biot_emulator.registry.errors import DigestInvalid, RangeInvalid, UploadUnknown
from biot_emulator.registry.uploads import Uploads

CHUNKS = st.lists(st.tuples(st.binary(max_size=40), st.integers(-3, 3), st.booleans()), max_size=12)


@given(chunks=CHUNKS, algorithm=st.sampled_from(["sha256", "sha512"]), is_right=st.booleans())
def test_a_blob_is_what_was_accepted_in_order(
    chunks: list[tuple[bytes, int, bool]], algorithm: str, is_right: bool
) -> None:
    files = BlobFiles()
    every, accepted = Uploads(files), b""
    upload = every.begin("a")
    for content, shift, says_where in chunks:
        start = len(accepted) + shift if says_where else None
        if start not in (None, len(accepted)):
            with pytest.raises(RangeInvalid), every.writing(upload, start):
                pass
            continue
        with every.writing(upload, start) as writer:
            writer.write(content)
        accepted += content
        assert every.get("a", upload.id).size == len(accepted)
    digest = Digest.of(accepted if is_right else accepted + b"x", algorithm)
    if is_right:
        every.finish(upload, digest, lambda path: files.adopt(path, digest))
        assert files.path(digest).read_bytes() == accepted
    else:
        with pytest.raises(DigestInvalid):
            every.finish(upload, digest, lambda path: files.adopt(path, digest))
        assert files.size(digest) is None
    with pytest.raises(UploadUnknown):
        every.get("a", upload.id)
    assert not [path for path in files.root.rglob("*") if path.is_file() and path != files.path(digest)]
    files.close()


def test_who_has_been_overtaken_writes_no_more(tmp_path: Path) -> None:
    every = Uploads(BlobFiles(tmp_path))
    upload = every.begin("a")
    with every.writing(upload) as stale:
        stale.write(b"one")
        with every.writing(upload, 3) as current:
            current.write(b"two")
        with pytest.raises(UploadUnknown):
            stale.write(b"three")
    assert upload.path.read_bytes() == b"onetwo"
    assert upload.hash.digest() == hashlib.sha256(b"onetwo").digest()


def test_uploads_that_were_forgotten_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(uploads, "_MAX_UPLOADS", 2)
    every = Uploads(BlobFiles(tmp_path))
    first, second, _ = (every.begin("a") for _ in range(3))
    with pytest.raises(UploadUnknown):
        every.get("a", first.id)
    assert every.get("a", second.id) is second
    assert not first.path.exists()
    monkeypatch.setattr(uploads, "_IDLE_SECONDS", -1.0)
    last = every.begin("a")
    assert [path.name for path in (tmp_path / "partial").iterdir()] == [last.path.name]


def test_an_upload_is_of_one_repository(tmp_path: Path) -> None:
    every = Uploads(BlobFiles(tmp_path))
    upload = every.begin("a")
    with pytest.raises(UploadUnknown):
        every.get("b", upload.id)
    every.cancel(upload)
    with pytest.raises(UploadUnknown):
        every.cancel(upload)
    with pytest.raises(UploadUnknown), every.writing(upload):
        pass
