"""What layers leave of each other's files: whiteouts, opaque folders, and files in the place of folders."""

from __future__ import annotations

from collections.abc import Sequence
from tarfile import DIRTYPE, SYMTYPE, TarInfo

import pytest

from biot_plugin_cli.image.layers.file_list import merge


def _member(name: str) -> TarInfo:
    member = TarInfo(name.rstrip("/"))
    member.type = DIRTYPE if name.endswith("/") else member.type
    return member


@pytest.mark.parametrize(
    ("layers", "files"),
    [
        ([["a/b", "a/c"], ["a/.wh.b"]], ["a/c"]),
        ([["a/", "a/b", "ab"], [".wh.a"]], ["ab"]),
        ([["a/b", "a/c/d", "e"], ["a/.wh..wh..opq"]], ["e"]),
        ([["a"], [".wh..wh..opq"]], []),
        # They remove nothing of their own layer, wherever they stand.
        ([["a/b"], ["a/b", "a/.wh.b"]], ["a/b"]),
        ([["a/b"], ["a/.wh..wh..opq", "a/c"]], ["a/c"]),
        ([["a/b"], ["a/c", "a/.wh..wh..opq"]], ["a/c"]),
        # What was removed may come again.
        ([["a"], [".wh.a"], ["a"]], ["a"]),
        ([["a/b"], ["a"]], ["a"]),
        ([["a/b"], ["a/"]], ["a/", "a/b"]),
        ([["./a", "/b", "c//d", "../e"]], ["a", "b", "c/d", "e"]),
        ([["a"], [".wh.nothing", "x/.wh.a"]], ["a"]),
        ([], []),
    ],
)
def test_layers_are_merged(layers: Sequence[Sequence[str]], files: list[str]) -> None:
    merged = merge(map(_member, names) for names in layers)
    assert sorted(path + "/" * file.is_folder for path, file in merged.files.items()) == files


def test_links_and_sizes_are_described() -> None:
    link, file, below = TarInfo("link"), TarInfo("bin/tool"), TarInfo("bin/tool")
    link.type, link.linkname = SYMTYPE, "bin/tool"
    file.size, below.size = 7, 3
    merged = merge([[below], [link, file]])
    assert merged.files["link"].target == "bin/tool"
    # Every layer is stored.
    assert merged.unpacked_size == 10
    assert [path for path, _ in merged.in_folder("/bin/")] == ["bin/tool"]
