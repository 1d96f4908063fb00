"""Blobs to a registry: mounted where it has them, else sent at once or in chunks, and resumed after a cut."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from urllib.parse import urlencode

from biot_plugin_cli.registry.blobs import Blob
from biot_plugin_cli.registry.errors import DamagedContent, RegistryRefused, RegistryUnreachable
from biot_plugin_cli.registry.requests.authorization import Scopes
from biot_plugin_cli.registry.requests.backoff import Attempts
from biot_plugin_cli.registry.requests.response import Response
from biot_plugin_cli.registry.requests.sender import Sender
from biot_plugin_cli.registry.transfers.verified_bytes import VerifiedBytes

__all__ = ["Upload", "UploadSizes"]

_MAX_SESSIONS = 2
_MAX_CHUNK = 64 * 1024 * 1024
_PIECE = 64 * 1024
_RANGE = re.compile(r"(?:bytes=)?0-([0-9]{1,18})")
_TOO_LARGE = 413


@dataclass(frozen=True, slots=True)
class UploadSizes:
    """How blobs are cut for an upload.

    Attributes:
        at_once: Up to how many bytes a blob is sent in one request. ECR is known to take 64 MiB.
        chunk: How many bytes a chunk of a larger blob has. ECR takes 5 to 10 MiB.
    """

    at_once: int = 64 * 1024 * 1024
    chunk: int = 8 * 1024 * 1024


class _SessionLost(Exception):
    """The registry does not continue an upload: all must be sent again."""


class Upload:
    """The upload of one blob.

    Args:
        sender: Sends requests to the registry.
        repository: The repository.
        blob: The blob.
        sizes: How it is cut.
        exists: Tells whether the registry has the blob; None if it does not say.
        sent: Called with the number of bytes of each piece that is sent, and how many of the blob's there are then.
    """

    def __init__(
        self,
        sender: Sender,
        repository: str,
        blob: Blob,
        sizes: UploadSizes,
        exists: Callable[[], bool | None],
        sent: Callable[[int, int], None],
    ) -> None:
        self._sender = sender
        self._blob = blob
        self._size = blob.descriptor.size
        self._sizes = sizes
        self._exists = exists
        self._sent = sent
        self._path = f"/v2/{repository}/blobs/uploads/"
        self._scopes: Scopes = (f"repository:{repository}:pull,push",)
        self._subject = f"the blob {blob.descriptor.digest} for {sender.host}/{repository}"
        self._location = ""
        self._chunk = sizes.chunk
        self._at_once = self._size <= sizes.at_once

    def run(self, mount_from: str | None = None) -> bool:
        """Upload the blob; False if the registry mounted it instead.

        Args:
            mount_from: Another repository of the registry, which has the blob.

        Raises:
            DamagedContent: The bytes of the blob are not what its descriptor says.
            RegistryRefused: The registry refuses the upload.
            RegistryUnreachable: The connection broke too often.
        """
        if mount_from is not None and self._mount(mount_from):
            return False
        if not self._location:
            self._begin()
        for _ in range(_MAX_SESSIONS):
            with contextlib.suppress(_SessionLost):
                self._transfer()
                return True
            self._begin()
        self._transfer_at_last()
        return True

    def _mount(self, repository: str) -> bool:
        query = urlencode({"mount": self._blob.descriptor.digest, "from": repository})
        # Where it cannot be mounted, the blob is sent as any other.
        with contextlib.suppress(RegistryRefused):
            scopes = (*self._scopes, f"repository:{repository}:pull")
            response = self._request("POST", f"{self._path}?{query}", scopes=scopes, expected=(201, 202))
            if response.status == 201:
                return True
            self._note_location(response)
        return False

    def _begin(self) -> None:
        response = self._request("POST", self._path, expected=(202,))
        self._note_location(response)
        if not self._location:
            raise RegistryRefused(f"{self._sender.host} does not say where to upload: check its address")
        minimum = response.headers.get("oci-chunk-min-length", "")
        if minimum.isascii() and minimum.isdecimal():
            self._chunk = min(max(self._sizes.chunk, int(minimum[:12])), _MAX_CHUNK)

    def _transfer_at_last(self) -> None:
        try:
            self._transfer()
        except _SessionLost as error:
            raise error.__cause__ or RegistryUnreachable(
                f"The connection to {self._sender.host} breaks while {self._subject} is sent: try again later"
            ) from None

    def _transfer(self) -> None:
        offset = 0
        if self._at_once:
            sent = self._send_at_once()
            if sent is None:
                return
            offset = sent
        self._send_chunks(offset)

    def _send_at_once(self) -> int | None:
        """Send all in one request; the number of bytes that arrived before a cut, or None if all did."""
        attempts = Attempts(self._sender.backoff)
        while True:
            with attempts, self._lost_sessions():
                self._finish(self._all_pieces, self._size)
                return None
            if self._exists():
                return None
            if offset := self._ask_offset():
                return offset

    def _send_chunks(self, offset: int) -> None:
        with contextlib.closing(VerifiedBytes(self._blob)) as content:
            content.skip(offset)
            while chunk := content.read(self._chunk):
                self._send_chunk(chunk, offset)
                offset += len(chunk)
        self._finish_chunks()

    def _send_chunk(self, chunk: bytes, start: int) -> None:
        """Send one chunk, and what is missing of it after a cut."""
        end, position = start + len(chunk), start
        attempts = Attempts(self._sender.backoff)
        while position < end:
            with attempts, self._lost_sessions():
                self._patch(chunk[position - start :], position)
                # ECR's Range is stale here, so that only what was sent counts.
                return
            position = self._ask_offset()
            if not start <= position <= end:
                raise _SessionLost

    def _patch(self, content: bytes, position: int) -> None:
        headers = {
            "content-type": "application/octet-stream",
            "content-length": str(len(content)),
            "content-range": f"{position}-{position + len(content) - 1}",
        }
        response = self._request(
            "PATCH",
            self._location,
            headers=headers,
            body=lambda: self._pieces_of(content, position),
            expected=(201, 202, 204),
            repeat=False,
        )
        self._note_location(response)

    def _finish_chunks(self) -> None:
        attempts = Attempts(self._sender.backoff)
        while True:
            with attempts, self._lost_sessions():
                self._finish(lambda: iter(()), 0)
                return
            if self._exists():
                return

    def _finish(self, pieces: Callable[[], Iterator[bytes]], length: int) -> None:
        digest = self._blob.descriptor.digest
        separator = "&" if "?" in self._location else "?"
        response = self._request(
            "PUT",
            f"{self._location}{separator}{urlencode({'digest': digest})}",
            headers={"content-type": "application/octet-stream", "content-length": str(length)},
            body=pieces,
            expected=(201,),
            repeat=False,
        )
        stored = response.headers.get("docker-content-digest", digest)
        if stored != digest and stored.partition(":")[0] == digest.partition(":")[0]:
            raise DamagedContent(f"{self._sender.host} has stored something else than {digest}: push it again")

    def _ask_offset(self) -> int:
        """Ask how much has arrived."""
        try:
            response = self._request("GET", self._location, expected=(204, 202))
        except RegistryRefused:
            raise _SessionLost from None
        self._note_location(response)
        match = _RANGE.fullmatch(response.headers.get("range", "").strip())
        if match is None:
            raise _SessionLost
        # Registries write 0-0 when nothing has arrived.
        return int(match[1]) + 1 if int(match[1]) else 0

    @contextlib.contextmanager
    def _lost_sessions(self) -> Iterator[None]:
        """Take refusals, within the context, for those of a session that cannot continue."""
        try:
            yield
        except RegistryRefused as error:
            if error.status == _TOO_LARGE and self._at_once:
                self._at_once = False
            elif error.status not in (400, 404, 416):
                raise
            raise _SessionLost from error

    def _note_location(self, response: Response) -> None:
        if location := response.headers.get("location"):
            self._location = self._sender.absolute(location, response.url, "to upload to")

    def _request(
        self,
        method: str,
        url: str,
        *,
        scopes: Scopes | None = None,
        headers: dict[str, str] | None = None,
        body: Callable[[], Iterator[bytes]] | None = None,
        expected: tuple[int, ...],
        repeat: bool = True,
    ) -> Response:
        return self._sender.send(
            method,
            url,
            subject=self._subject,
            scopes=scopes or self._scopes,
            headers=headers,
            body=body,
            expected=expected,
            repeat=repeat,
        )

    def _all_pieces(self) -> Iterator[bytes]:
        with contextlib.closing(VerifiedBytes(self._blob)) as content:
            position = 0
            while piece := content.read(_PIECE):
                position += len(piece)
                yield piece
                self._sent(len(piece), position)

    def _pieces_of(self, content: bytes, position: int) -> Iterator[bytes]:
        for start in range(0, len(content), _PIECE):
            piece = content[start : start + _PIECE]
            yield piece
            self._sent(len(piece), position + start + len(piece))
