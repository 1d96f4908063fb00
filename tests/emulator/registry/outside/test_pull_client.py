"""What is pulled is what was asked for, and nobody but the registry gets its password."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from biot_emulator.registry.digests import Digest
from biot_emulator.registry.errors import BlobUnknown, DigestInvalid, ManifestUnknown, RegistryError
from biot_emulator.registry.outside import pull_client
from biot_emulator.registry.outside.address import RegistryAddress
from biot_emulator.registry.outside.pull_client import PullClient, RegistryUnreachable
from biot_emulator.testing import running
from tests.emulator.registry.outside.replying_server import Reply, server
from tests.emulator.scenarios.distribution import IMAGE, RegistryClient

CONTENT = b"a layer" * 1000
DIGEST = Digest.of(CONTENT)


@contextmanager
def serving(replies: dict[str, Reply]) -> Iterator[tuple[str, list[str | None]]]:
    """Serve what a test says of each path; yield the address, and which log-ins were sent."""
    log_ins: list[str | None] = []

    def respond(_: str, path: str, log_in: str | None) -> Reply:
        log_ins.append(log_in)
        return replies[path]

    with server(respond) as (host, _):
        yield host, log_ins


def client(host: str) -> PullClient:
    return PullClient(RegistryAddress.parse(f"http://ada:secret@{host}/plugins"))


def pull(host: str, file: Path, size: int = len(CONTENT)) -> bytes:
    client(host).pull_blob(DIGEST, size, file, lambda _: None)
    return file.read_bytes()


BLOB = f"/v2/plugins/blobs/{DIGEST}"


def test_whoever_is_redirected_to_gets_no_password(tmp_path: Path) -> None:
    with serving({"/elsewhere": (200, {}, CONTENT)}) as (other, others):
        location = {"location": f"http://{other}/elsewhere"}
        with serving({BLOB: (307, location, b"")}) as (host, own):
            assert pull(host, tmp_path / "blob") == CONTENT
    assert own[0] is not None
    assert own[0].startswith("Basic ")
    assert others == [None]


@pytest.mark.parametrize(
    ("status", "headers", "content", "error"),
    [
        (200, {}, CONTENT[::-1], DigestInvalid),
        (200, {}, CONTENT + b"x", DigestInvalid),
        (200, {}, CONTENT[:-1], DigestInvalid),
        (200, {"content-length": str(len(CONTENT))}, CONTENT[:-1], RegistryError),
        (404, {}, b"", BlobUnknown),
        (401, {}, b"", RegistryUnreachable),
        (500, {}, b"", RegistryUnreachable),
        (307, {"location": "ftp://x/"}, b"", RegistryUnreachable),
        (307, {"location": "http://192.0.2.1/"}, b"", RegistryUnreachable),
        (307, {"location": BLOB}, b"", RegistryUnreachable),
    ],
)
def test_what_is_not_the_blob_is_refused(
    tmp_path: Path, status: int, headers: dict[str, str], content: bytes, error: type[Exception]
) -> None:
    with serving({BLOB: (status, headers, content)}) as (host, _), pytest.raises(error) as refused:
        pull(host, tmp_path / "blob")
    assert "secret" not in str(refused.value)


def test_a_registry_that_says_nothing_is_not_waited_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pull_client, "_SECONDS", 0.2)
    with serving({BLOB: (200, {"content-length": "7000"}, b"")}) as (host, _), pytest.raises(RegistryError):
        pull(host, tmp_path / "blob")


def test_a_manifest_is_verified(tmp_path: Path) -> None:
    config = {"mediaType": "application/x", "digest": DIGEST, "size": 7}
    content = json.dumps({"schemaVersion": 2, "mediaType": IMAGE, "config": config, "layers": []}).encode()
    other = f"sha256:{hashlib.sha256(b'other').hexdigest()}"
    kind = {"content-type": IMAGE}
    manifests = "/v2/plugins/manifests"
    answers = {
        f"{manifests}/v1": (200, kind, content),
        f"{manifests}/{other}": (200, kind, content),
        f"{manifests}/none": (404, kind, b""),
    }
    with serving(answers) as (host, _):
        assert client(host).manifest("v1").content == content
        with pytest.raises(DigestInvalid):
            client(host).manifest(other)
        with pytest.raises(ManifestUnknown):
            client(host).manifest("none")


def test_a_plugin_has_an_image_from_a_registry_elsewhere() -> None:
    with running() as elsewhere:
        digest = elsewhere.push_image({"index.py": b"x"}, "v1")
        login = elsewhere.registry_login()
        host = login.repository.partition("/")[0]
        from urllib.parse import quote

        url = f"http://{login.user}:{quote(login.password, safe='')}@{login.repository}"
        with running(registry=url) as emulator:
            assert (
                emulator.call("GET", "/settings/v2/plugins/docker-repository/temp-credentials").body["repositoryUri"]
                == login.repository
            )
            assert RegistryClient(emulator.url).call("GET", "/v2/").status in (401, 404)
            config = {"name": "demo", "displayName": "d", "version": 1, "deploymentPackageType": "IMAGE"}
            for tag, status in (("none", 404), ("v1", 201)):
                form = {"config": json.dumps({**config, "imageTag": tag}).encode()}
                assert emulator.call("POST", "/settings/v2/plugins", form=form).status_code == status
            assert emulator.platform.plugins.images() == [digest]
            assert host in url
