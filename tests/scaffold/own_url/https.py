"""A plugin behind an HTTPS address of this machine, with a certificate of an own authority."""

from __future__ import annotations

import socket
import ssl
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path

import trustme

from biot_emulator.function_url.event_from_request import UrlRequest, function_event
from biot_emulator.http.response import Response
from biot_emulator.lambda_function.configuration import Function
from biot_emulator.runtime.worker_pool import Workers
from biot_emulator.server.function_endpoint import FunctionEndpoint

__all__ = ["Authority", "free_port", "serving", "tunnel"]


class Authority:
    """An authority, and a certificate of it for localhost, as files."""

    def __init__(self, folder: Path) -> None:
        authority = trustme.CA()
        self.file, self.chain, self.key = folder / "ca.pem", folder / "localhost.pem", folder / "localhost.key"
        authority.cert_pem.write_to_path(str(self.file))
        issued = authority.issue_cert("localhost", "127.0.0.1")
        issued.cert_chain_pems[0].write_to_path(str(self.chain))
        issued.private_key_pem.write_to_path(str(self.key))


@contextmanager
def serving(code: Path, authority: Authority, variables: Mapping[str, str]) -> Iterator[str]:
    """Run unpacked code as Lambda does, with nothing but itself, behind HTTPS; give its URL."""
    function = Function(code, Path(sys.executable), "demo", environment=variables, isolated=True)
    workers = Workers()

    def respond(request: UrlRequest) -> Response:
        return workers.invoke(function, function_event(request, "a" * 32, datetime.now(UTC))).response

    try:
        with FunctionEndpoint(respond, certificate=(authority.chain, authority.key)) as endpoint:
            yield endpoint.url.replace("127.0.0.1", "localhost")
    finally:
        workers.close()


def free_port() -> int:
    with closing(socket.create_server(("127.0.0.1", 0))) as listening:
        return int(listening.getsockname()[1])


@contextmanager
def tunnel(authority: Authority, port: int) -> Iterator[str]:
    """Terminate TLS, and pass on what comes to a port of this machine."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(authority.chain, authority.key)
    listening = socket.create_server(("127.0.0.1", 0))

    def pump(source: socket.socket, target: socket.socket) -> None:
        with suppress(OSError):
            while data := source.recv(65536):
                target.sendall(data)
        with suppress(OSError):
            target.shutdown(socket.SHUT_WR)

    def carry(caller: socket.socket) -> None:
        with suppress(OSError), closing(caller):
            secured = context.wrap_socket(caller, server_side=True)
            with closing(secured), closing(socket.create_connection(("127.0.0.1", port))) as upstream:
                back = threading.Thread(target=pump, args=(upstream, secured))
                back.start()
                pump(secured, upstream)
                back.join()

    def serve() -> None:
        with suppress(OSError):
            while True:
                caller, _ = listening.accept()
                caller.settimeout(20)
                threading.Thread(target=carry, args=(caller,), daemon=True).start()

    thread = threading.Thread(target=serve)
    thread.start()
    try:
        yield f"https://localhost:{listening.getsockname()[1]}"
    finally:
        with suppress(OSError):
            listening.shutdown(socket.SHUT_RDWR)
        listening.close()
        thread.join()
