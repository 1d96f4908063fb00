"""Images that were stored for rollback."""

from __future__ import annotations

import json
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from biot_plugin_cli.deploy.code.image_store import load_image, save_image
from biot_plugin_cli.image.artifact import ImageBase
from biot_plugin_cli.registry.digests import digest_of
from biot_plugin_cli.registry.manifest import Manifest
from tests.registries import PASSWORD, USER, docker_registry, make_image, make_tar
from tests.scaffold.images import push_base_with_login
from tests.scaffold.pushed_images import image_of


@pytest.mark.slow
def test_layers_of_a_private_base_are_fetched_with_its_credentials(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    base = make_image(make_tar(a=b"base"))
    with docker_registry(tmp_path / "registry", tls=False) as registry:
        push_base_with_login(registry, base)
        own = image_of("code")
        document = json.loads(own.manifest.content)
        document["layers"].insert(0, base.layers[0].descriptor.dump())
        image = replace(
            own,
            manifest=Manifest.parse(json.dumps(document).encode()),
            layers=(*base.layers, *own.layers),
            base=ImageBase(f"{registry.host}/base:1", base.manifest.digest, 1),
        )
        saved = save_image(image, tmp_path / "history", "00001")
        monkeypatch.setenv("BIOT_PLUGIN_BASE_USERNAME", USER)
        monkeypatch.setenv("BIOT_PLUGIN_BASE_PASSWORD", PASSWORD)
        loaded = load_image(saved.file, saved.file.read_bytes())
        with closing(loaded.layers[0].open()) as reader:
            assert digest_of(reader.read(100_000)) == base.layers[0].descriptor.digest
