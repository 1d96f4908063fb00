"""Images made without a container engine."""

from __future__ import annotations

import gzip
import json
import tarfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from biot_plugin_cli.errors import InvalidPlugin, UsageError
from biot_plugin_cli.image.layers.reader import read_members
from biot_plugin_cli.registry.digests import digest_of
from biot_plugin_cli.registry.errors import ImageNotFound
from tests.registries import DockerRegistry, SmallImage, docker_registry, make_image, make_tar
from tests.scaffold.images import PYTHON, built, image_plugin, push_base, python_base
from tests.scaffold.packages import THIS, Repository, make_wheel
from tests.scaffold.plugins import check, codes


@pytest.fixture(scope="module")
def registry(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DockerRegistry]:
    with docker_registry(tmp_path_factory.mktemp("registry") / "r", tls=False, login=False) as running:
        yield running


@pytest.fixture(autouse=True)
def own_cache(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "caches"))


def _with_dependency(repository: Repository) -> None:
    make_wheel(repository.wheels, "helper", {"helper.py": "VALUE = 1\n", "tool.sh": "#!/bin/sh\n"})
    repository.needs("helper")


def test_a_bill_of_materials_is_written_beside_an_image(repository: Repository, tmp_path: Path) -> None:
    _with_dependency(repository)
    image_plugin(repository, base="scratch")
    for output in (tmp_path / "image.tar", tmp_path / "v1.2"):
        # The second time, the layer of the dependencies comes from the cache.
        done = repository.program("image", "build", "--json", "-o", output)
        assert done.exit_code == 0, done.err
        bill = json.loads(Path(done.document["sbom"]).read_text())
        assert [(item["name"], item["version"]) for item in bill["components"]] == [("helper", "1.0")]
        assert bill["components"][0]["hashes"]
        assert done.document["contentHash"] in str(bill["metadata"])
    names = {path.name for path in tmp_path.iterdir()}
    assert {"image.tar", "image.cdx.json", "v1.2", "v1.2.cdx.json"} <= names
    assert "described in" in repository.program("image", "build").out
    [bill_of_plugin] = (repository.root / "dist").iterdir()
    assert bill_of_plugin.read_bytes() == (tmp_path / "image.cdx.json").read_bytes()


def test_an_image_that_is_written_into_the_repository_is_not_in_the_next_one(repository: Repository) -> None:
    image_plugin(repository, base="scratch")
    digests = set()
    for output in ("made/image", "made/image", "other"):
        done = repository.program("image", "build", "--json", "-o", output)
        assert done.exit_code == 0, done.err
        digests.add(done.document["digest"])
    assert len(digests) == 1


def test_members_tell_nothing_of_who_made_them_where_and_when(repository: Repository) -> None:
    repository.write("a/b.py", "X = 1\n").chmod(0o600)
    repository.write("run.sh", "#!/bin/sh\n").chmod(0o700)
    image_plugin(repository, base="scratch")

    with built(repository.root) as image:
        [layer] = image.layers
        assert layer.path is not None
        members = [*read_members(layer.path, "image")]

    names = [member.name for member in members]
    assert names == sorted(set(names))
    assert names[:2] == ["var", "var/task"]
    assert {(member.mtime, member.uid, member.gid, member.uname, member.gname) for member in members} == {
        (0, 0, 0, "", "")
    }
    modes = {member.name: member.mode for member in members}
    assert modes["var/task/a"] == 0o755
    assert (modes["var/task/a/b.py"], modes["var/task/run.sh"]) == (0o644, 0o755)


