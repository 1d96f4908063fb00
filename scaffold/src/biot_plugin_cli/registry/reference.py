"""References to images: `HOST[:PORT]/REPOSITORY[:TAG][@DIGEST]`."""

from __future__ import annotations

import re
from dataclasses import dataclass

from biot_plugin_cli.registry.digests import is_digest
from biot_plugin_cli.registry.errors import InvalidReference

__all__ = ["ImageReference", "require_host", "require_repository", "require_tag"]

_LABEL = "[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_HOST = re.compile(rf"(?:{_LABEL}(?:\.{_LABEL})*|\[[0-9A-Fa-f:.]+\])(?::[0-9]{{1,5}})?")
# As in the distribution specification; each part once, so that the pattern takes no longer than in proportion.
_PART = re.compile(r"[a-z0-9]+(?:(?:\.|__?|-+)[a-z0-9]+)*")
_TAG = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}")
_MAX_LENGTH = 255
_MAX_PORT = 65535
_DOCKER_HUB = "docker.io"
_MAX_SHOWN = 100


@dataclass(frozen=True, slots=True)
class ImageReference:
    """A reference to an image.

    Attributes:
        host: The host of the registry, with its port.
        repository: The name of the repository at it.
        tag: The tag, if there is one.
        digest: The digest, if there is one; the tag is no more than a comment then.
    """

    host: str
    repository: str
    tag: str | None = None
    digest: str | None = None

    @staticmethod
    def parse(text: str) -> ImageReference:
        """Parse a reference as Docker does: without a host, it is one of Docker Hub.

        Raises:
            InvalidReference: It is none.
        """
        if "://" in text[:_MAX_LENGTH]:
            raise InvalidReference(f"{_shown(text)} is no reference to an image: leave out what precedes ://")
        name, has_digest, digest = text.partition("@")
        if has_digest and not is_digest(digest):
            raise InvalidReference(f"{_shown(text)} has no valid digest: write @sha256: and 64 hexadecimal digits")
        host, repository = _split(name)
        repository, has_tag, tag = repository.partition(":")
        return ImageReference(
            require_host(host),
            require_repository(repository),
            require_tag(tag) if has_tag else None,
            digest if has_digest else None,
        )

    @property
    def identifier(self) -> str:
        """What names the manifest in the repository: the digest, else the tag, else `latest`."""
        return self.digest or self.tag or "latest"

    @property
    def is_pinned(self) -> bool:
        """Whether it always means the same image."""
        return self.digest is not None

    def __str__(self) -> str:
        tag = f":{self.tag}" if self.tag else ""
        return f"{self.host}/{self.repository}{tag}" + (f"@{self.digest}" if self.digest else "")


def require_host(text: str) -> str:
    """Return the host of a registry, with its port if it has one.

    Raises:
        InvalidReference: It is none.
    """
    port = text.rpartition(":")[2] if re.search(r":[0-9]{1,5}\Z", text) else ""
    if len(text) > _MAX_LENGTH or not _HOST.fullmatch(text) or (port and not 0 < int(port) <= _MAX_PORT):
        raise InvalidReference(f"{_shown(text)} is no host of a registry: write it as HOST or HOST:PORT")
    return text


def require_repository(text: str) -> str:
    """Return the name of a repository.

    Raises:
        InvalidReference: It is none.
    """
    if len(text) > _MAX_LENGTH or not all(map(_PART.fullmatch, text.split("/"))):
        raise InvalidReference(
            f"{_shown(text)} is no name of a repository: use lower-case letters, digits and single separators (. _ - /)"
        )
    return text


def require_tag(text: str) -> str:
    """Return a tag.

    Raises:
        InvalidReference: It is none.
    """
    if not _TAG.fullmatch(text):
        raise InvalidReference(f"{_shown(text)} is no tag: use up to 128 letters, digits and _ . - in it")
    return text


def _split(name: str) -> tuple[str, str]:
    """Split the host off a name, whose first part is none if it looks like the name of a repository."""
    first, has_more, rest = name.partition("/")
    if has_more and (first == "localhost" or any(sign in first for sign in ".:") or first != first.lower()):
        host, repository = first, rest
    else:
        host, repository = _DOCKER_HUB, name
    if host in (_DOCKER_HUB, f"index.{_DOCKER_HUB}"):
        return _DOCKER_HUB, repository if "/" in repository else f"library/{repository}"
    return host, repository


def _shown(text: str) -> str:
    return repr(text) if len(text) <= _MAX_SHOWN and text.isprintable() else ascii(text[:_MAX_SHOWN])
