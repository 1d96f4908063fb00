"""What is known about each file, and who may use it."""

from __future__ import annotations

import hashlib
import uuid
from dataclasses import asdict, dataclass, field
from typing import Any

from biot_emulator.api.call import Caller
from biot_emulator.api.errors import AccessDenied
from biot_emulator.services.files.errors import FileIdNotFound, NoUncompletedUpload
from biot_emulator.services.files.segments import Segment
from biot_emulator.state.store import Store

__all__ = ["COLLECTION", "Catalogue", "StoredFile"]

COLLECTION = "stored-files"
"""The collection with what is known about files."""


@dataclass(frozen=True, slots=True)
class StoredFile:
    """What is known about a file.

    Attributes:
        id: Its id.
        name: Its name.
        mimeType: Its media type.
        organizationId: The organization that it belongs to: that of whoever created it.
        parts: How many parts may be sent; 0 where it is sent at once.
        etags: The ETags that were sent to the platform, by part.
        segments: The names of the segments that make up its content, in order; none until that is complete.
        creatorId: Who created it; empty where that is not known.
    """

    id: str
    name: str
    mimeType: str
    organizationId: str
    parts: int = 0
    etags: dict[str, str] = field(default_factory=dict)
    segments: list[str] = field(default_factory=list)
    creatorId: str = ""

    @property
    def is_uncompleted_upload(self) -> bool:
        """Whether it is sent in parts, and not complete."""
        return self.parts > 0 and not self.segments

    @property
    def content(self) -> list[Segment]:
        """The segments that make up its content; none until that is complete."""
        return [segment for segment in map(Segment.parse, self.segments) if segment]

    @property
    def size(self) -> int:
        """The number of bytes of its content."""
        return sum(segment.size for segment in self.content)

    @property
    def etag(self) -> str:
        """The ETag of its content, in quotes: the digest, or for parts, that of their digests and their number."""
        digests = [segment.digest for segment in self.content]
        if not self.parts:
            return f'"{digests[0]}"'
        joined = hashlib.md5(bytes.fromhex("".join(digests)), usedforsecurity=False).hexdigest()
        return f'"{joined}-{len(digests)}"'


class Catalogue:
    """The files that the platform knows.

    Args:
        store: The platform's state.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self.transaction = store.transaction

    def add(self, caller: Caller, name: str, mime_type: str, parts: int = 0) -> StoredFile:
        """Create a file without content."""
        file = StoredFile(
            str(uuid.uuid4()), name, mime_type, caller.organization_id, parts, creatorId=caller.subject_id
        )
        self.save(file)
        return file

    def save(self, file: StoredFile) -> None:
        """Store what is known about a file."""
        self._store.put(COLLECTION, file.id, asdict(file))

    def find(self, id: str) -> StoredFile:
        """Return a file.

        Raises:
            FileIdNotFound: There is none.
        """
        document = self._store.get(COLLECTION, id)
        if document is None:
            raise FileIdNotFound(f"There is no file [{id}]", ids=[id])
        return _file(document)

    def get(self, id: str, caller: Caller) -> StoredFile:
        """Return a file that the caller may use.

        Raises:
            FileIdNotFound: There is none.
            AccessDenied: It belongs to an organization that the caller is no member of, or to somebody else, and the
                caller is a patient.
        """
        file = self.find(id)
        if caller.organization_id != file.organizationId and not caller.sees_all:
            raise AccessDenied(f"File [{id}] belongs to another organization than the caller")
        if caller.sees_own_alone and caller.subject_id != file.creatorId:
            raise AccessDenied(f"File [{id}] belongs to another user")
        return file

    def upload(self, id: str, caller: Caller) -> StoredFile:
        """Return a file that is being sent in parts by the caller's organization.

        Raises:
            FileIdNotFound: There is none.
            AccessDenied: It belongs to an organization that the caller is no member of.
            NoUncompletedUpload: It is not being sent in parts.
        """
        file = self.get(id, caller)
        if not file.is_uncompleted_upload:
            raise NoUncompletedUpload(f"File [{id}] is not an upload in parts that is still to be completed", id=id)
        return file

    def remove(self, id: str) -> None:
        """Forget a file."""
        self._store.delete(COLLECTION, id)

    def all(self) -> list[StoredFile]:
        """Return every file."""
        return [_file(document) for document in self._store.all(COLLECTION)]


def _file(document: dict[str, Any]) -> StoredFile:
    return StoredFile(**{name: document[name] for name in StoredFile.__dataclass_fields__ if name in document})
