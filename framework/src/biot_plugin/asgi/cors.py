"""CORS, as a function URL has it (contract section 6.3, `cors`)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from biot_plugin.asgi.url_request import UrlRequest
from biot_plugin.asgi.url_response import UrlResponse


class Cors(NamedTuple):
    """What browsers on other sites may call. The defaults are those of the platform.

    Attributes:
        allow_origins: Such as `["https://portal.example"]`; `"*"` among them allows all.
        allow_methods: HTTP methods.
        allow_headers: Headers that a request may have.
        expose_headers: Headers of a response that the site may read.
    """

    allow_origins: Sequence[str]
    allow_methods: Sequence[str] = ("GET", "POST")
    allow_headers: Sequence[str] = ("authorization", "content-type")
    expose_headers: Sequence[str] = ()

    def preflight(self, request: UrlRequest) -> UrlResponse | None:
        """Respond to the request by which a browser asks first; None for any other request."""
        if request.method != "OPTIONS" or "access-control-request-method" not in request.headers:
            return None
        headers = self._origin_headers(request)
        if headers:
            headers["access-control-allow-methods"] = ", ".join(self.allow_methods)
            headers["access-control-allow-headers"] = ", ".join(self.allow_headers)
        return UrlResponse(200, headers)

    def mark(self, request: UrlRequest, response: UrlResponse) -> UrlResponse:
        """Add the headers, if the origin is allowed; they override the handler's own."""
        headers = self._origin_headers(request)
        if not headers:
            return response
        if self.expose_headers:
            headers["access-control-expose-headers"] = ", ".join(self.expose_headers)
        if vary := response.headers.get("vary"):
            headers["vary"] = f"{vary}, origin"
        return response._replace(headers={**response.headers, **headers})

    def _origin_headers(self, request: UrlRequest) -> dict[str, str]:
        origin = request.headers.get("origin")
        if origin is None or not ("*" in self.allow_origins or origin in self.allow_origins):
            return {}
        return {"access-control-allow-origin": "*" if "*" in self.allow_origins else origin, "vary": "origin"}
