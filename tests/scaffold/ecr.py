"""An account's registry as AWS has it: moto's account, and Debian's registry at the address that moto says it has."""

from __future__ import annotations

import re
import socket
from collections.abc import Iterator
from contextlib import contextmanager

import urllib3

from biot_plugin_cli.registry.media_types import OCI_MANIFEST
from tests.registries import DockerRegistry
from tests.scaffold.cut_connection import CutConnection
from tests.scaffold.listener import Listener, read_head
from tests.scaffold.moto_account import ACCOUNT, REGION, MotoAccount

__all__ = ["ECR_HOST", "ECR_HTPASSWD", "ECR_PASSWORD", "EcrAccount", "EcrTunnel", "ecr_account", "ecr_tunnel"]

ECR_HOST = f"{ACCOUNT}.dkr.ecr.{REGION}.amazonaws.com"
ECR_PASSWORD = f"{ACCOUNT}-auth-token"
"""What moto gives everybody for the account, as the password of `AWS`."""

#: The registry reads bcrypt alone.
ECR_HTPASSWD = "AWS:$2y$04$abcdefghijklmnopqrstuu/cMn6kFoLFEf9ShbIPSVtJoiKQtizZG\n"

_PIECE = 65536
_SECONDS = 60.0
# What needs to know the images of a repository.
_ASKS_FOR_IMAGES = re.compile(rb"(POST|PUT) /2015-03-31/functions|\.(BatchGetImage|DescribeImages)\r", re.IGNORECASE)


class EcrTunnel(Listener):
    """A proxy for https by which the account's registry is reached, and nothing else.

    Attributes:
        url: Its URL.
        refused: The addresses that were asked for besides.
        bytes_sent: How many bytes were sent to the registry, as they are encrypted.
    """

    def __init__(self, registry: DockerRegistry) -> None:
        host, _, port = registry.host.partition(":")
        self._registry = (host, int(port))
        self.refused: list[str] = []
        self.bytes_sent = 0
        super().__init__()
        self.url = f"http://{self.address}"

    def serve(self, caller: socket.socket) -> None:
        head, _ = read_head(caller)
        method, address, _ = head.decode("latin-1").split(" ", 2)
        if (method, address) != ("CONNECT", f"{ECR_HOST}:443"):
            self.refused.append(address)
            caller.sendall(b"HTTP/1.1 403 X\r\ncontent-length: 0\r\n\r\n")
            return
        caller.settimeout(_SECONDS)
        with socket.create_connection(self._registry, timeout=_SECONDS) as registry:
            caller.sendall(b"HTTP/1.1 200 X\r\n\r\n")
            self.start(_pass_back, registry, caller)
            while piece := caller.recv(_PIECE):
                self.bytes_sent += len(piece)
                registry.sendall(piece)
            registry.shutdown(socket.SHUT_WR)
            while registry.recv(_PIECE):
                pass


def _pass_back(registry: socket.socket, caller: socket.socket) -> None:
    try:
        while piece := registry.recv(_PIECE):
            caller.sendall(piece)
        caller.shutdown(socket.SHUT_WR)
    except OSError:
        return


class EcrAccount(CutConnection):
    """The account, which has the images that its registry has."""

    def __init__(self, account: MotoAccount, registry: DockerRegistry) -> None:
        self._ecr = account.client("ecr")
        self._url = registry.url
        self._pool = urllib3.PoolManager(
            ca_certs=str(registry.ca_file), headers=urllib3.make_headers(basic_auth=f"AWS:{ECR_PASSWORD}")
        )
        self._present = set[tuple[str, str]]()
        super().__init__(account.url)

    def close(self) -> None:
        """Also close the connections to the registry."""
        super().close()
        self._pool.clear()

    def _ask(self, head: bytes, body: bytes) -> bytes:
        if _ASKS_FOR_IMAGES.search(head):
            for repository in self._ecr.describe_repositories()["repositories"]:
                self._take_images(repository["repositoryName"])
        return super()._ask(head, body)

    def _take_images(self, repository: str) -> None:
        listed = self._pool.request("GET", f"{self._url}/v2/{repository}/tags/list")
        tags = (listed.json().get("tags") or ()) if listed.status == 200 else ()
        for tag in [tag for tag in tags if (repository, tag) not in self._present]:
            headers = {**self._pool.headers, "accept": OCI_MANIFEST}
            manifest = self._pool.request("GET", f"{self._url}/v2/{repository}/manifests/{tag}", headers=headers)
            self._ecr.put_image(
                repositoryName=repository,
                imageManifest=manifest.data.decode(),
                imageManifestMediaType=manifest.headers["content-type"],
                imageTag=tag,
                imageDigest=manifest.headers["docker-content-digest"],
            )
            self._present.add((repository, tag))


@contextmanager
def ecr_tunnel(registry: DockerRegistry) -> Iterator[EcrTunnel]:
    """Let a registry be reached as that of the account, through a proxy.

    Args:
        registry: The registry, with a certificate for `ECR_HOST`.
    """
    tunnel = EcrTunnel(registry)
    try:
        yield tunnel
    finally:
        tunnel.close()


@contextmanager
def ecr_account(account: MotoAccount, registry: DockerRegistry) -> Iterator[EcrAccount]:
    """Serve an account that has the images of a registry."""
    served = EcrAccount(account, registry)
    try:
        yield served
    finally:
        served.close()
