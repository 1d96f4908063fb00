"""What a distribution's METADATA says of who made it, and under which licence."""

from __future__ import annotations

from collections.abc import Mapping
from email.parser import HeaderParser

__all__ = ["headers_of", "licence_of", "normalised", "pypi_url", "supplier_of"]


def headers_of(content: bytes) -> dict[str, str]:
    """Parse a METADATA file: the first value of each field, and all classifiers as lines."""
    message = HeaderParser().parsestr(content.decode(errors="replace"))
    headers = {name: str(value).strip() for name, value in reversed(message.items())}
    classifiers = [str(value) for value in message.get_all("Classifier") or ()]
    return {**headers, "Classifier": "\n".join(classifiers)}


def licence_of(headers: Mapping[str, str]) -> str | None:
    """Return the licence of a distribution; None if its metadata does not say it in a line."""
    if expression := headers.get("License-Expression"):
        return expression
    lines = headers["Classifier"].splitlines()
    named = " / ".join(line.rpartition(" :: ")[2] for line in lines if line.startswith("License"))
    text = named or headers.get("License", "")
    return text if text and "\n" not in text else None


def supplier_of(headers: Mapping[str, str]) -> str | None:
    """Return the name of who makes a distribution, without addresses."""
    from email.utils import getaddresses

    for key in ("Maintainer", "Author"):
        if (name := headers.get(key)) and name != "UNKNOWN":
            return name
    for key in ("Maintainer-email", "Author-email"):
        names = [name for name, _ in getaddresses([headers.get(key, "")]) if name]
        if names:
            return ", ".join(names)
    return None


def pypi_url(name: str, version: str | None) -> str:
    """Return the package URL of a distribution on PyPI."""
    from urllib.parse import quote

    return f"pkg:pypi/{normalised(name)}" + (f"@{quote(version)}" if version else "")


def normalised(name: str) -> str:
    """Return a name as package indexes compare it."""
    from packaging.utils import canonicalize_name

    return canonicalize_name(name)
