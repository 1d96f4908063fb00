"""The names of repositories and tags, as the distribution specification has them."""

from __future__ import annotations

import re

from biot_emulator.registry.errors import NameInvalid, TagInvalid

__all__ = ["check_reference", "check_repository", "is_tag"]

_MAX_NAME = 255
_SHOWN = 200
_COMPONENT = re.compile(r"[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*")
_TAG = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._-]{0,127}")


def check_repository(name: str) -> str:
    """Return the name of a repository.

    Raises:
        NameInvalid: It is none.
    """
    if len(name) > _MAX_NAME or not all(map(_COMPONENT.fullmatch, name.split("/"))):
        rule = "small letters and digits, with single separators between them, and slashes between such parts"
        raise NameInvalid(f"The name of a repository must be of {rule}", name[:_SHOWN])
    return name


def check_reference(reference: str) -> str:
    """Return a reference to a manifest: a tag, or what can be a digest.

    Raises:
        TagInvalid: It is neither.
    """
    if ":" not in reference and not is_tag(reference):
        rule = "at most 128 letters, digits, underscores, dots and hyphens, and begin with none of the last two"
        raise TagInvalid(f"A tag must have {rule}", reference[:_SHOWN])
    return reference


def is_tag(text: str) -> bool:
    """Whether a text can be a tag."""
    return _TAG.fullmatch(text) is not None
