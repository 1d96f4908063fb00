"""What the platform says of a file."""

from __future__ import annotations

from typing import NamedTuple


class StoredFile(NamedTuple):
    """A file of the platform, with its content.

    Attributes:
        id: The id that entities refer to, as `{"id": ...}`.
        name: The file's name.
        mime_type: The file's media type.
        content: The file's content.
    """

    id: str
    name: str
    mime_type: str
    content: bytes

    def __repr__(self) -> str:
        return f"<StoredFile {self.id}, {len(self.content)} bytes>"


class StreamedFile(NamedTuple):
    """A file of the platform whose content came from, or went to, a file here.

    Attributes:
        id: The id that entities refer to, as `{"id": ...}`.
        name: The file's name.
        mime_type: The file's media type.
        size: The number of bytes.
    """

    id: str
    name: str
    mime_type: str
    size: int

    def __repr__(self) -> str:
        return f"<StreamedFile {self.id}, {self.size} bytes>"
