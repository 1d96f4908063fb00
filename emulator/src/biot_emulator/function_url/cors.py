"""The CORS headers of a function URL (contract section 6.3, `cors`)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from biot_emulator.function_url.event_from_request import UrlRequest
from biot_emulator.http.response import Response

__all__ = ["Cors"]


class Cors:
    """The CORS rules of one function.

    Args:
        rules: `allowOrigins`, `allowMethods`, `allowHeaders` and `exposeHeaders`.
    """

    def __init__(self, rules: Mapping[str, Sequence[str]]) -> None:
        self._rules = rules

    def preflight(self, request: UrlRequest) -> Response | None:
        """Respond to a preflight request; None for any other request."""
        if request.method != "OPTIONS" or "access-control-request-method" not in request.headers:
            return None
        allowed = self._origin_headers(request)
        if not allowed:
            return Response(200)
        methods, headers = ", ".join(self._rules["allowMethods"]), ", ".join(self._rules["allowHeaders"])
        return Response(
            200, {**allowed, "access-control-allow-methods": methods, "access-control-allow-headers": headers}
        )

    def marked(self, request: UrlRequest, response: Response) -> Response:
        """Add the CORS headers if the origin is allowed; they override the plugin's own headers."""
        allowed = self._origin_headers(request)
        if not allowed:
            return response
        if self._rules["exposeHeaders"]:
            allowed["access-control-expose-headers"] = ", ".join(self._rules["exposeHeaders"])
        return response._replace(headers={**response.headers, **allowed})

    def _origin_headers(self, request: UrlRequest) -> dict[str, str]:
        origin, origins = request.headers.get("origin"), self._rules["allowOrigins"]
        if origin is None or ("*" not in origins and origin not in origins):
            return {}
        return {"access-control-allow-origin": "*" if "*" in origins else origin, "vary": "origin"}
