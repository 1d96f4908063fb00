"""Container registries for tests: Debian's docker-registry with TLS and basic authentication, and images to push."""

from __future__ import annotations

import gzip
import io
import json
import os
import shutil
import socket
import subprocess
import tarfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import pytest
import trustme
import urllib3

from biot_plugin_cli.registry.blobs import Blob
from biot_plugin_cli.registry.client import Registry
from biot_plugin_cli.registry.digests import digest_of
from biot_plugin_cli.registry.manifest import Manifest
from biot_plugin_cli.registry.media_types import (
    DOCKER_CONFIG,
    DOCKER_LAYER,
    DOCKER_MANIFEST,
    OCI_CONFIG,
    OCI_LAYER,
    OCI_MANIFEST,
)

__all__ = ["PASSWORD", "USER", "Connect", "DockerRegistry", "SmallImage", "docker_registry", "make_image", "make_tar"]

USER = "AWS"
PASSWORD = "s3cret-of-tests"
#: The registry reads bcrypt alone.
_HTPASSWD = f"{USER}:$2y$04$abcdefghijklmnopqrstuuTLyXR/MgD8WKzwjtXUOLtArnKdAujqi\n"
_PROGRAM = "/usr/bin/docker-registry"
_SECONDS = 30.0

Connect = Callable[..., Registry]
"""Creates a client; the arguments are those of `Registry`."""

_DOCKER_TYPES = DOCKER_LAYER, DOCKER_CONFIG, DOCKER_MANIFEST
_OCI_TYPES = OCI_LAYER, OCI_CONFIG, OCI_MANIFEST

_CONFIG = """\
version: 0.1
log: {{level: error, accesslog: {{disabled: true}}}}
storage:
  filesystem: {{rootdirectory: {root}}}
  delete: {{enabled: true}}
http:
  addr: {host}
  secret: of-tests
"""
_TLS = """\
  tls: {{certificate: {certificate}, key: {key}}}
"""
_AUTH = """\
auth:
  htpasswd: {{realm: tests, path: {htpasswd}}}
"""


@dataclass(frozen=True)
class DockerRegistry:
    """A running registry.

    Attributes:
        host: Its host and port.
        ca_file: The certificate that clients must trust; None if it speaks http.
        folder: Where it stores everything.
    """

    host: str
    ca_file: Path | None
    folder: Path

    @property
    def url(self) -> str:
        """The URL."""
        return f"{'http' if self.ca_file is None else 'https'}://{self.host}"


@dataclass(frozen=True)
class SmallImage:
    """An image that `push_image` takes.

    Attributes:
        manifest: The manifest.
        config: The configuration.
        layers: The layers.
    """

    manifest: Manifest
    config: Blob
    layers: tuple[Blob, ...]


def make_image(*layers: bytes, docker: bool = False, architecture: str = "amd64") -> SmallImage:
    """Make an image in memory.

    Args:
        layers: The tar archives of its layers.
        docker: Whether its manifest is one of Docker, not of OCI.
        architecture: The architecture that its configuration names.
    """
    layer_type, config_type, manifest_type = _DOCKER_TYPES if docker else _OCI_TYPES
    blobs = tuple(Blob.from_bytes(gzip.compress(layer, mtime=0), layer_type) for layer in layers)
    config = {
        "architecture": architecture,
        "os": "linux",
        "config": {},
        "rootfs": {"type": "layers", "diff_ids": [digest_of(layer) for layer in layers]},
        "history": [{"created_by": "tests"} for _ in layers],
    }
    config_blob = Blob.from_bytes(json.dumps(config).encode(), config_type)
    manifest = {
        "schemaVersion": 2,
        "mediaType": manifest_type,
        "config": config_blob.descriptor.dump(),
        "layers": [blob.descriptor.dump() for blob in blobs],
    }
    return SmallImage(Manifest.parse(json.dumps(manifest).encode()), config_blob, blobs)


def make_tar(**files: bytes) -> bytes:
    """Make a tar archive of files; `__` in a name stands for a slash."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        for name, content in files.items():
            member = tarfile.TarInfo(name.replace("__", "/"))
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    return buffer.getvalue()


@contextmanager
def docker_registry(
    folder: Path, *, tls: bool = True, login: bool = True, htpasswd: str = _HTPASSWD, names: Sequence[str] = ()
) -> Iterator[DockerRegistry]:
    """Run a registry on a free port of the loopback address; the test is skipped where Debian's is not installed.

    Args:
        folder: An empty folder for its files.
        tls: Whether it speaks https.
        login: Whether it wants `USER` and `PASSWORD`.
        htpasswd: Who may log in instead.
        names: Names of hosts that its certificate is also for.
    """
    if not os.access(_PROGRAM, os.X_OK):
        pytest.skip("docker-registry is not installed")
    host = f"127.0.0.1:{_free_port()}"
    ca_file = folder / "ca.pem" if tls else None
    (folder / "storage").mkdir(parents=True)
    text = _configure(folder, host, ca_file, htpasswd if login else "", names)
    (folder / "config.yml").write_text(text, encoding="utf-8")
    with (folder / "log").open("wb") as log:
        command = [_PROGRAM, "serve", str(folder / "config.yml")]
        process = subprocess.Popen(command, stdout=log, stderr=log, env={"OTEL_TRACES_EXPORTER": "none"})
        try:
            registry = DockerRegistry(host, ca_file, folder / "storage")
            _wait_until_it_answers(registry, process, folder / "log")
            yield registry
        finally:
            process.terminate()
            process.wait()
            shutil.rmtree(folder / "storage", ignore_errors=True)


def _configure(folder: Path, host: str, ca_file: Path | None, htpasswd: str, names: Sequence[str]) -> str:
    text = _CONFIG.format(root=folder / "storage", host=host)
    if ca_file is not None:
        authority = trustme.CA()
        certificate = authority.issue_cert("127.0.0.1", "localhost", *names)
        authority.cert_pem.write_to_path(str(ca_file))
        certificate.private_key_and_cert_chain_pem.write_to_path(str(folder / "server.pem"))
        text += _TLS.format(certificate=folder / "server.pem", key=folder / "server.pem")
    if htpasswd:
        (folder / "htpasswd").write_text(htpasswd, encoding="utf-8")
        text += _AUTH.format(htpasswd=folder / "htpasswd")
    return text


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port: int = server.getsockname()[1]
    return port


def _wait_until_it_answers(registry: DockerRegistry, process: subprocess.Popen[bytes], log: Path) -> None:
    end = time.monotonic() + _SECONDS
    ca_file = str(registry.ca_file) if registry.ca_file else None
    with urllib3.PoolManager(retries=False, ca_certs=ca_file) as pool:
        while time.monotonic() < end and process.poll() is None:
            with suppress(urllib3.exceptions.HTTPError):
                pool.request("GET", f"{registry.url}/v2/", timeout=1.0)
                return
            time.sleep(0.02)
    pytest.fail(f"docker-registry does not answer: {log.read_text(encoding='utf-8')[-2000:]}")
