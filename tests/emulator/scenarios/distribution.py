"""A client of the distribution API that does what a test says and no more, and Debian's registry to compare with."""

from __future__ import annotations

import base64
import hashlib
import http.client
import json
import shutil
import socket
import subprocess
import time
import uuid
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote, urljoin, urlsplit

__all__ = ["DEBIAN", "Answer", "RegistryClient", "debian_registry", "digest_of"]

DEBIAN = shutil.which("docker-registry")
OCI = "application/vnd.oci.image"
IMAGE = f"{OCI}.manifest.v1+json"
INDEX = f"{OCI}.index.v1+json"
_CONFIG = """
version: 0.1
storage:
  filesystem: {{rootdirectory: {folder}}}
  delete: {{enabled: true}}
http: {{addr: "127.0.0.1:{port}"}}
log: {{level: error}}
{auth}
"""


def digest_of(content: bytes, algorithm: str = "sha256") -> str:
    return f"{algorithm}:{hashlib.new(algorithm, content).hexdigest()}"


@dataclass(frozen=True)
class Answer:
    status: int
    headers: Mapping[str, str]
    content: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.content)

    @property
    def refusal(self) -> tuple[int, str]:
        [error] = self.json["errors"]
        assert error["message"]
        return self.status, error["code"]


class RegistryClient:
    def __init__(self, url: str, user: str = "", password: str = "", name: str = "own") -> None:
        self.url = url
        self.name = name
        self.login = f"Basic {base64.b64encode(f'{user}:{password}'.encode()).decode()}"

    def call(self, method: str, path: str, content: bytes | Iterable[bytes] | None = None, **headers: str) -> Answer:
        """Send a request; a path may be a whole URL, as in the header `location`."""
        parts = urlsplit(urljoin(self.url, path))
        connection = http.client.HTTPConnection(parts.netloc, timeout=30)
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        try:
            target = f"{parts.path}{f'?{parts.query}' if parts.query else ''}"
            connection.request(method, target, content, {"authorization": self.login, **named})
            response = connection.getresponse()
            body = response.read()
        finally:
            connection.close()
        return Answer(response.status, {name.lower(): value for name, value in response.getheaders()}, body)

    def new_repository(self) -> str:
        return f"tests/{uuid.uuid4().hex}"

    def begin(self, repository: str) -> str:
        """Begin an upload; return where it goes on."""
        answer = self.call("POST", f"/v2/{repository}/blobs/uploads/", content_length="0")
        assert answer.status == 202, answer
        return answer.headers["location"]

    def chunk(self, location: str, start: int, content: bytes) -> Answer:
        ends = f"{start}-{start + len(content) - 1}"
        kind = {"content_type": "application/octet-stream"}
        return self.call("PATCH", location, content, content_range=ends, **kind)

    def finish(self, location: str, digest: str, content: bytes = b"", **headers: str) -> Answer:
        between = "&" if "?" in location else "?"
        kind = {"content_type": "application/octet-stream", **headers}
        return self.call("PUT", f"{location}{between}digest={quote(digest, safe='')}", content, **kind)

    def push_blob(self, repository: str, content: bytes, algorithm: str = "sha256") -> str:
        digest = digest_of(content, algorithm)
        answer = self.finish(self.begin(repository), digest, content)
        assert answer.status == 201, answer
        return digest

    def blob(self, repository: str, digest: str, method: str = "GET", **headers: str) -> Answer:
        return self.call(method, f"/v2/{repository}/blobs/{digest}", None, **headers)

    def descriptor(self, repository: str, content: bytes, kind: str = f"{OCI}.config.v1+json") -> dict[str, Any]:
        return {"mediaType": kind, "digest": self.push_blob(repository, content), "size": len(content)}

    def put_manifest(self, repository: str, reference: str, manifest: Any, kind: str = IMAGE) -> Answer:
        content = manifest if isinstance(manifest, bytes) else json.dumps(manifest).encode()
        return self.call("PUT", f"/v2/{repository}/manifests/{reference}", content, content_type=kind)

    def manifest(self, repository: str, reference: str, method: str = "GET") -> Answer:
        return self.call(method, f"/v2/{repository}/manifests/{reference}", accept=f"{IMAGE}, {INDEX}, */*")

    def image(self, repository: str, *layers: bytes, **fields: Any) -> dict[str, Any]:
        """Push what an image needs; return its manifest, which has not been pushed."""
        kind = f"{OCI}.layer.v1.tar+gzip"
        return {
            "schemaVersion": 2,
            "mediaType": IMAGE,
            "config": self.descriptor(repository, b'{"os": "linux", "architecture": "amd64"}'),
            "layers": [self.descriptor(repository, layer, kind) for layer in layers],
            **fields,
        }


@contextmanager
def debian_registry(folder: Path, auth: str = "") -> Iterator[str]:
    """Run Debian's registry on this machine alone; yield its URL."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    config = folder / "config.yml"
    config.write_text(_CONFIG.format(folder=folder / "blobs", port=port, auth=auth))
    command = [DEBIAN or "docker-registry", "serve", str(config)]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        try:
            _await(port, process)
            yield f"http://127.0.0.1:{port}"
        finally:
            process.kill()


def _await(port: int, process: subprocess.Popen[bytes]) -> None:
    for _ in range(1000):
        assert process.poll() is None, "Debian's registry does not start"
        try:
            socket.create_connection(("127.0.0.1", port), timeout=5).close()
        except OSError:
            time.sleep(0.02)
        else:
            return
    raise AssertionError("Debian's registry does not listen")
