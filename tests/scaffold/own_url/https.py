"""A plugin behind an HTTPS address of this machine, with a certificate of an own authority."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import trustme

from biot_emulator.function_url.event_from_request import UrlRequest, function_event
from biot_emulator.http.response import Response
from biot_emulator.lambda_function.configuration import Function
from biot_emulator.runtime.worker_pool import Workers
from biot_emulator.server.function_endpoint import FunctionEndpoint

__all__ = ["Authority", "serving"]


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
