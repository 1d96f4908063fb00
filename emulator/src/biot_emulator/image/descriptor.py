"""What an image's manifest says of a blob."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

from biot_emulator.image.errors import InvalidImage

__all__ = ["Descriptor", "is_digest"]

_DIGEST = re.compile(r"sha256:[0-9a-f]{64}|sha512:[0-9a-f]{128}")


@dataclass(frozen=True, slots=True)
class Descriptor:
    """A blob.

    Attributes:
        media_type: What it holds.
        digest: Its algorithm and hash.
        size: How many bytes it has.
    """

    media_type: str
    digest: str
    size: int

    @classmethod
    def parse(cls, document: object) -> Self:
        """Read a descriptor.

        Raises:
            InvalidImage: It is none.
        """
        fields: Mapping[str, Any] = document if isinstance(document, dict) else {}
        media_type, digest, size = fields.get("mediaType"), fields.get("digest"), fields.get("size")
        if not isinstance(media_type, str) or not is_digest(digest) or type(size) is not int or size < 0:
            raise InvalidImage(
                "The image's manifest has a blob whose type, digest or size cannot be read: push it again"
            )
        return cls(media_type, str(digest), size)


def is_digest(value: object) -> bool:
    """Whether a value is a digest that can be computed, and is no path."""
    return isinstance(value, str) and bool(_DIGEST.fullmatch(value))
