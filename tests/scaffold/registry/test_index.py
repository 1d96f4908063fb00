from __future__ import annotations

import json
from typing import Any

import pytest

from biot_plugin_cli.registry.errors import DamagedContent
from biot_plugin_cli.registry.index import choose_linux_amd64, images_of, resolve
from biot_plugin_cli.registry.manifest import Manifest
from biot_plugin_cli.registry.media_types import OCI_INDEX
from biot_plugin_cli.registry.push import push_image
from tests.registries import Connect, DockerRegistry, make_image

IMAGE = make_image(b"for amd64")
OTHER = make_image(b"for arm64", architecture="arm64")


def entry(manifest: Manifest, **platform: Any) -> dict[str, Any]:
    return {**manifest.descriptor.dump(), "platform": platform}


def index(*entries: dict[str, Any]) -> Manifest:
    return Manifest.parse(json.dumps({"schemaVersion": 2, "mediaType": OCI_INDEX, "manifests": entries}).encode())


AMD64 = entry(IMAGE.manifest, os="linux", architecture="amd64")
ARM64 = entry(OTHER.manifest, os="linux", architecture="arm64", variant="v8")
ATTESTATION = {
    **entry(OTHER.manifest, os="unknown", architecture="unknown"),
    "annotations": {"vnd.docker.reference.type": "attestation-manifest"},
}


def test_attestations_are_no_images() -> None:
    assert [image.digest for image in images_of(index(ATTESTATION, AMD64))] == [IMAGE.manifest.digest]


def test_of_several_images_the_one_for_every_processor_is_chosen() -> None:
    v3 = entry(OTHER.manifest, os="linux", architecture="amd64", variant="v3")
    for entries in ((v3, AMD64), (AMD64, v3), (AMD64, AMD64)):
        chosen = choose_linux_amd64(images_of(index(*entries)))
        assert chosen is not None
        assert chosen.digest == IMAGE.manifest.digest
    assert choose_linux_amd64([]) is None


def test_an_index_leads_to_its_image(plain_registry: DockerRegistry, connect: Connect) -> None:
    registry = connect(plain_registry.host)
    for tag, image in (("amd64", IMAGE), ("arm64", OTHER)):
        push_image(registry, "index", tag, image)
    both, wrong = index(ATTESTATION, ARM64, AMD64), index(ARM64, ATTESTATION)
    nested, lying = index(both.descriptor.dump()), index({**AMD64, "size": 1})
    for tag, manifest in (("both", both), ("wrong", wrong), ("nested", nested), ("lying", lying)):
        registry.push_manifest("index", tag, manifest)
    for tag in ("amd64", "both", "nested"):
        assert resolve(registry, "index", tag) == IMAGE.manifest
    with pytest.raises(DamagedContent, match=r"index:wrong has no image for linux/amd64, only for linux/arm64/v8: use"):
        resolve(registry, "index", "wrong")
    with pytest.raises(DamagedContent, match="wrongly"):
        resolve(registry, "index", "lying")
    assert resolve(registry, "index", "both", lambda images: images[0]) == OTHER.manifest
