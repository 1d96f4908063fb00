"""What the registry stores stays whole and goes with the last plugin that needs it, whatever is interrupted."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from biot_emulator.build import build_platform
from biot_emulator.platform import Platform
from biot_emulator.registry.digests import Digest
from biot_emulator.registry.errors import BlobUnknown, DigestInvalid
from biot_emulator.registry.local import LocalRegistry
from biot_emulator.registry.small_images import put_image
from biot_emulator.state.store import Store
from biot_emulator.state.unavailable_data import DataUnavailable
from biot_emulator.testing import Emulator
from tests.emulator.scenarios.distribution import RegistryClient

PLUGINS = "/settings/v2/plugins"


def start(folder: Path) -> Platform:
    return build_platform(Store(folder), admin=("a@b", "password"))


def registry_of(platform: Platform) -> LocalRegistry:
    assert platform.images.registry is not None
    return platform.images.registry


def stored(platform: Platform) -> set[Path]:
    return {path for path in registry_of(platform).root.rglob("*") if path.is_file()}


def create(emulator: Emulator, name: str, tag: str, **more: Any) -> int:
    image = {"deploymentPackageType": "IMAGE", "imageTag": tag}
    config = {"name": name, "displayName": name, "version": 1, **image, **more}
    return emulator.call("POST", PLUGINS, form={"config": json.dumps(config).encode()}).status_code


@pytest.fixture
def client(emulator: Emulator) -> RegistryClient:
    login = emulator.registry_login()
    return RegistryClient(emulator.url, login.user, login.password)


def test_an_image_goes_with_the_last_plugin_that_has_it(emulator: Emulator) -> None:
    emulator.push_image({"a": b"a"}, "one")
    emulator.push_image({"a": b"a"}, "same")
    assert [create(emulator, name, tag) for name, tag in (("first", "one"), ("second", "same"))] == [201, 201]
    everything = stored(emulator.platform)
    assert emulator.call("DELETE", f"{PLUGINS}/Plugin-first").status_code == 204
    assert stored(emulator.platform) == everything
    assert emulator.call("DELETE", f"{PLUGINS}/Plugin-second").status_code == 204
    assert stored(emulator.platform) == set()
    assert create(emulator, "third", "one") == 404


def test_what_other_images_need_stays(emulator: Emulator, client: RegistryClient) -> None:
    shared, kept, gone = b"shared layer", b"kept", b"gone"
    for tag, layer in (("kept", kept), ("gone", gone)):
        assert client.put_manifest("plugins", tag, client.image("plugins", shared, layer)).status == 201
    registry = registry_of(emulator.platform)
    digest = registry.manifest("plugins", "gone").digest
    registry.remove(digest, [])
    assert client.blob("plugins", Digest.of(gone)).status == 404
    assert client.blob("plugins", Digest.of(shared)).content == shared
    assert client.manifest("plugins", "kept").status == 200


def test_what_is_being_pushed_stays(emulator: Emulator, client: RegistryClient) -> None:
    """Whoever asked for a blob does not send it: it must be there when the manifest comes."""
    shared = client.image("plugins", b"shared layer")
    assert client.put_manifest("plugins", "old", shared).status == 201
    registry = registry_of(emulator.platform)
    for digest in (shared["config"]["digest"], shared["layers"][0]["digest"]):
        assert client.blob("plugins", digest, "HEAD").status == 200
    registry.remove(registry.manifest("plugins", "old").digest, [])
    assert client.put_manifest("plugins", "new", shared).status == 201


def test_the_image_of_a_plugin_cannot_be_deleted(emulator: Emulator, client: RegistryClient) -> None:
    digest = emulator.push_image({"a": b"a"}, "one")
    create(emulator, "demo", "one")
    [layer] = client.manifest("plugins", digest).json["layers"]
    assert client.manifest("plugins", digest, "DELETE").refusal == (403, "DENIED")
    assert client.blob("plugins", layer["digest"], "DELETE").refusal == (403, "DENIED")
    # A tag means nothing once a plugin has the image.
    assert client.manifest("plugins", "one", "DELETE").status == 202
    assert client.manifest("plugins", digest).status == 200


@pytest.fixture
def pushed(tmp_path: Path) -> tuple[Path, Digest]:
    platform = start(tmp_path)
    digest = put_image(registry_of(platform), "v1", [{"index.py": b"code"}], {"Cmd": ["index.handler"]})
    platform.close()
    return tmp_path, digest


def test_images_outlive_the_process(pushed: tuple[Path, Digest]) -> None:
    folder, digest = pushed
    platform = start(folder)
    image = registry_of(platform).find("v1")
    assert image is not None
    assert image.manifest.digest == digest
    for blob in image.manifest.blobs:
        with image.open_blob(blob) as file:
            assert Digest.of(file.read()) == blob
        assert Digest.of(image.blob_path(blob).read_bytes()) == blob
    platform.close()


def test_what_a_killed_process_leaves_is_removed_and_nothing_else(
    pushed: tuple[Path, Digest], tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder, _ = pushed
    platform = start(folder)
    registry, whole = registry_of(platform), stored(platform)
    upload = registry.uploads.begin("plugins")
    with registry.uploads.writing(upload) as writer:
        writer.write(b"half of a blob")
    orphan = registry.uploads.begin("plugins")
    registry.finish_upload(orphan, Digest.of(b""))
    (registry.root / "sha256" / ("0" * 64)).write_bytes(b"of nobody")
    other = registry.root / "sha256" / "README"
    other.write_bytes(b"of somebody")
    # What is on the disk at this moment is what a process leaves that is killed now.
    copy = shutil.copytree(folder, tmp_path_factory.mktemp("killed") / "data")
    platform.close()
    platform = start(copy)
    remaining = {path.relative_to(copy) for path in stored(platform)}
    assert remaining == {path.relative_to(folder) for path in (*whole, other)}
    platform.close()


def test_a_half_blob_is_no_blob(pushed: tuple[Path, Digest]) -> None:
    folder, _ = pushed
    platform = start(folder)
    image = registry_of(platform).find("v1")
    assert image is not None
    config = image.manifest.blobs[0]
    path = image.blob_path(config)
    path.write_bytes(path.read_bytes()[:-1])
    with pytest.raises(BlobUnknown):
        registry_of(platform).blob_size("plugins", config)
    platform.close()


def test_a_blob_that_was_changed_is_noticed_and_can_be_pushed_again(pushed: tuple[Path, Digest]) -> None:
    folder, _ = pushed
    platform = start(folder)
    image = registry_of(platform).find("v1")
    assert image is not None
    config = image.manifest.blobs[0]
    path = image.blob_path(config)
    path.write_bytes(path.read_bytes()[::-1])
    with pytest.raises(DigestInvalid, match="push the image again"):
        image.blob_path(config)
    assert not path.exists()
    put_image(registry_of(platform), "v1", [{"index.py": b"code"}], {"Cmd": ["index.handler"]})
    assert image.blob_path(config) == path
    platform.close()


def test_a_manifest_that_was_changed_is_no_image(pushed: tuple[Path, Digest]) -> None:
    folder, digest = pushed
    (folder / "registry" / "sha256" / digest.digits).write_bytes(b'{"schemaVersion": 2}')
    platform = start(folder)
    assert registry_of(platform).find("v1") is None
    platform.close()


def test_a_link_is_no_blob(pushed: tuple[Path, Digest], tmp_path_factory: pytest.TempPathFactory) -> None:
    folder, _ = pushed
    platform = start(folder)
    image = registry_of(platform).find("v1")
    assert image is not None
    config = image.manifest.blobs[0]
    path = image.blob_path(config)
    elsewhere = tmp_path_factory.mktemp("elsewhere") / "blob"
    path.rename(elsewhere)
    path.symlink_to(elsewhere)
    with pytest.raises(BlobUnknown):
        image.open_blob(config)
    platform.close()


def test_a_folder_that_is_a_link_is_refused(tmp_path: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    (tmp_path / "registry").symlink_to(tmp_path_factory.mktemp("elsewhere"))
    store = Store(tmp_path)
    with pytest.raises(DataUnavailable, match="symbolic link"):
        build_platform(store, admin=("a@b", "password"))
    store.close()


def test_no_other_user_reads_what_is_stored(pushed: tuple[Path, Digest]) -> None:
    folder, _ = pushed
    for path in (folder / "registry").rglob("*"):
        assert path.stat().st_mode & 0o077 == 0
