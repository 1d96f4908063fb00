from __future__ import annotations

import pytest

from biot_plugin_cli.archive.content_hash import Digest, content_hash
from biot_plugin_cli.archive.zip_file import Entry


@pytest.mark.parametrize(("name", "counts"), [("__pycache__/norms.cpython-313.pyc", False), ("lab/norms.pyc", True)])
def test_bytecode_counts_where_it_is_the_module_itself(name: str, counts: bool) -> None:
    hashes = {content_hash([Digest.of(Entry(name, content))]) for content in (b"1", b"2")}

    assert len(hashes) == (2 if counts else 1)
