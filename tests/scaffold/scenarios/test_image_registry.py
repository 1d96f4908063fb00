"""The life of an image plugin at a registry of its own: Debian's, with TLS and a log-in from moto's ECR."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from biot_emulator.testing import Emulator, running
from tests.registries import DockerRegistry, docker_registry
from tests.scaffold.deployments import SECOND, answer, deploy, shown
from tests.scaffold.ecr import ECR_HTPASSWD, ECR_PASSWORD
from tests.scaffold.moto_account import MotoAccount
from tests.scaffold.packages import Repository
from tests.scaffold.pushed_images import as_image, use_platform

pytestmark = [pytest.mark.slow, pytest.mark.long(20)]

DOCKERFILE = """\
FROM scratch
COPY index.py /var/task/
WORKDIR /var/task
ENV LAMBDA_TASK_ROOT=/var/task
CMD ["index.handler"]
"""


@pytest.fixture
def debian(tmp_path: Path) -> Iterator[DockerRegistry]:
    with docker_registry(tmp_path / "registry", htpasswd=ECR_HTPASSWD) as registry:
        yield registry


@pytest.fixture
def outside(debian: DockerRegistry, moto_server: MotoAccount, monkeypatch: pytest.MonkeyPatch) -> Iterator[Emulator]:
    """An emulator that takes images from the registry."""
    url = debian.url.replace("https://", f"https://AWS:{ECR_PASSWORD}@")
    with running(registry=f"{url}/plugins", ca_file=debian.ca_file) as emulator:
        use_platform(monkeypatch, emulator, emulator.url)
        monkeypatch.setenv("AWS_ENDPOINT_URL", moto_server.url)
        # What an account of one's own is used with plays no part.
        monkeypatch.setenv("AWS_PROFILE", "no-such-profile")
        yield emulator


def run(plugin: Repository, *arguments: str) -> Any:
    done = plugin.program(*arguments, "--json")
    assert done.exit_code == 0, done.err
    return done.document


def blobs(debian: DockerRegistry) -> int:
    return len([*debian.folder.glob("docker/registry/v2/blobs/sha256/*/*/data")])


@pytest.mark.sampled(2)
@pytest.mark.parametrize("builder", ["layers", "buildah"])
def test_a_plugin_is_deployed_called_changed_rolled_back_and_deleted(
    plugin: Repository, outside: Emulator, debian: DockerRegistry, monkeypatch: pytest.MonkeyPatch, builder: str
) -> None:
    if builder != "layers" and shutil.which(builder) is None:
        pytest.skip(f"{builder} is not installed")
    monkeypatch.setenv("SSL_CERT_FILE", str(debian.ca_file))
    as_image(plugin)
    plugin.write("Dockerfile", DOCKERFILE)
    made = deploy(plugin, "--builder", builder)
    assert (made["action"], made["image"]["repository"]) == ("create", f"{debian.host}/plugins")
    assert blobs(debian) == 3
    assert answer(outside) == {"n": 1}
    assert deploy(plugin, "--builder", builder)["action"] == "none"

    plugin.write("index.py", SECOND)
    assert deploy(plugin, "--builder", builder)["version"] == 2
    assert answer(outside) == {"n": 2}
    assert run(plugin, "rollback", "--yes")["codeOf"] == 1
    assert answer(outside) == {"n": 1}
    run(plugin, "delete", "--yes")
    assert shown(outside) is None


def test_a_certificate_that_is_not_trusted_and_a_wrong_password_are_said(
    plugin: Repository, outside: Emulator, debian: DockerRegistry, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    as_image(plugin)
    untrusted = plugin.program("deploy", "--yes")
    assert (untrusted.exit_code, "SSL_CERT_FILE" in untrusted.err) == (6, True)
    monkeypatch.setenv("SSL_CERT_FILE", str(debian.ca_file))
    # The emulator exchanges for the registry's own password, and the registry now knows another one.
    monkeypatch.delenv("AWS_ENDPOINT_URL")
    (tmp_path / "registry" / "htpasswd").write_text(ECR_HTPASSWD.replace("cMn6", "cMn7"))
    refused = plugin.program("deploy", "--yes")
    assert refused.exit_code == 5, refused.err
    assert ECR_PASSWORD not in refused.err
    assert blobs(debian) == 0
    assert shown(outside) is None
