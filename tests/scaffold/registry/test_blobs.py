from __future__ import annotations

from pathlib import Path

import pytest

from biot_plugin_cli.errors import OperationFailed
from biot_plugin_cli.registry.blobs import Blob
from biot_plugin_cli.registry.descriptor import Descriptor


def test_a_file_and_its_bytes_are_the_same_blob(tmp_path: Path) -> None:
    path = tmp_path / "blob"
    path.write_bytes(b"content")
    from_file, from_bytes = Blob.from_file(path, "a/b"), Blob.from_bytes(b"content", "a/b")
    assert from_file == from_bytes
    assert from_file.descriptor == Descriptor.of(b"content", "a/b")
    for blob in (from_file, from_bytes, from_file):
        reader = blob.open()
        assert reader.read(100) == b"content"
        reader.close()
    assert (from_file.path, from_bytes.path) == (path, None)


def test_a_file_that_is_gone_is_named(tmp_path: Path) -> None:
    with pytest.raises(OperationFailed, match=r"Cannot read .*gone \(No such file"):
        Blob.from_file(tmp_path / "gone", "a/b")
    with pytest.raises(OperationFailed, match="gone"):
        Blob.at(tmp_path / "gone", Descriptor.of(b"", "a/b")).open()
