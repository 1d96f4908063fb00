"""Pulls from a registry: manifests into memory, blobs into files, each verified and within limits of size and time."""

from __future__ import annotations

import base64
import http.client
import socket
import ssl
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from functools import cached_property
from pathlib import Path
from typing import BinaryIO
from urllib.parse import SplitResult, urljoin, urlsplit

from biot_emulator.http.certificates import trust
from biot_emulator.registry.digests import Digest
from biot_emulator.registry.errors import BlobUnknown, DigestInvalid, ManifestUnknown, RegistryError
from biot_emulator.registry.manifests import INDEX_TYPES, MANIFEST_TYPES, MAX_MANIFEST_BYTES, Manifest
from biot_emulator.registry.outside.address import RegistryAddress, is_loopback
from biot_emulator.registry.outside.bearer import MAX_TOKEN_BYTES, may_have_login, read_token, token_url

__all__ = ["PullClient", "RegistryUnreachable"]

_ACCEPT = ", ".join(sorted(MANIFEST_TYPES | INDEX_TYPES))
_LOGIN_REFUSED = "it refuses the log-in: check user and password of --registry"
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_MAX_REDIRECTS = 5
_CHUNK = 256 * 1024
#: How long a registry may say nothing; how long a pull may take, and how many bytes earn it another second.
_SILENT_SECONDS, _SECONDS, _BYTES_PER_SECOND = 30.0, 60.0, 128 * 1024


class RegistryUnreachable(RegistryError):
    """The registry does not respond, or not as registries do."""