def test_two_builds_in_two_folders_and_days_have_one_digest(
    repository: Repository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import os
    import shutil

    _with_dependency(repository)
    image_plugin(repository, base="scratch")
    other = tmp_path / "elsewhere" / "copy"
    shutil.copytree(repository.root, other)
    for path in other.rglob("*"):
        os.utime(path, (86400, 86400))

    with built(repository.root) as first, built(other) as second:
        assert first.digest == second.digest
        assert (first.tag, first.content_hash) == (second.tag, second.content_hash)
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1700000000")
    with built(other) as later:
        assert later.digest != first.digest
        assert later.content_hash == first.content_hash
        assert later.configuration["created"] == "2023-11-14T22:13:20Z"


def test_a_change_of_one_line_changes_the_last_layer_alone(repository: Repository) -> None:
    _with_dependency(repository)
    image_plugin(repository, base="scratch")
    with built(repository.root) as image:
        before = [layer.descriptor.digest for layer in image.layers]
        tag = image.tag
    repository.write("index.py", "def handler(event, context):\n    return {'statusCode': 201}\n")
    steps: list[str] = []

    with built(repository.root, progress=steps.append) as image:
        after = [layer.descriptor.digest for layer in image.layers]

    assert before[0] == after[0] and before[1] != after[1]
    assert tag != image.tag
    assert not any("Installing" in step for step in steps)


def test_descriptors_digests_and_history_agree(repository: Repository) -> None:
    _with_dependency(repository)
    image_plugin(repository, base="scratch")

    with built(repository.root) as image:
        for layer, diff_id in zip(image.layers, image.configuration["rootfs"]["diff_ids"], strict=True):
            assert layer.path is not None
            content = layer.path.read_bytes()
            assert (digest_of(content), len(content)) == (layer.descriptor.digest, layer.descriptor.size)
            assert digest_of(gzip.decompress(content)) == diff_id
            assert content[:10] == b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03"  # no name, no time
        assert len(image.configuration["history"]) == len(image.layers)
        assert json.loads(image.manifest.content)["annotations"]["biot-plugin.content-hash"] == image.content_hash


@pytest.mark.parametrize("docker", [False, True])
def test_a_base_stays_byte_by_byte_in_its_own_media_types(
    repository: Repository, registry: DockerRegistry, docker: bool
) -> None:
    base = python_base(docker=docker)
    image_plugin(repository, base=push_base(registry, base, f"kept-{docker}".lower()))

    with built(repository.root) as image:
        document = json.loads(image.manifest.content)

    original = json.loads(base.manifest.content)
    assert document["layers"][:1] == original["layers"]
    assert document["mediaType"] == original["mediaType"]
    assert {layer["mediaType"] for layer in document["layers"]} == {original["layers"][0]["mediaType"]}
    assert document["config"]["mediaType"] == original["config"]["mediaType"]
    assert ("annotations" in document) is not docker
    assert image.configuration["history"][0] == {"created_by": "tests"}
    assert image.configuration["config"]["Entrypoint"] == [f"/usr/bin/{THIS}", "-m", "awslambdaric"]
    assert image.configuration["config"]["Cmd"] == ["index.handler"]
    assert image.labels["org.opencontainers.image.base.digest"] == base.manifest.digest
    assert image.base is not None and len(image.own_layers) == 1


def test_a_pinned_base_is_asked_for_once(repository: Repository, tmp_path: Path) -> None:
    with docker_registry(tmp_path / "registry", tls=False, login=False) as gone:
        image_plugin(repository, base=push_base(gone, python_base()))
        with built(repository.root) as image:
            digest = image.digest

    with built(repository.root) as image:
        assert image.digest == digest


def test_a_base_with_a_tag_is_resolved_and_named(repository: Repository, registry: DockerRegistry) -> None:
    reference = push_base(registry, python_base(), "tagged").partition("@")
    image_plugin(repository, base=reference[0])

    with built(repository.root) as image:
        [note] = image.notes

    assert f'base = "{"".join(reference)}"' in note


def test_layers_of_the_base_are_not_downloaded_where_it_starts_a_client(
    repository: Repository, registry: DockerRegistry, tmp_path: Path
) -> None:
    base = _configured(make_image(make_tar(opt__x=b"x")), Entrypoint=["/lambda-entrypoint.sh"])
    image_plugin(repository, base=push_base(registry, base, "aws"))

    with built(repository.root) as image:
        assert image.layers[0].path is None
        assert image.configuration["config"]["Entrypoint"] == ["/lambda-entrypoint.sh"]
        assert image.layers[0].origin == (registry.host, "aws")


def _configured(image: SmallImage, **container: object) -> SmallImage:
    from biot_plugin_cli.registry.blobs import Blob
    from biot_plugin_cli.registry.manifest import Manifest

    config = json.loads(image.config.open().read(1_000_000)) | {"config": container}
    blob = Blob.from_bytes(json.dumps(config).encode(), image.config.descriptor.media_type)
    manifest = json.loads(image.manifest.content) | {"config": blob.descriptor.dump()}
    return SmallImage(Manifest.parse(json.dumps(manifest).encode()), blob, image.layers)


@pytest.mark.parametrize(
    ("base", "said"),
    [
        (make_image(make_tar(**{PYTHON: b""}), architecture="arm64"), "is for linux/arm64, and the plugin runs on"),
        (make_image(make_tar(usr__bin__x=b"")), f"has no {THIS}, but no Python: choose another base"),
        (make_image(make_tar(**{"usr__bin__python3.9": b""})), f"has no {THIS}, but python3.9"),
        (make_image(make_tar(**{PYTHON: b"", "lib__ld-musl-x86_64.so.1": b""})), "has the C library musl"),
    ],
)
def test_a_base_that_cannot_run_the_plugin_is_refused(
    repository: Repository, registry: DockerRegistry, base: SmallImage, said: str
) -> None:
    image_plugin(repository, base=push_base(registry, base, "wrong"))

    with pytest.raises(InvalidPlugin, match=said), built(repository.root):
        pass


def test_a_base_that_does_not_exist(repository: Repository, registry: DockerRegistry) -> None:
    image_plugin(repository, base=f"{registry.host}/nothing:1")

    with pytest.raises(ImageNotFound, match="nothing:1"), built(repository.root):
        pass


def test_an_impossible_time_is_refused(repository: Repository, monkeypatch: pytest.MonkeyPatch) -> None:
    image_plugin(repository, base="scratch")
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "yesterday")

    with pytest.raises(UsageError, match="SOURCE_DATE_EPOCH is 'yesterday'"), built(repository.root):
        pass


