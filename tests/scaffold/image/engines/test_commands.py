"""Container engines: buildah as it is, docker and podman by their command lines."""

from __future__ import annotations

from pathlib import Path

import pytest

from biot_plugin_cli.errors import OperationFailed
from biot_plugin_cli.image.engines.commands import EngineFailed
from tests.scaffold.engines import counted_buildah, stand_in
from tests.scaffold.images import built, image_plugin
from tests.scaffold.packages import Repository

DOCKERFILE = 'FROM scratch\nCOPY index.py /var/task/\nENTRYPOINT ["/x"]\nCMD ["index.handler"]\n'


@pytest.fixture
def storage(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Give buildah a storage of its own."""
    counted_buildah(tmp_path, monkeypatch)


def test_buildah_builds_the_dockerfile(repository: Repository, storage: None) -> None:
    image_plugin(repository, builder="buildah")
    repository.write("Dockerfile", DOCKERFILE)
    repository.write(".dockerignore", "*\n!index.py\n")
    with built(repository.root) as image:
        assert image.builder == "buildah"
        assert image.labels["biot-plugin.content-hash"] == image.content_hash
        assert image.configuration["architecture"] == "amd64"
        digest, content_hash = image.digest, image.content_hash
    repository.write("notes.txt", "ignored")

    with built(repository.root) as again:
        assert (again.digest, again.content_hash) == (digest, content_hash)
    repository.write("index.py", "changed = True\n")
    with built(repository.root) as changed:
        assert changed.content_hash != content_hash


@pytest.mark.parametrize(
    ("name", "saving"), [("docker", "image save --output"), ("podman", "image save --format oci-archive --output")]
)
def test_docker_and_podman_are_asked_in_their_words(
    repository: Repository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, saving: str
) -> None:
    image_plugin(repository, base="scratch")
    saved = tmp_path / "saved.tar"
    assert repository.program("image", "build", "-o", saved).exit_code == 0
    repository.write("Dockerfile", DOCKERFILE)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "s3cret")
    log = stand_in(tmp_path, monkeypatch, name, "exit 0", saved)

    with built(repository.root, builder=name) as image:
        assert image.builder == name

    lines = log.read_text().splitlines()
    assert lines[0].startswith("build --platform linux/amd64 --file ")
    assert lines[1].startswith(saving) and lines[1].endswith("sha256:abc")
    assert "s3cret" not in log.with_name("log.env").read_text()


def test_a_build_that_fails_shows_its_output_without_escapes(
    repository: Repository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    image_plugin(repository)
    repository.write("Dockerfile", DOCKERFILE)
    stand_in(tmp_path, monkeypatch, "docker", r"printf '\033[31mno such package\033[0m\n'; exit 3", None)

    with pytest.raises(EngineFailed) as raised, built(repository.root, builder="docker"):
        pass

    assert str(raised.value) == ("docker could not build the image (exit code 3): fix what it says\nno such package")


def test_a_daemon_that_does_not_run(repository: Repository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    image_plugin(repository)
    repository.write("Dockerfile", DOCKERFILE)
    said = "echo 'Cannot connect to the Docker daemon at unix:///var/run/docker.sock.' >&2; exit 1"
    stand_in(tmp_path, monkeypatch, "docker", said, None)

    with pytest.raises(EngineFailed, match="has no engine that runs"), built(repository.root, builder="docker"):
        pass


def test_an_engine_that_is_missing(repository: Repository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    image_plugin(repository)
    repository.write("Dockerfile", DOCKERFILE)
    monkeypatch.setenv("PATH", str(tmp_path))

    with pytest.raises(OperationFailed, match="podman is not installed: install one"):  # noqa: SIM117
        with built(repository.root, builder="podman"):
            pass
    with pytest.raises(OperationFailed, match="None of docker, podman, buildah is installed"):  # noqa: SIM117
        with built(repository.root, builder="engine"):
            pass
