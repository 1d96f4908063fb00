"""The base class of all hooks, and the rules that several kinds share."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any

from biot_plugin.wire.kind import Kind


class Hook:
    """What the platform calls a plugin for. Creating an impossible one raises ValueError.

    Attributes:
        kind: The kind of its events.
        key: Equal for two hooks that match the same events.
        specificity: Decides between hooks that match the same event: the greatest wins.
        public: Whether anyone may send its events.
    """

    __slots__ = ("key", "kind", "public", "specificity")

    def __init__(
        self, kind: Kind, key: Hashable = None, specificity: tuple[int, ...] = (), *, public: bool = False
    ) -> None:
        self.kind = kind
        self.key = (kind, key)
        self.specificity = specificity
        self.public = public

    def matches(self, event: Any) -> bool:  # noqa: ARG002
        """Whether the hook is for an event of its kind."""
        return True

    def __str__(self) -> str:
        return self.kind.name


def validate_entity_type(entity_type: str) -> str:
    """Return the name of an entity type. Raises ValueError where no entity type can have the name."""
    words = entity_type.split("-")
    if not all(word.isascii() and word.isalpha() and word.islower() for word in words):
        raise ValueError(f"{entity_type!r} is not an entity type: write it like 'patient' or 'usage-session'")
    return entity_type
