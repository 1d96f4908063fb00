from __future__ import annotations

from pathlib import Path

import pytest

from biot_plugin_cli.uv.file_urls import file_of


@pytest.mark.parametrize("path", ["/a/b.whl", "/a b/é.whl", "/a%20b/c+d.whl"])
def test_a_file_is_that_of_its_url(path: str) -> None:
    assert file_of(Path(path).as_uri()) == Path(path)
    assert file_of(f"{Path(path).as_uri()}#sha256=1") == Path(path)
