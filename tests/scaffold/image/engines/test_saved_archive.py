"""Images as engines save them: Docker's own format of old, both at once, and what is damaged."""

from __future__ import annotations

import gzip
import io
import json
import tarfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from biot_plugin_cli.errors import OperationFailed
from biot_plugin_cli.image.engines.saved_archive import read_archive
from biot_plugin_cli.registry.digests import digest_of
from tests.registries import make_tar

LAYERS = [make_tar(a=b"a" * 5000), make_tar(b=b"")]
CONFIGURATION: dict[str, Any] = {
    "architecture": "amd64",
    "os": "linux",
    "config": {"Cmd": ["index.handler"]},
    "rootfs": {"type": "layers", "diff_ids": [digest_of(layer) for layer in LAYERS]},
}


def _json(document: object) -> bytes:
    return json.dumps(document).encode()


def _docker(*layers: bytes, configuration: object = CONFIGURATION) -> dict[str, bytes]:
    names = [f"{number}/layer.tar" for number in range(len(layers))]
    listed = [{"Config": "abc.json", "RepoTags": ["x:latest"], "Layers": names}]
    return {
        "manifest.json": _json(listed),
        "abc.json": _json(configuration),
        **dict(zip(names, layers, strict=True)),
    }


def _oci(*layers: bytes) -> dict[str, bytes]:
    def add(content: bytes) -> dict[str, Any]:
        digest = digest_of(content)
        blobs[f"blobs/{digest.replace(':', '/')}"] = content
        return {"digest": digest, "size": len(content)}

    blobs: dict[str, bytes] = {}
    manifest = _json({"config": add(_json(CONFIGURATION)), "layers": [add(layer) for layer in layers]})
    return {"index.json": _json({"manifests": [add(manifest)]}), **blobs}


def _archive(tmp_path: Path, files: Mapping[str, bytes], links: Mapping[str, str] | None = None) -> Path:
    path = tmp_path / "saved.tar"
    with tarfile.open(path, "w") as archive:
        for name, content in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
        for name, target in (links or {}).items():
            member = tarfile.TarInfo(name)
            member.type, member.linkname = tarfile.SYMTYPE, target
            archive.addfile(member)
    return path


@pytest.mark.parametrize(
    "files",
    [
        _docker(*LAYERS),
        _docker(*map(gzip.compress, LAYERS)),
        _oci(*map(gzip.compress, LAYERS)),
        # As newer versions of Docker save images.
        {**_docker(*LAYERS), **_oci(*LAYERS)},
    ],
    ids=["docker", "docker, compressed", "oci", "both"],
)
def test_an_image_is_read(tmp_path: Path, files: Mapping[str, bytes]) -> None:
    saved = read_archive(_archive(tmp_path, files), tmp_path)
    assert saved.configuration == CONFIGURATION
    assert [gzip.decompress(layer.path.read_bytes()) for layer in saved.layers] == LAYERS
    for layer, plain in zip(saved.layers, LAYERS, strict=True):
        content = layer.path.read_bytes()
        assert (layer.digest, layer.size) == (digest_of(content), len(content))
        assert (layer.diff_id, layer.unpacked_size) == (digest_of(plain), len(plain))


def test_compressed_layers_stay_as_they_are(tmp_path: Path) -> None:
    layers = [gzip.compress(layer, 1) for layer in LAYERS]
    saved = read_archive(_archive(tmp_path, _docker(*layers)), tmp_path)
    assert [layer.path.read_bytes() for layer in saved.layers] == layers


def test_an_equal_layer_may_be_a_link(tmp_path: Path) -> None:
    layers = [LAYERS[0], LAYERS[0]]
    configuration = {**CONFIGURATION, "rootfs": {"diff_ids": [digest_of(layer) for layer in layers]}}
    files = _docker(*layers, configuration=configuration)
    del files["1/layer.tar"]
    saved = read_archive(_archive(tmp_path, files, {"1/layer.tar": "../0/layer.tar"}), tmp_path)
    assert [layer.diff_id for layer in saved.layers] == [digest_of(LAYERS[0])] * 2


@pytest.mark.parametrize(
    ("files", "links"),
    [
        ({}, {}),
        ({"manifest.json": b"[]"}, {}),
        ({"manifest.json": _json([{}, {}])}, {}),
        ({"manifest.json": b"{"}, {}),
        (_docker(LAYERS[0]), {}),
        (_docker(LAYERS[1], LAYERS[0]), {}),
        (_docker(LAYERS[0], gzip.compress(LAYERS[1])[:-12]), {}),
        (_docker(LAYERS[0], b"\x28\xb5\x2f\xfd" + bytes(50)), {}),
        (_docker(*LAYERS, configuration=[]), {}),
        (_docker(*LAYERS, configuration={}), {}),
        ({name: content for name, content in _docker(*LAYERS).items() if name != "1/layer.tar"}, {}),
        (
            {name: content for name, content in _docker(*LAYERS).items() if name != "1/layer.tar"},
            {"1/layer.tar": "layer.tar"},
        ),
        (
            {name: content for name, content in _docker(*LAYERS).items() if name != "1/layer.tar"},
            {"1/layer.tar": "../../../../etc/passwd"},
        ),
    ],
    ids=[
        *("empty", "no image", "two images", "no JSON", "a layer less", "other order", "cut", "zstd", "no object"),
        *("no layers", "missing", "a loop", "leads out"),
    ],
)
def test_what_cannot_be_read_is_said_in_a_sentence(
    tmp_path: Path, files: Mapping[str, bytes], links: Mapping[str, str]
) -> None:
    with pytest.raises(OperationFailed) as raised:
        read_archive(_archive(tmp_path, files, links), tmp_path)
    assert "The engine has saved an image that cannot be read" in str(raised.value)
    assert "\n" not in str(raised.value)


def test_no_archive_at_all(tmp_path: Path) -> None:
    (tmp_path / "saved.tar").write_bytes(b"not a tar" * 200)
    with pytest.raises(OperationFailed, match="cannot be read"):
        read_archive(tmp_path / "saved.tar", tmp_path)
