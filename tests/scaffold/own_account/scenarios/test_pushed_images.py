"""The life of an image in an account of one's own, by the commands, at a real registry with the account's address."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from biot_emulator.client import Client
from biot_emulator.testing import Emulator, running
from biot_emulator.wire_json import encode
from biot_plugin_cli.registry.client import Registry
from biot_plugin_cli.registry.login import Login
from biot_plugin_cli.registry.push import push_image
from tests.registries import DockerRegistry, docker_registry
from tests.scaffold.deployments import SECOND, configured
from tests.scaffold.ecr import ECR_HOST, ECR_HTPASSWD, ECR_PASSWORD, EcrTunnel, ecr_account, ecr_tunnel
from tests.scaffold.images import python_base
from tests.scaffold.moto_account import MotoAccount, use_account
from tests.scaffold.packages import Repository
from tests.scaffold.pushed_images import as_image, use_platform

pytestmark = [pytest.mark.slow, pytest.mark.long(20)]

NAME = "biot-demo"
BASE_BYTES = 400_000
#: What a connection costs that sends nothing of an image, several times over.
SMALL = 40_000


@pytest.fixture
def debian(tmp_path: Path) -> Iterator[DockerRegistry]:
    with docker_registry(tmp_path / "registry", htpasswd=ECR_HTPASSWD, names=[ECR_HOST]) as registry:
        yield registry


@pytest.fixture
def emulator(debian: DockerRegistry) -> Iterator[Emulator]:
    """A platform that runs the images of the account's repository, as Lambda would."""
    url = debian.url.replace("https://", f"https://AWS:{ECR_PASSWORD}@")
    with running(registry=f"{url}/demo", ca_file=debian.ca_file) as emulator:
        yield emulator


@pytest.fixture
def tunnel(
    aws: MotoAccount, debian: DockerRegistry, emulator: Emulator, monkeypatch: pytest.MonkeyPatch
) -> Iterator[EcrTunnel]:
    """The way to the account's registry; everything that the commands need is in the environment."""
    with ecr_account(aws, debian) as account, ecr_tunnel(debian) as tunnel:
        use_platform(monkeypatch, emulator, emulator.url)
        use_account(monkeypatch, account.url)
        for name in ("HTTP_PROXY", "ALL_PROXY", "NO_PROXY"):
            monkeypatch.delenv(name, raising=False)
            monkeypatch.delenv(name.lower(), raising=False)
        monkeypatch.setenv("HTTPS_PROXY", tunnel.url)
        monkeypatch.setenv("SSL_CERT_FILE", str(debian.ca_file))
        monkeypatch.setenv("BIOT_PLUGIN_BASE_USERNAME", "AWS")
        monkeypatch.setenv("BIOT_PLUGIN_BASE_PASSWORD", ECR_PASSWORD)
        yield tunnel
    assert tunnel.refused == []


def push_base(debian: DockerRegistry) -> str:
    """Push a base that is much larger than a plugin, and cannot be compressed."""
    image = python_base(python=random.Random(1).randbytes(BASE_BYTES))
    with Registry(debian.host, lambda: Login("AWS", ECR_PASSWORD), ca_file=debian.ca_file) as client:
        push_image(client, "base", "1", image)
    return f"{debian.host}/base:1@{image.manifest.digest}"


def run(plugin: Repository, *arguments: str) -> Any:
    done = plugin.program(*arguments, "--target", "aws", "--json")
    assert done.exit_code == 0, done.err
    return done.document


def deploy(plugin: Repository) -> Any:
    return run(plugin, "deploy", "--yes")


def live_digest(aws: MotoAccount) -> str:
    """The digest of the image that the live version of the function runs."""
    live = aws.client("lambda").get_function_configuration(FunctionName=NAME, Qualifier="live")
    return f"sha256:{live['CodeSha256']}"


def deployed_address(aws: MotoAccount) -> str:
    """The address of the image that was deployed last."""
    return str(aws.client("lambda").get_function(FunctionName=NAME)["Code"]["ImageUri"])


def answer(emulator: Emulator, tag: str) -> Any:
    """What an image of the repository answers when it is called."""
    settings = {"deploymentPackageType": "IMAGE", "imageTag": tag, "timeout": 20}
    config = {"name": "called", "displayName": "Called", "version": 1, **settings}
    made = emulator.call("POST", "/settings/v2/plugins", form={"config": encode(config)})
    assert made.status_code == 201, made.body
    path = made.body["endpointUrl"].removeprefix(emulator.url)
    answered = Client(emulator.url).call("GET", path).body
    assert emulator.call("DELETE", "/settings/v2/plugins/Plugin-called").status_code < 300
    return answered


def test_an_image_is_pushed_called_changed_rolled_back_and_deleted(
    plugin: Repository, aws: MotoAccount, emulator: Emulator, debian: DockerRegistry, tunnel: EcrTunnel, tmp_path: Path
) -> None:
    as_image(plugin, push_base(debian))
    configured(plugin, aws={"repository": "demo", "create-repository": True})
    htpasswd = tmp_path / "registry" / "htpasswd"
    htpasswd.write_text(ECR_HTPASSWD.replace("cMn6", "cMn7"))
    refused = plugin.program("image", "push", "--target", "aws")
    assert (refused.exit_code, ECR_PASSWORD in refused.err) == (5, False)
    htpasswd.write_text(ECR_HTPASSWD)

    made = deploy(plugin)
    assert (made["action"], made["image"]["repository"]) == ("create", f"{ECR_HOST}/demo")
    [repository] = aws.client("ecr").describe_repositories()["repositories"]
    assert repository["repositoryUri"] == made["image"]["repository"]
    assert live_digest(aws) == made["image"]["digest"]
    assert deployed_address(aws) == f"{repository['repositoryUri']}@{live_digest(aws)}"
    assert BASE_BYTES < made["image"]["bytesSent"] <= tunnel.bytes_sent
    assert answer(emulator, made["image"]["tag"]) == {"n": 1}

    tunnel.bytes_sent = 0
    assert deploy(plugin)["action"] == "none"
    assert tunnel.bytes_sent == 0

    plugin.write("index.py", SECOND)
    changed = deploy(plugin)
    assert (changed["version"], changed["codeChanged"]) == (2, True)
    assert live_digest(aws) == changed["image"]["digest"] != made["image"]["digest"]
    assert deployed_address(aws) == f"{repository['repositoryUri']}@{live_digest(aws)}"
    assert 0 < changed["image"]["bytesSent"] < tunnel.bytes_sent < SMALL
    assert answer(emulator, changed["image"]["tag"]) == {"n": 2}

    tunnel.bytes_sent = 0
    assert run(plugin, "rollback", "--yes")["version"] == 1
    assert live_digest(aws) == made["image"]["digest"]
    assert run(plugin, "status")["imageDigest"] == made["image"]["digest"]
    lines = [line.split() for line in plugin.program("status", "--target", "aws").out.splitlines()]
    assert ["packageType", "image"] in lines
    assert ["imageDigest", made["image"]["digest"]] in lines
    assert tunnel.bytes_sent == 0
    assert answer(emulator, made["image"]["tag"]) == {"n": 1}

    run(plugin, "delete", "--yes")
    assert not any(aws.leftovers().values())
