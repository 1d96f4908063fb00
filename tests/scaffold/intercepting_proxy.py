"""A company's proxy, which opens every TLS connection with certificates of an authority of its own."""

from __future__ import annotations

import hashlib
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import trustme

__all__ = ["InterceptingProxy", "intercepting"]


@dataclass
class InterceptingProxy:
    """A running proxy, behind which every host is a package index of the wheels in a folder.

    Attributes:
        url: For HTTPS_PROXY.
        authority: The certificate of its authority, as a file.
        wheels: The folder.
        requests: What was asked for, by the path, once the client had trusted the certificate.
    """

    url: str
    authority: Path
    wheels: Path
    ca: trustme.CA
    requests: list[str] = field(default_factory=list)

    def serve(self, client: socket.socket) -> None:
        """Serve one connection, of one request."""
        with client, suppress(OSError, ssl.SSLError):
            host = _read_head(client).split()[1].rpartition(":")[0]
            client.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
            context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
            self.ca.issue_cert(host).configure_cert(context)
            with context.wrap_socket(client, server_side=True) as connection:
                path = _read_head(connection).split()[1].partition("?")[0]
                self.requests.append(path)
                connection.sendall(self._response(path))

    def _response(self, path: str) -> bytes:
        body, kind = self._content(path)
        status = "404 Not Found" if body is None else "200 OK"
        head = f"HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nContent-Length: {len(body or b'')}\r\n"
        return f"{head}Connection: close\r\n\r\n".encode() + (body or b"")

    def _content(self, path: str) -> tuple[bytes | None, str]:
        _, section, name, *_ = [*path.split("/"), "", ""]
        if section == "files":
            return (self.wheels / name).read_bytes(), "application/octet-stream"
        wheels = sorted(self.wheels.glob(f"{name.replace('-', '_')}-*.whl"))
        links = [
            f'<a href="/files/{wheel.name}#sha256={hashlib.sha256(wheel.read_bytes()).hexdigest()}">{wheel.name}</a>'
            for wheel in wheels
        ]
        return ("<!DOCTYPE html>" + "".join(links)).encode() if wheels else None, "text/html"


@contextmanager
def intercepting(folder: Path) -> Iterator[InterceptingProxy]:
    """Run a proxy, whose wheels and authority are in a folder."""
    ca = trustme.CA()
    ca.cert_pem.write_to_path(str(folder / "authority.pem"))
    (folder / "wheels").mkdir()
    with socket.create_server(("127.0.0.1", 0)) as server:
        url = f"http://127.0.0.1:{server.getsockname()[1]}"
        proxy = InterceptingProxy(url, folder / "authority.pem", folder / "wheels", ca)
        threads: list[threading.Thread] = []
        accepting = threading.Thread(target=_accept, args=(server, proxy, threads))
        accepting.start()
        try:
            yield proxy
        finally:
            server.shutdown(socket.SHUT_RDWR)
            accepting.join()
            for thread in threads:
                thread.join()


def _accept(server: socket.socket, proxy: InterceptingProxy, threads: list[threading.Thread]) -> None:
    with suppress(OSError):  # the server is closed
        while True:
            client, _ = server.accept()
            client.settimeout(30)
            threads.append(threading.Thread(target=proxy.serve, args=(client,)))
            threads[-1].start()


def _read_head(connection: socket.socket) -> str:
    head = b""
    while b"\r\n\r\n" not in head:
        received = connection.recv(4096)
        if not received:
            raise OSError("the client has closed the connection")
        head += received
    return head.decode("latin-1")
