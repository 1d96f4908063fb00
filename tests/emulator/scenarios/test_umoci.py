"""Any stack of layers becomes what another tool makes of it."""

from __future__ import annotations

import json
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from hypothesis import assume, given, settings, strategies as st

from biot_emulator.image.unpacking import unpack
from tests.emulator.image.memory import Member, MemoryImage, file, folder, hard_link, layer, link, tree
from tests.thoroughness import tries

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(shutil.which("umoci") is None, reason="umoci is not installed"),
]

NAMES = ["a", "b", "c"]
paths = st.lists(st.sampled_from(NAMES), min_size=1, max_size=3).map("/".join)
targets = st.builds(
    lambda start, path: start + path, st.sampled_from(["", "/", "../", "../../../"]), st.one_of(paths, st.just("."))
)
contents = st.text("xyz", max_size=3)
members: st.SearchStrategy[Callable[[], Member]] = st.one_of(
    st.builds(lambda path, text: lambda: file(path, text), paths, contents),
    st.builds(lambda path: lambda: folder(path), paths),
    st.builds(lambda path, target: lambda: link(path, target), paths, targets),
    st.builds(lambda path, other: lambda: hard_link(path, other), paths, paths),
)
#: Each layer begins with what it removes, so that it does not depend on the order.
whiteouts = st.builds(lambda path, opaque: f"{path}/.wh..wh..opq" if opaque else _whiteout(path), paths, st.booleans())
layers = st.tuples(
    st.lists(whiteouts, max_size=2).map(lambda names: sorted(names, key=_is_whiteout)), st.lists(members, max_size=6)
)


def _whiteout(path: str) -> str:
    parent, _, name = path.rpartition("/")
    return f"{parent}/.wh.{name}".lstrip("/")


def _is_whiteout(name: str) -> bool:
    """Sort what empties folders first, as the other tool goes by the order."""
    return not name.endswith(".wh..wh..opq")


def _umoci(image: MemoryImage, folder: Path) -> dict[str, str] | None:
    """Unpack an image with umoci; None where it refuses it."""
    layout = folder / "layout"
    for digest, content in image.blobs.items():
        blob = layout / "blobs" / digest.replace(":", "/")
        blob.parent.mkdir(parents=True, exist_ok=True)
        blob.write_bytes(content)
    manifest = image.manifest
    blob = layout / "blobs" / manifest.digest.replace(":", "/")
    blob.parent.mkdir(parents=True, exist_ok=True)
    blob.write_bytes(manifest.content)
    media_type = "application/vnd.oci.image.manifest.v1+json"
    named = {"org.opencontainers.image.ref.name": "image"}
    entry = {"mediaType": media_type, "digest": manifest.digest, "size": len(manifest.content), "annotations": named}
    (layout / "index.json").write_text(json.dumps({"schemaVersion": 2, "manifests": [entry]}))
    (layout / "oci-layout").write_text('{"imageLayoutVersion": "1.0.0"}')
    root = folder / "umoci"
    command = ["umoci", "raw", "unpack", "--rootless", "--image", f"{layout}:image", str(root)]
    return tree(root) if subprocess.run(command, capture_output=True).returncode == 0 else None


@given(st.lists(layers, max_size=4))
@settings(max_examples=tries(25, 60))
def test_the_same_files_as_umoci_makes(stack: Sequence[tuple[list[str], list[Callable[[], Member]]]]) -> None:
    built = [layer(*(file(name) for name in removed), *(make() for make in added)) for removed, added in stack]
    image = MemoryImage(built, {"Cmd": ["x"]})
    with tempfile.TemporaryDirectory() as temporary:
        expected = _umoci(image, Path(temporary))
        # What it refuses, such as a hard link to what it has just removed, we may know how to unpack.
        assume(expected is not None)
        unpack(image, Path(temporary, "ours"))
        assert tree(Path(temporary, "ours")) == expected
