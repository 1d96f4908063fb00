"""Other clients of registries read what ours has pushed, byte for byte, and ours reads what they have."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import cast

import pytest
from dxf import DXF, DXFBase
from requests import Response

from biot_plugin_cli.registry.client import Registry
from biot_plugin_cli.registry.login import Login
from biot_plugin_cli.registry.push import push_image
from biot_plugin_cli.registry.transfers.upload import UploadSizes
from tests.registries import PASSWORD, USER, DockerRegistry, docker_registry, make_image, make_tar

IMAGE = make_image(make_tar(base=b"x" * 300_000), make_tar(var__task__index=b"code"))


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DockerRegistry]:
    with docker_registry(tmp_path_factory.mktemp("peers") / "registry") as server:
        yield server


@pytest.fixture
def registry(server: DockerRegistry) -> Iterator[Registry]:
    sizes = UploadSizes(at_once=100, chunk=100)
    with Registry(server.host, lambda: Login(USER, PASSWORD), ca_file=server.ca_file, sizes=sizes) as registry:
        yield registry


def skopeo(server: DockerRegistry, tmp_path: Path, command: str, *arguments: str, option: str = "") -> str:
    program = shutil.which("skopeo")
    if program is None:
        pytest.skip("skopeo is not installed")
    assert server.ca_file is not None
    certificates = tmp_path / "certificates"
    certificates.mkdir(exist_ok=True)
    shutil.copy(server.ca_file, certificates / "ca.crt")
    (tmp_path / "auth.json").write_text("{}")
    options = [f"--{option}cert-dir={certificates}", f"--{option}creds={USER}:{PASSWORD}"]
    run = [program, "--insecure-policy", command, *options, *arguments]
    return subprocess.run(run, check=True, capture_output=True, text=True, timeout=60).stdout


@pytest.mark.parametrize("docker", [False, True])
def test_skopeo_reads_what_was_pushed(server: DockerRegistry, registry: Registry, tmp_path: Path, docker: bool) -> None:
    image = make_image(make_tar(base=b"x" * 3000), docker=docker)
    push_image(registry, "peers/ours", f"docker-{docker}", image)
    address = f"docker://{server.host}/peers/ours:docker-{docker}"
    inspected = json.loads(skopeo(server, tmp_path, "inspect", address))
    assert (inspected["Digest"], inspected["Architecture"]) == (image.manifest.digest, "amd64")
    assert skopeo(server, tmp_path, "inspect", "--raw", address).encode() == image.manifest.content
    skopeo(server, tmp_path, "copy", "--preserve-digests", address, f"dir:{tmp_path / 'copy'}", option="src-")
    for blob in (image.config, *image.layers):
        name = blob.descriptor.digest.partition(":")[2]
        assert (tmp_path / "copy" / name).read_bytes() == blob.open().read(10**6)


def test_what_skopeo_has_pushed_is_read(server: DockerRegistry, registry: Registry, tmp_path: Path) -> None:
    push_image(registry, "peers/source", "1", IMAGE)
    source = f"docker://{server.host}/peers/source:1"
    skopeo(server, tmp_path, "copy", source, f"oci:{tmp_path / 'layout'}:1", option="src-")
    target = f"docker://{server.host}/peers/theirs:1"
    skopeo(server, tmp_path, "copy", f"oci:{tmp_path / 'layout'}:1", target, option="dest-")
    manifest = registry.fetch_manifest("peers/theirs", "1")
    for descriptor in (manifest.config, *manifest.layers):
        registry.pull_blob("peers/theirs", descriptor, tmp_path / "blob")
        name = descriptor.digest.partition(":")[2]
        assert (tmp_path / "blob").read_bytes() == (tmp_path / "layout/blobs/sha256" / name).read_bytes()


def test_dxf_and_ours_read_each_other(server: DockerRegistry, registry: Registry, tmp_path: Path) -> None:
    push_image(registry, "peers/dxf", "ours", IMAGE)

    def authenticate(dxf: DXFBase, response: Response) -> None:
        dxf.authenticate(USER, PASSWORD, response=response)

    peer = DXF(
        server.host,
        "peers/dxf",
        authenticate,
        tlsverify=str(server.ca_file),
    )
    assert str(peer.get_manifest("ours")).encode() == IMAGE.manifest.content
    for blob in (IMAGE.config, *IMAGE.layers):
        assert b"".join(cast("Iterable[bytes]", peer.pull_blob(blob.descriptor.digest))) == blob.open().read(10**7)
    path = tmp_path / "pushed"
    path.write_bytes(b"pushed by dxf" * 1000)
    digest = peer.push_blob(str(path))
    assert registry.has_blob("peers/dxf", digest)
    peer.set_manifest("theirs", IMAGE.manifest.content.decode())
    assert registry.fetch_manifest("peers/dxf", "theirs") == IMAGE.manifest