class PullClient:
    """Pulls from one repository of a registry. Safe for several threads.

    Args:
        address: The repository.
        certificates: Which certificates are trusted; None for those of the system.
    """

    def __init__(self, address: RegistryAddress, certificates: ssl.SSLContext | None = None) -> None:
        self._address = address
        self._own_certificates = certificates
        #: What the registry was last content with in place of a password.
        self._token: str | None = None

    def manifest(self, reference: str) -> Manifest:
        """Pull a manifest by tag or digest.

        Raises:
            ManifestUnknown: The repository has none.
            RegistryError: It cannot be pulled, or is none.
        """
        with self._get(f"manifests/{reference}", {"accept": _ACCEPT}, MAX_MANIFEST_BYTES) as response:
            if response.status == http.client.NOT_FOUND:
                raise ManifestUnknown("The registry has no such manifest", reference)
            self._require_ok(response)
            content = response.read(MAX_MANIFEST_BYTES + 1)
            media_type = response.headers.get("content-type", "")
        if len(content) > MAX_MANIFEST_BYTES:
            raise self._failed("its manifest is too large")
        expected = Digest.parse(reference) if ":" in reference else None
        manifest = Manifest.parse(content, media_type, expected.algorithm if expected else "sha256")
        if expected not in (None, manifest.digest):
            raise DigestInvalid("The registry sent another manifest than the requested one", reference)
        return manifest

    def pull_blob(self, digest: Digest, size: int, file: Path, check: Callable[[int], None]) -> None:
        """Pull a blob into a file.

        Args:
            digest: Its digest.
            size: Its size in bytes.
            file: The file, which is overwritten; its content is right if nothing is raised.
            check: Called before so many bytes are written.

        Raises:
            RegistryError: It cannot be pulled, or is another one.
        """
        check(size)
        with self._get(f"blobs/{digest}", {}, size) as response, file.open("wb") as output:
            if response.status == http.client.NOT_FOUND:
                raise BlobUnknown("The registry has no such blob: push the image again", digest)
            self._require_ok(response)
            _copy(response, output, digest, size)

    @contextmanager
    def _get(self, path: str, headers: Mapping[str, str], size: int) -> Iterator[http.client.HTTPResponse]:
        url = f"{self._address.url}/v2/{self._address.repository}/{path}"
        seconds = _SECONDS + size / _BYTES_PER_SECOND
        with _Deadline(seconds) as deadline:
            try:
                with self._followed(url, headers, deadline) as response:
                    if not (renewal := self._renewal(response)):
                        yield response
                        return
                self._token = self._fetch_token(renewal, deadline)
                with self._followed(url, headers, deadline) as response:
                    yield response
            except (OSError, http.client.HTTPException, ValueError) as error:
                reason = f"it took more than {seconds:.0f} seconds" if deadline.is_over else _reason(error)
                raise self._failed(reason) from error

    @contextmanager
    def _followed(
        self, url: str, headers: Mapping[str, str], deadline: _Deadline
    ) -> Iterator[http.client.HTTPResponse]:
        """Send a request, and follow where it leads; whoever is not the registry gets no password."""
        for _ in range(_MAX_REDIRECTS):
            with self._sent(url, {**headers, **self._authorization(urlsplit(url))}, deadline) as response:
                if response.status not in _REDIRECTS:
                    yield response
                    return
                url = urljoin(url, response.headers.get("location", ""))
        raise ValueError("it redirects without end")

    @contextmanager
    def _sent(self, url: str, headers: Mapping[str, str], deadline: _Deadline) -> Iterator[http.client.HTTPResponse]:
        parts = urlsplit(url)
        connection = self._connection(parts)
        try:
            connection.connect()
            deadline.watch(connection.sock)
            target = f"{parts.path or '/'}{f'?{parts.query}' if parts.query else ''}"
            connection.request("GET", target, headers=dict(headers))
            with connection.getresponse() as response:
                yield response
        finally:
            connection.close()

    def _renewal(self, response: http.client.HTTPResponse) -> str | None:
        """Return where the token is to be had that a registry demands; None where it demands none."""
        if response.status != http.client.UNAUTHORIZED:
            return None
        challenges = response.headers.get_all("www-authenticate", [])
        return next(filter(None, (token_url(challenge, self._address) for challenge in challenges)), None)

    def _fetch_token(self, url: str, deadline: _Deadline) -> str:
        has_login = bool(self._address.user)
        if has_login and not may_have_login(url, self._address):
            host = urlsplit(url).hostname
            raise ValueError(f"it wants the password to be sent to {host}, another host, which was not done")
        # Redirects are not followed: a token service answers by itself.
        with self._sent(url, self._basic() if has_login else {}, deadline) as response:
            if response.status in (http.client.UNAUTHORIZED, http.client.FORBIDDEN):
                raise ValueError(_LOGIN_REFUSED)
            if response.status != http.client.OK:
                raise ValueError(f"its token service responded with {response.status}")
            return read_token(response.read(MAX_TOKEN_BYTES))

    def _connection(self, parts: SplitResult) -> http.client.HTTPConnection:
        host, port = parts.hostname or "", parts.port
        if parts.scheme == "https":
            return http.client.HTTPSConnection(host, port, timeout=_SILENT_SECONDS, context=self._certificates)
        if parts.scheme != "http" or self._address.scheme != "http" or not is_loopback(host):
            raise ValueError("it redirects to an address without TLS")
        return http.client.HTTPConnection(host, port, timeout=_SILENT_SECONDS)

    def _authorization(self, parts: SplitResult) -> Mapping[str, str]:
        if (parts.scheme, parts.netloc) != (self._address.scheme, self._address.netloc):
            return {}
        if self._token is not None:
            return {"authorization": f"Bearer {self._token}"}
        return self._basic() if self._address.user else {}

    def _basic(self) -> Mapping[str, str]:
        login = f"{self._address.user}:{self._address.password}"
        return {"authorization": f"Basic {base64.b64encode(login.encode()).decode()}"}

    @cached_property
    def _certificates(self) -> ssl.SSLContext:
        return self._own_certificates or trust()

    def _require_ok(self, response: http.client.HTTPResponse) -> None:
        if response.status in (http.client.UNAUTHORIZED, http.client.FORBIDDEN):
            raise self._failed(_LOGIN_REFUSED)
        if response.status != http.client.OK:
            raise self._failed(f"it responded with {response.status}")

    def _failed(self, reason: str) -> RegistryUnreachable:
        return RegistryUnreachable(f"The image cannot be pulled from {self._address.netloc}: {reason}")


class _Deadline:
    """Ends a connection at a moment, whatever it does then."""

    def __init__(self, seconds: float) -> None:
        self.is_over = False
        self._socket: socket.socket | None = None
        self._timer = threading.Timer(seconds, self._end)
        self._timer.daemon = True

    def __enter__(self) -> _Deadline:
        self._timer.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._timer.cancel()
        self._timer.join()

    def watch(self, connection: socket.socket) -> None:
        """End this connection. Raises TimeoutError where it is too late."""
        self._socket = connection
        if self.is_over:
            raise TimeoutError

    def _end(self) -> None:
        self.is_over = True
        if self._socket is not None:
            with suppress(OSError):
                self._socket.shutdown(socket.SHUT_RDWR)


def _copy(response: http.client.HTTPResponse, output: BinaryIO, digest: Digest, size: int) -> None:
    hash, received = digest.new_hash(), 0
    while chunk := response.read(min(_CHUNK, size + 1 - received)):
        received += len(chunk)
        if received > size:
            break
        hash.update(chunk)
        output.write(chunk)
    if received != size or not digest.matches(hash):
        raise DigestInvalid("The registry sent another blob than the requested one, or a part of it", digest)


def _reason(error: Exception) -> str:
    if isinstance(error, TimeoutError):
        return "it does not respond"
    return getattr(error, "strerror", None) or str(error) or type(error).__name__
