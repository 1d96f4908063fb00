"""What a function cannot have as its image is refused, and the plugin stays as it is."""

from __future__ import annotations

import json
from typing import Any

import pytest

from biot_emulator.testing import Emulator
from tests.emulator.scenarios.distribution import INDEX, OCI, RegistryClient, digest_of

PLUGINS = "/settings/v2/plugins"
IMAGE = {"deploymentPackageType": "IMAGE", "imageTag": "v1"}


@pytest.fixture
def client(emulator: Emulator) -> RegistryClient:
    login = emulator.registry_login()
    return RegistryClient(emulator.url, login.user, login.password)


def create(emulator: Emulator, **config: Any) -> tuple[int, Any]:
    form = {"config": json.dumps({"name": "demo", "displayName": "d", "version": 1, **config}).encode()}
    reply = emulator.call("POST", PLUGINS, form=form)
    return reply.status_code, reply.body


def update(emulator: Emulator, **config: Any) -> tuple[int, Any]:
    form = {"config": json.dumps(config).encode()}
    reply = emulator.call("PATCH", f"{PLUGINS}/Plugin-demo", form=form)
    return reply.status_code, reply.body


def image_with(client: RegistryClient, configuration: bytes, **layer: Any) -> dict[str, Any]:
    image = client.image("plugins", b"layer")
    image["config"] = client.descriptor("plugins", configuration)
    image["layers"][0].update(layer)
    return image


@pytest.mark.parametrize(
    ("configuration", "layer"),
    [
        (b'{"os": "linux", "architecture": "arm64"}', {}),
        (b'{"os": "windows", "architecture": "amd64"}', {}),
        (b"{}", {}),
        (b"[]", {}),
        (b"no JSON", {}),
        (b'{"os": "linux", "architecture": "amd64", "config": 7}', {}),
        (b'{"os": "linux", "architecture": "amd64", "config": {"Entrypoint": [""]}}', {}),
        (b'{"os": "linux", "architecture": "amd64"}', {"mediaType": f"{OCI}.layer.v1.tar+zstd"}),
        (b'{"os": "linux", "architecture": "amd64"}', {"mediaType": f"{OCI}.layer.v1.tar"}),
        (b'{"os": "linux", "architecture": "amd64"}', {"size": 11 * 1024**3}),
    ],
)
def test_an_image_that_no_function_can_have_is_refused(
    emulator: Emulator, client: RegistryClient, configuration: bytes, layer: dict[str, Any]
) -> None:
    assert client.put_manifest("plugins", "v1", image_with(client, configuration, **layer)).status == 201
    status, body = create(emulator, **IMAGE)
    assert (status, body["code"]) == (500, "AWS_EXCEPTION")
    assert body["details"] == {"className": "InvalidParameterValueException"}
    assert "[v1]" in body["message"]
    assert emulator.call("GET", f"{PLUGINS}/Plugin-demo").status_code == 404


def test_an_index_is_no_image(emulator: Emulator, client: RegistryClient) -> None:
    content = json.dumps(client.image("plugins", b"layer")).encode()
    client.put_manifest("plugins", "one", content)
    entry = {"mediaType": f"{OCI}.manifest.v1+json", "digest": digest_of(content), "size": len(content)}
    index = {"schemaVersion": 2, "mediaType": INDEX, "manifests": [entry]}
    assert client.put_manifest("plugins", "v1", index, INDEX).status == 201
    status, body = create(emulator, **IMAGE)
    assert (status, body["code"]) == (500, "AWS_EXCEPTION")
    assert "index" in body["message"]


def test_a_tag_that_is_not_there_changes_nothing(emulator: Emulator) -> None:
    assert create(emulator, **IMAGE)[1]["code"] == "PLUGIN_IMAGE_TAG_NOT_FOUND"
    emulator.push_image({}, "v1")
    assert create(emulator, **IMAGE)[0] == 201
    before = list(emulator.platform.plugins)
    for tag in ("v2", "../v1", "é", "a:b"):
        status, body = update(emulator, version=2, imageTag=tag)
        assert (status, body["code"]) == (404, "PLUGIN_IMAGE_TAG_NOT_FOUND")
    assert list(emulator.platform.plugins) == before
    digest = emulator.push_image({"new": b"x"}, "v2")
    assert update(emulator, version=2, imageTag="v2")[0] == 200
    assert emulator.platform.plugins.images() == [digest]


def test_without_an_image_the_first_code_runs_and_its_runtime_is_not_shown(emulator: Emulator) -> None:
    status, body = create(emulator, deploymentPackageType="IMAGE", runtime="python3.11", handler="of.nobody")
    assert (status, body["runtime"], body["handler"]) == (201, None, None)
    [plugin] = emulator.platform.plugins
    assert (plugin.config["handler"], set(plugin.code)) == ("index.handler", {"id"})
