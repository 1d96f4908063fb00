"""Uploads in parts: which parts there may be, which have arrived, and what becomes of them in the end."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import replace

from biot_emulator.api.call import Caller
from biot_emulator.services.files.catalogue import Catalogue, StoredFile
from biot_emulator.services.files.errors import (
    FromPartLargerThanToPart,
    HasNoUploadedETags,
    InvalidPartNumber,
    PartsMustNotBeEmpty,
    RepeatingPartNumbers,
)
from biot_emulator.services.files.limits import LEAST_PART_BYTES
from biot_emulator.services.files.segments import Segment, SegmentFolders

__all__ = ["NamedPart", "Uploads"]

NamedPart = tuple[int, str | None]
"""A part's number, and its ETag where there is one."""


class Uploads:
    """The uploads in parts.

    Args:
        catalogue: What is known about files.
        folders: Their content.
    """

    def __init__(self, catalogue: Catalogue, folders: SegmentFolders) -> None:
        self._catalogue = catalogue
        self._folders = folders

    def extend(self, id: str, caller: Caller, first: int, last: int) -> StoredFile:
        """Let an upload have the parts of a range, and return it.

        Raises:
            FromPartLargerThanToPart: The range has none.
            NoUncompletedUpload: The upload is over; the others of `Catalogue.upload` too.
        """
        with self._catalogue.transaction():
            file = self._catalogue.upload(id, caller)
            if first > last:
                message = f"[fromPart] is {first}, which is larger than [toPart], {last}"
                raise FromPartLargerThanToPart(message, fromPart=first, toPart=last)
            file = replace(file, parts=max(file.parts, last))
            self._catalogue.save(file)
        return file

    def save_etags(self, id: str, caller: Caller, parts: list[NamedPart]) -> None:
        """Store the ETags of parts: only these parts will make up the file.

        Raises:
            PartsMustNotBeEmpty: There are none.
            RepeatingPartNumbers: A part is named twice.
            InvalidPartNumber: The upload has no such part.
            NoUncompletedUpload: The upload is over; the others of `Catalogue.upload` too.
        """
        with self._catalogue.transaction():
            file = self._catalogue.upload(id, caller)
            if not parts:
                raise PartsMustNotBeEmpty("[parts] must have at least one part")
            self._catalogue.save(replace(file, etags=_merged(file, parts)))

    def complete(self, id: str, caller: Caller, parts: list[NamedPart]) -> StoredFile:
        """Make up the file of the parts whose ETags were sent, and return it.

        Raises:
            HasNoUploadedETags: None was sent.
            InvalidPartNumber: A part has not arrived, has another ETag, or is too small for one that others follow.
            RepeatingPartNumbers: A part is named twice.
            NoUncompletedUpload: The upload is over; the others of `Catalogue.upload` too.
        """
        with self._catalogue.transaction():
            file = self._catalogue.upload(id, caller)
            etags = _merged(file, parts)
            if not etags:
                message = f"No ETag of file [{id}] was sent: send the one that each part was answered with"
                raise HasNoUploadedETags(message, id=id)
            segments = _matching(id, etags, self._folders.segments(id))
            file = replace(file, etags={}, segments=[segment.name for segment in segments])
            self._catalogue.save(file)
        self._folders.keep(id, file.segments)
        return file

    def cancel(self, id: str, caller: Caller) -> None:
        """Forget an upload and its parts. Raises what `Catalogue.upload` raises."""
        with self._catalogue.transaction():
            self._catalogue.upload(id, caller)
            self._catalogue.remove(id)
        self._folders.remove(id)


def _merged(file: StoredFile, parts: Iterable[NamedPart]) -> dict[str, str]:
    """Return the ETags of an upload with more of them; without one, a part has none any more."""
    counts = Counter(number for number, _ in parts)
    if repeated := sorted(number for number, count in counts.items() if count > 1):
        raise RepeatingPartNumbers("[parts] names a part more than once", repeatingPartNumbers=repeated)
    if invalid := sorted(number for number in counts if not 1 <= number <= file.parts):
        raise _invalid(file.id, invalid, f"has the parts 1 to {file.parts}: request a URL for each other one")
    etags = {**file.etags, **{str(number): (etag or "").strip('"') for number, etag in parts}}
    return {number: etag for number, etag in etags.items() if etag}


def _matching(id: str, etags: Mapping[str, str], arrived: Mapping[int, Segment]) -> list[Segment]:
    """Return the segments with these ETags, in order."""
    numbers = sorted(map(int, etags))
    segments = [arrived[number] for number in numbers if number in arrived]
    digests = {segment.number: segment.digest for segment in segments}
    if missing := [number for number in numbers if digests.get(number) != etags[str(number)]]:
        raise _invalid(id, missing, "has other parts than those with these ETags: send what each was answered with")
    if small := [segment.number for segment in segments[:-1] if segment.size < LEAST_PART_BYTES]:
        raise _invalid(id, small, f"has parts of less than {LEAST_PART_BYTES} bytes, which only the last may be")
    return segments


def _invalid(id: str, numbers: list[int], reason: str) -> InvalidPartNumber:
    return InvalidPartNumber(f"File [{id}] {reason}", invalidPartNumbers=numbers, id=id)
