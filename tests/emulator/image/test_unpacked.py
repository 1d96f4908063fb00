"""An image is unpacked once, whoever has it, and again when anything about it was changed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from biot_emulator.image.errors import InvalidImage, LayersMissing
from biot_emulator.image.unpacked import UnpackedImages
from biot_emulator.runtime.version_folders import VersionFolders
from biot_emulator.state.store import Store
from tests.emulator.image.memory import MemoryImage, file, layer

CONFIG = {"Cmd": ["index.handler"], "Labels": {"biot-plugin.runtime": "python3.11"}}
IMAGE = MemoryImage([layer(file("var/task/index.py", "x = 1"))], CONFIG)
OTHER = MemoryImage([layer(file("var/task/index.py", "x = 2"))], CONFIG)
DIGEST = IMAGE.manifest.digest


def nothing() -> None:
    raise AssertionError("the registry is not needed")


@pytest.fixture
def store() -> Iterator[Store]:
    store = Store()
    yield store
    store.close()


def index_of(images: UnpackedImages, digest: str = DIGEST) -> Path:
    return images.execution(digest, nothing).root / "index.py"


def test_images_are_unpacked_once(tmp_path: Path, store: Store) -> None:
    images = UnpackedImages(store, VersionFolders(tmp_path))
    images.unpack(IMAGE)
    number = index_of(images).stat().st_ino
    images.unpack(IMAGE)
    images.repair(DIGEST, nothing)
    assert index_of(images).stat().st_ino == number


def test_after_a_restart_what_is_unchanged_stays(tmp_path: Path, store: Store) -> None:
    UnpackedImages(store, VersionFolders(tmp_path)).unpack(IMAGE)
    later = UnpackedImages(store, VersionFolders(tmp_path))
    later.repair(DIGEST, nothing)
    assert index_of(later).read_text() == "x = 1"


@pytest.mark.parametrize("restart", [False, True])
def test_what_was_changed_is_unpacked_again(tmp_path: Path, store: Store, restart: bool) -> None:
    images = UnpackedImages(store, VersionFolders(tmp_path))
    images.unpack(IMAGE)
    index = index_of(images)
    index.chmod(0o644)
    index.write_text("x = 3")
    index.chmod(0o444)
    if restart:
        images = UnpackedImages(store, VersionFolders(tmp_path))
    with pytest.raises(LayersMissing, match="push and deploy it again"):
        images.repair(DIGEST, lambda: None)
    with pytest.raises(InvalidImage, match="another than it was"):
        images.repair(DIGEST, lambda: OTHER)
    images.repair(DIGEST, lambda: IMAGE)
    assert index.read_text() == "x = 1"


def test_a_note_that_is_damaged_is_none(tmp_path: Path, store: Store) -> None:
    images = UnpackedImages(store, VersionFolders(tmp_path))
    images.unpack(IMAGE)
    store.put_file(f"image:{next(tmp_path.iterdir()).name}", b"damaged")
    later = UnpackedImages(store, VersionFolders(tmp_path))
    with pytest.raises(LayersMissing, match="deploy it again"):
        later.execution(DIGEST, lambda: None)
    later.execution(DIGEST, lambda: IMAGE)
    assert index_of(later).read_text() == "x = 1"


def test_what_nobody_has_is_removed_with_what_is_known_of_it(tmp_path: Path, store: Store) -> None:
    images = UnpackedImages(store, VersionFolders(tmp_path))
    for image in (IMAGE, OTHER):
        images.unpack(image)
    in_use = index_of(images, OTHER.manifest.digest).parent
    images.keep([DIGEST], [in_use])
    assert len([*tmp_path.iterdir()]) == 2
    images.keep([DIGEST])
    assert len([*tmp_path.iterdir()]) == 1
    assert index_of(images).is_file()
    images.clear()
    assert [*tmp_path.iterdir()] == []
    assert store.get_file(f"image:{DIGEST[7:39]}") is None


def test_an_image_that_cannot_be_unpacked_leaves_nothing(tmp_path: Path, store: Store) -> None:
    images = UnpackedImages(store, VersionFolders(tmp_path))
    with pytest.raises(InvalidImage):
        images.unpack(MemoryImage([layer(file("good"), file("../evil"))]))
    assert [*tmp_path.iterdir()] == []
