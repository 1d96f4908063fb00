from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, strategies as st

from biot_plugin_cli.registry.digests import digest_of
from biot_plugin_cli.registry.errors import DamagedContent
from biot_plugin_cli.registry.manifest import MAX_BYTES, Manifest
from biot_plugin_cli.registry.media_types import DOCKER_INDEX, DOCKER_MANIFEST, OCI_INDEX, OCI_LAYER, OCI_MANIFEST
from tests.registries import make_image

DESCRIPTOR = {"mediaType": OCI_LAYER, "digest": f"sha256:{'a' * 64}", "size": 3}
MANIFEST: dict[str, Any] = {
    "schemaVersion": 2,
    "mediaType": OCI_MANIFEST,
    "config": DESCRIPTOR,
    "layers": [DESCRIPTOR],
    "annotations": {"a": "b", "number": 1},
}
SCHEMA_1 = "application/vnd.docker.distribution.manifest.v1+prettyjws"
INDEX: dict[str, Any] = {"schemaVersion": 2, "mediaType": OCI_INDEX, "manifests": [DESCRIPTOR]}


def encode(document: object) -> bytes:
    return json.dumps(document).encode()


def without(document: dict[str, Any], name: str) -> dict[str, Any]:
    return {key: value for key, value in document.items() if key != name}


def test_a_manifest_is_the_very_bytes() -> None:
    content = b" " + encode(MANIFEST) + b"\n"
    manifest = Manifest.parse(content, OCI_MANIFEST)
    assert (manifest.content, manifest.digest) == (content, digest_of(content))
    assert (manifest.media_type, manifest.is_index) == (OCI_MANIFEST, False)
    assert [layer.digest for layer in manifest.layers] == [manifest.config.digest] == [DESCRIPTOR["digest"]]
    assert manifest.annotations == {"a": "b"}
    assert (manifest.descriptor.digest, manifest.descriptor.size) == (manifest.digest, len(content))


def test_an_index_lists_manifests() -> None:
    index = Manifest.parse(encode(INDEX))
    assert index.is_index
    assert index.manifests[0].size == 3


@pytest.mark.parametrize("docker", [False, True])
def test_both_families_are_read(docker: bool) -> None:
    manifest = make_image(b"layer", docker=docker).manifest
    assert manifest.media_type == (DOCKER_MANIFEST if docker else OCI_MANIFEST)
    assert Manifest.parse(manifest.content, manifest.media_type) == manifest


@pytest.mark.parametrize(
    ("document", "media_type"),
    [(without(MANIFEST, "mediaType"), OCI_MANIFEST), (without(INDEX, "mediaType"), OCI_INDEX)],
)
def test_oci_may_leave_out_the_media_type(document: dict[str, Any], media_type: str) -> None:
    assert Manifest.parse(encode(document), media_type).media_type == media_type
    assert Manifest.parse(encode(document)).media_type == media_type


@pytest.mark.parametrize(
    ("content", "media_type", "reason"),
    [
        (b"", "", "not JSON"),
        (b"[]", "", "no object"),
        (b"[" * 100_000, "", "not JSON"),
        (b"\xff", "", "not JSON"),
        (encode({**MANIFEST, "manifests": []}), "", "a manifest and an index at once"),
        (encode({**INDEX, "layers": []}), "", "a manifest and an index at once"),
        (encode({**INDEX, "config": {}}), "", "a manifest and an index at once"),
        (encode({**MANIFEST, "mediaType": OCI_INDEX}), "", "a manifest and an index at once"),
        (encode({**INDEX, "mediaType": OCI_MANIFEST}), "", "a manifest and an index at once"),
        (encode({**MANIFEST, "fsLayers": []}), "", "a manifest and an index at once"),
        (encode(MANIFEST), DOCKER_MANIFEST, "and came as"),
        (encode(MANIFEST), OCI_INDEX, "and came as"),
        (encode(without(MANIFEST, "mediaType")), OCI_INDEX, "a manifest and an index at once"),
        (encode(without(INDEX, "mediaType")), DOCKER_INDEX + "x", "unknown type"),
        (encode({**MANIFEST, "mediaType": 3}), "", "it says"),
        (encode({**MANIFEST, "mediaType": "text/html"}), "", "unknown type"),
        (encode(without(MANIFEST, "mediaType")), "text/html", "unknown type"),
        (
            encode({**MANIFEST, "mediaType": "application/vnd.docker.distribution.manifest.v1+prettyjws"}),
            "",
            "schema 1",
        ),
        (encode({**MANIFEST, "schemaVersion": 1}), "", "schemaVersion"),
        (encode(without(MANIFEST, "layers")), "", "no list of layers"),
        (encode({**MANIFEST, "layers": {}}), "", "no list of layers"),
        (encode(without(MANIFEST, "config")), "", "no object"),
        (encode(without(INDEX, "manifests")), "", "no list of manifests"),
        (encode({**MANIFEST, "layers": [{**DESCRIPTOR, "digest": "sha256:../../x"}]}), "", "no digest"),
        (encode({**MANIFEST, "layers": [{**DESCRIPTOR, "size": -1}]}), "", "no size"),
        (encode({**MANIFEST, "layers": [{**DESCRIPTOR, "size": True}]}), "", "no size"),
        (encode({**MANIFEST, "layers": [{**DESCRIPTOR, "size": "3"}]}), "", "no size"),
        (encode({**MANIFEST, "layers": [without(DESCRIPTOR, "mediaType")]}), "", "no mediaType"),
        (encode({**MANIFEST, "layers": [[]]}), "", "no object"),
        (encode(MANIFEST) + b" " * MAX_BYTES, "", "larger than 4 MB"),
        (encode({**MANIFEST, "mediaType": "\x1b[31m" * 1000}), "", "unknown type"),
    ],
)
def test_what_is_no_manifest_is_refused(content: bytes, media_type: str, reason: str) -> None:
    with pytest.raises(DamagedContent, match=reason) as error:
        Manifest.parse(content, media_type)
    assert str(error.value).isprintable()
    assert len(str(error.value)) < 400


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda children: st.lists(children, max_size=3) | st.dictionaries(st.text(max_size=5), children, max_size=3),
    max_leaves=8,
)


@given(
    st.dictionaries(st.sampled_from(["config", "layers", "manifests", "mediaType", "fsLayers", "annotations"]), JSON),
    st.sampled_from([MANIFEST, INDEX]),
)
def test_whatever_is_parsed_has_all_parts(changes: dict[str, Any], document: dict[str, Any]) -> None:
    try:
        manifest = Manifest.parse(encode({**document, **changes}))
    except DamagedContent:
        return
    if manifest.is_index:
        assert "layers" not in manifest.document
    else:
        assert manifest.config.size >= 0
        assert "manifests" not in manifest.document
