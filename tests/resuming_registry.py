"""A registry in memory that continues uploads after a cut, as Debian's docker-registry does not."""

from __future__ import annotations

import hashlib
import re
import socket
from collections.abc import Iterator
from contextlib import contextmanager

from tests.faulty_registry import Request, respond
from tests.scaffold.listener import Listener, read_head

__all__ = ["ResumingRegistry", "resuming_registry"]


class ResumingRegistry(Listener):
    """Takes uploads of blobs.

    Attributes:
        host: Its host and port.
        blobs: The blobs, by their digests.
        uploads: What has arrived of each upload.
    """

    def __init__(self) -> None:
        self.blobs: dict[str, bytes] = {}
        self.uploads: dict[str, bytearray] = {}
        super().__init__()
        self.host = self.address

    def serve(self, caller: socket.socket) -> None:
        head, start = read_head(caller)
        first, *lines = head.decode("latin-1").rstrip().split("\r\n")
        headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
        method, path, _ = first.split(" ")
        request = Request(method, path, headers, start)
        upload = self.uploads.get(path.partition("?")[0].rpartition("/")[2])
        if upload is not None and method in ("PATCH", "PUT"):
            length, position = int(headers["content-length"]), headers.get("content-range", "").partition("-")[0]
            if position and int(position) != len(upload):
                caller.sendall(respond(416, b""))
                return
            upload += start
            while len(start) < length and (piece := caller.recv(65536)):
                upload += piece
                length -= len(piece)
        caller.sendall(self._respond(request, upload))

    def _respond(self, request: Request, upload: bytearray | None) -> bytes:
        path, _, query = request.path.partition("?")
        if request.method == "HEAD":
            return respond(200 if path.rpartition("/")[2] in self.blobs else 404)
        if request.method == "POST":
            number = str(len(self.uploads))
            self.uploads[number] = bytearray()
            return respond(202, location=f"/v2/a/blobs/uploads/{number}")
        if path == "/v2/":
            return respond(200)
        if upload is None:
            return respond(404)
        if request.method == "PUT":
            return self._finish(query, bytes(upload))
        # As ECR, with another status for chunks than the specification's.
        status = 204 if request.method == "GET" else 201
        return respond(status, location=path, range=f"0-{max(0, len(upload) - 1)}")

    def _finish(self, query: str, content: bytes) -> bytes:
        digest = re.sub("%3A", ":", query.partition("digest=")[2])
        if digest != f"sha256:{hashlib.sha256(content).hexdigest()}":
            return respond(400, {"errors": [{"code": "DIGEST_INVALID", "message": "other content"}]})
        self.blobs[digest] = content
        return respond(201, docker_content_digest=digest)


@contextmanager
def resuming_registry() -> Iterator[ResumingRegistry]:
    """Run the registry."""
    registry = ResumingRegistry()
    try:
        yield registry
    finally:
        registry.close()
