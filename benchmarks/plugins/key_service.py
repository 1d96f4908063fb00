"""Serves the platform's public key, in a process of its own: what it takes is not the plugin's.

python -m benchmarks.plugins.key_service KEY
"""

from __future__ import annotations

import base64
import json
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import MappingProxyType
from typing import TYPE_CHECKING

from benchmarks.measuring.environments import ROOT

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

__all__ = ["Answering", "encoded", "serving"]


class Answering(BaseHTTPRequestHandler):
    """Answers with JSON on connections that stay open, at once, and logs nothing."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1

    def log_message(self, *_: object) -> None:
        """Logs nothing."""

    def answer(self, status: int, content: bytes, headers: Mapping[str, str] = MappingProxyType({})) -> None:
        """Send an answer."""
        self.send_response(status)
        more = {"content-type": "application/json", "content-length": str(len(content))}
        for name, value in {**more, **headers}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(content)


def encoded(key: RSAPublicKey) -> str:
    """A public key as the platform sends it."""
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

    return base64.b64encode(key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)).decode()


@contextmanager
def serving(key: RSAPublicKey) -> Iterator[str]:
    """Serve a key; yields the platform's base URL."""
    command = (sys.executable, "-m", "benchmarks.plugins.key_service", encoded(key))
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        try:
            yield f"http://127.0.0.1:{int(process.stdout.readline())}"
        finally:
            process.terminate()


def main(key: str) -> None:
    """Serves a key as it is sent, and prints the port."""
    content = json.dumps({"publicKey": key}).encode()

    class Handler(Answering):
        def do_GET(self) -> None:
            self.answer(200, content)

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    print(server.server_address[1], flush=True)
    server.serve_forever()


if __name__ == "__main__":
    main(sys.argv[1])
