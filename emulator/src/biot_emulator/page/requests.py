"""A browser's request to the page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from urllib.parse import quote, urlencode

__all__ = ["Request"]


@dataclass(frozen=True, slots=True)
class Request:
    """A request.

    Attributes:
        method: The HTTP method.
        path: The path, decoded.
        headers: By lower-case name.
        query: Values by parameter name.
        form: The fields of the form that is sent; the last one of each name.
        variables: The path's variables by name, once the route is known.
    """

    method: str
    path: str
    headers: Mapping[str, str] = field(default_factory=dict)
    query: Mapping[str, Sequence[str]] = field(default_factory=dict)
    form: Mapping[str, str] = field(default_factory=dict)
    variables: Mapping[str, str] = field(default_factory=dict)

    @property
    def host(self) -> str:
        """The header `host`, in lower case: by which name the browser has reached the emulator."""
        return self.headers.get("host", "").lower()

    @property
    def address(self) -> str:
        """Path and query, as they are in a link."""
        query = urlencode(self.query, doseq=True)
        return quote(self.path) + (f"?{query}" if query else "")

    @property
    def changes(self) -> bool:
        """Whether it may change something."""
        return self.method not in ("GET", "HEAD")

    def parameter(self, name: str) -> str:
        """Return the first value of a parameter of the query without spaces around it; empty where there is none."""
        return next(iter(self.query.get(name, ())), "").strip()

    def field(self, name: str) -> str:
        """Return a field of the form; empty where there is none."""
        return self.form.get(name, "")