def test_the_commands_write_show_and_explain(repository: Repository, tmp_path: Path) -> None:
    image_plugin(repository, base="scratch")
    for output in (tmp_path / "layout", tmp_path / "image.tar"):
        done = repository.program("image", "build", "--json", "-o", output)
        assert done.exit_code == 0, done.err
        shown = repository.program("image", "inspect", "--json", output)
        assert shown.document["digest"] == done.document["digest"]
        assert [problem["code"] for problem in shown.document["problems"]] == ["image-entry-point-missing"]
    assert tarfile.is_tarfile(tmp_path / "image.tar")
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "mine").touch()
    refused = repository.program("image", "build", "-o", tmp_path / "full")
    assert refused.exit_code == 1 and "something else than an image" in refused.err
    assert (tmp_path / "full" / "mine").exists()
    zipped = repository.package()
    assert zipped.exit_code == 4 and "biot-plugin image build" in zipped.err
    unknown = repository.program("image", "build", "--builder", "kaniko")
    assert unknown.exit_code == 2


def test_invalid_settings_are_named_with_their_places(repository: Repository) -> None:
    image_plugin(repository, base="https://x/y", builder="kaniko", dockerfile="../Dockerfile", platform="x")

    report = check(repository.root, packaging=False)

    assert {"base-invalid", "builder-invalid", "dockerfile-invalid", "key-unknown"} <= set(codes(report))
    assert all(finding.line for finding in report.findings if finding.code.endswith("-invalid"))
