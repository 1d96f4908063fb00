"""The emulator's registry, with a client that is not ours, and with ours when the connection breaks in a blob."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from biot_emulator.testing import Emulator
from biot_emulator.wire_json import encode
from biot_plugin_cli.registry.blobs import Blob
from biot_plugin_cli.registry.client import Registry
from biot_plugin_cli.registry.login import Login
from biot_plugin_cli.registry.media_types import OCI_LAYER
from biot_plugin_cli.registry.push import push_image
from biot_plugin_cli.registry.transfers.upload import UploadSizes
from tests.faulty_registry import Fault, FaultyRegistry, faulty_registry
from tests.registries import make_image, make_tar

SIZE, CHUNK = 1_000_000, 300_000
CHUNKED = UploadSizes(at_once=0, chunk=CHUNK)
REPOSITORY = "plugins"


class Skopeo:
    """Runs skopeo, logged in to the emulator's registry.

    Attributes:
        address: The repository, as skopeo names it.
    """

    def __init__(self, emulator: Emulator, password: str = "") -> None:
        login = emulator.registry_login()
        self.address = f"docker://{login.repository}"
        self._options = {"creds": f"{login.user}:{password or login.password}", "tls-verify": "false"}

    def run(self, command: str, *arguments: str, side: str = "") -> subprocess.CompletedProcess[str]:
        """Run a command; `side` says to which of two places the log-in belongs, as in `src-`."""
        program = shutil.which("skopeo")
        assert program
        options = [f"--{side}{name}={text}" for name, text in self._options.items()]
        words = [program, "--insecure-policy", command, *options, *arguments]
        return subprocess.run(words, check=False, capture_output=True, text=True, timeout=60)

    def output(self, command: str, *arguments: str, side: str = "") -> str:
        """Run a command that works."""
        done = self.run(command, *arguments, side=side)
        assert done.returncode == 0, done.stderr
        return done.stdout


@pytest.fixture
def skopeo(emulator: Emulator) -> Skopeo:
    if shutil.which("skopeo") is None:
        pytest.skip("skopeo is not installed")
    return Skopeo(emulator)


@pytest.fixture
def layout(tmp_path: Path) -> Path:
    """An image in a folder, as `skopeo copy` reads it."""
    image = make_image(make_tar(var__task__index=b"x" * 50_000), make_tar(other=b"y"))
    folder = tmp_path / "image"
    folder.mkdir()
    (folder / "manifest.json").write_bytes(image.manifest.content)
    (folder / "version").write_text("Directory Transport Version: 1.1\n")
    for blob in (image.config, *image.layers):
        (folder / blob.descriptor.digest.partition(":")[2]).write_bytes(blob.open().read(10**6))
    return folder


@pytest.fixture
def proxy(emulator: Emulator) -> Iterator[FaultyRegistry]:
    with faulty_registry(emulator.url.removeprefix("http://")) as proxy:
        yield proxy


@pytest.mark.slow
def test_an_image_is_copied_in_inspected_and_copied_out(skopeo: Skopeo, layout: Path, tmp_path: Path) -> None:
    address = f"{skopeo.address}:v1"
    skopeo.output("copy", "--preserve-digests", f"dir:{layout}", address, side="dest-")

    manifest = (layout / "manifest.json").read_bytes()
    inspected = json.loads(skopeo.output("inspect", address))
    assert (inspected["Architecture"], inspected["RepoTags"], len(inspected["Layers"])) == ("amd64", ["v1"], 2)
    assert skopeo.output("inspect", "--raw", address).encode() == manifest
    assert json.loads(skopeo.output("list-tags", skopeo.address))["Tags"] == ["v1"]

    out = tmp_path / "out"
    by_digest = f"{skopeo.address}@{inspected['Digest']}"
    skopeo.output("copy", "--preserve-digests", by_digest, f"dir:{out}", side="src-")
    assert {file.name: file.read_bytes() for file in out.iterdir() if file.name != "version"} == {
        file.name: file.read_bytes() for file in layout.iterdir() if file.name != "version"
    }


@pytest.mark.slow
def test_what_is_there_already_is_not_sent_again(skopeo: Skopeo, layout: Path, proxy: FaultyRegistry) -> None:
    skopeo.output("copy", f"dir:{layout}", f"{skopeo.address}:v1", side="dest-")
    skopeo.output("copy", f"dir:{layout}", f"docker://{proxy.host}/{REPOSITORY}:v2", side="dest-")
    assert (proxy.bytes_received, [request.path for request in proxy.requests if request.method == "PUT"]) == (
        0,
        ["/v2/plugins/manifests/v2"],
    )
    assert json.loads(skopeo.output("list-tags", skopeo.address))["Tags"] == ["v1", "v2"]


@pytest.mark.slow
def test_the_image_of_a_plugin_is_not_deleted_until_the_plugin_is(
    skopeo: Skopeo, emulator: Emulator, layout: Path
) -> None:
    address = f"{skopeo.address}:v1"
    skopeo.output("copy", f"dir:{layout}", address, side="dest-")
    config = {"name": "demo", "displayName": "d", "version": 1, "deploymentPackageType": "IMAGE", "imageTag": "v1"}
    created = emulator.call("POST", "/settings/v2/plugins", form={"config": encode(config)})
    assert created.status_code == 201, created.body

    refused = skopeo.run("delete", address)
    assert refused.returncode != 0
    assert "A plugin runs the image: delete the plugin, or deploy another image to it" in refused.stderr, refused.stderr
    skopeo.output("inspect", address)

    assert emulator.call("DELETE", "/settings/v2/plugins/Plugin-demo").status_code < 300
    skopeo.output("copy", f"dir:{layout}", address, side="dest-")
    skopeo.output("delete", address)
    assert skopeo.run("inspect", address).returncode != 0


@pytest.mark.slow
def test_a_wrong_password_is_refused(skopeo: Skopeo, emulator: Emulator, layout: Path) -> None:
    refused = Skopeo(emulator, "wrong").run("copy", f"dir:{layout}", f"{skopeo.address}:v1", side="dest-")
    assert refused.returncode != 0
    assert "unauthorized: authentication required" in refused.stderr, refused.stderr


# Uploads that break


def connect(emulator: Emulator, proxy: FaultyRegistry, sizes: UploadSizes) -> Registry:
    login = emulator.registry_login()
    return Registry(proxy.host, lambda: Login(login.user, login.password), sizes=sizes)


@pytest.mark.parametrize("cut", [0, 1, 100_000, CHUNK - 1])
def test_a_chunk_that_is_cut_is_continued_and_nothing_is_sent_twice(
    emulator: Emulator, proxy: FaultyRegistry, cut: int
) -> None:
    proxy.faults = [Fault("PATCH", "/blobs/uploads/", after=1, cut_request=cut)]
    blob = Blob.from_bytes(os.urandom(SIZE), OCI_LAYER)
    with connect(emulator, proxy, CHUNKED) as registry:
        assert registry.push_blob(REPOSITORY, blob)
        assert registry.has_blob(REPOSITORY, blob.descriptor.digest)
    assert proxy.bytes_received == SIZE
    assert sum(request.method == "POST" for request in proxy.requests) == 1, "one upload, which was resumed"


def test_a_blob_that_is_cut_is_continued_and_nothing_is_sent_twice(emulator: Emulator, proxy: FaultyRegistry) -> None:
    proxy.faults = [Fault("PUT", "/blobs/uploads/", cut_request=600_000)]
    blob = Blob.from_bytes(os.urandom(SIZE), OCI_LAYER)
    with connect(emulator, proxy, UploadSizes()) as registry:
        assert registry.push_blob(REPOSITORY, blob)
        assert registry.has_blob(REPOSITORY, blob.descriptor.digest)
    assert proxy.bytes_received == SIZE


def test_an_image_is_whole_after_its_layer_was_cut(emulator: Emulator, proxy: FaultyRegistry, tmp_path: Path) -> None:
    image = make_image(make_tar(random=os.urandom(SIZE)))
    proxy.faults = [Fault("PATCH", "/blobs/uploads/", after=2, cut_request=5)]
    with connect(emulator, proxy, CHUNKED) as registry:
        push_image(registry, REPOSITORY, "v1", image)
        registry.pull_blob(REPOSITORY, image.layers[0].descriptor, tmp_path / "blob")
    assert (tmp_path / "blob").read_bytes() == image.layers[0].open().read(2 * SIZE)
    assert proxy.bytes_received == sum(blob.descriptor.size for blob in (image.config, *image.layers))
