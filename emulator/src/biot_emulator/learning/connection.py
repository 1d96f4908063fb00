"""The calls of a run: one at a time, never cut short, and none once somebody has asked the program to end."""

from __future__ import annotations

import http.client
import ssl
import threading
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

from biot_emulator.client import CallRefused, Client, Reply
from biot_emulator.learning.address import check_address
from biot_emulator.learning.errors import CannotObserve, ConnectionLost, RunStopped
from biot_emulator.wire_json import encode

__all__ = ["Connection", "Send"]

Send = Callable[..., Reply]
"""Sends a request: method, path, and what `Client.call` takes."""

_UNAUTHORIZED = 401
_GATEWAY_TIMEOUT = 504
_PAGE = 100
_MOST_PAGES = 100


class Connection:
    """Calls a platform as a person.

    A call that has been sent is always waited for: whoever gives up on a creation cannot remove what it makes.

    Args:
        base_url: The platform's address.
        credentials: The person's user name and password.
        certificates: Which certificates are trusted; None on this machine.
        stop: Set once the program is asked to end.

    Attributes:
        is_uncertain: Whether a call may still do something: its response was lost, or a gateway did not wait for it.
    """

    def __init__(
        self,
        base_url: str,
        credentials: tuple[str, str],
        certificates: ssl.SSLContext | None,
        stop: threading.Event,
    ) -> None:
        self.base_url = check_address(base_url)
        self._credentials = credentials
        self._certificates = certificates
        self._stop = stop
        self._client = Client(self.base_url, certificates=certificates)
        self._heeds_stop = True
        self.is_uncertain = False

    def log_in(self) -> None:
        """Log in.

        Raises:
            CannotObserve: The platform refuses it.
        """
        try:
            self._client = self._guarded(lambda: self._anonymous().log_in(*self._credentials))
        except CallRefused as error:
            raise CannotObserve(f"{error}: check user name and password") from None

    def ignore_stop(self) -> None:
        """Go on although the program was asked to end: from now on everything is removed."""
        self._heeds_stop = False

    def check_stop(self) -> None:
        """Raise RunStopped once the program was asked to end."""
        if self._heeds_stop and self._stop.is_set():
            raise RunStopped("Stopped, as requested")

    def wait(self, seconds: float) -> None:
        """Wait; less if the program is asked to end meanwhile."""
        if self._heeds_stop:
            self._stop.wait(seconds)
            self.check_stop()
        else:
            threading.Event().wait(seconds)

    def call(self, method: str, path: str, **request: Any) -> Reply:
        """Call an API; log in again where the token has ended.

        Raises:
            RunStopped: The program was asked to end before.
            ConnectionLost: There was no response.
        """
        self.check_stop()
        reply = self.send(self._client, method, path, request)
        if reply.status_code == _UNAUTHORIZED:
            self.log_in()
            reply = self.send(self._client, method, path, request)
        return reply

    def send(self, client: Client, method: str, path: str, request: Mapping[str, Any]) -> Reply:
        """Send one request, and wait for the response."""
        reply: Reply = self._guarded(lambda: client.call(method, path, **request))
        self.is_uncertain |= reply.status_code == _GATEWAY_TIMEOUT and method != "GET"
        return reply

    def search(self, path: str, request: Mapping[str, Any]) -> list[dict[str, Any]] | None:
        """Return everything that a search finds; None where the platform has no such API.

        Raises:
            CannotObserve: The platform refuses it, or finds more than can be read.
        """
        found: list[dict[str, Any]] = []
        for page in range(_MOST_PAGES):
            reply = self._search_page(path, {**request, "limit": _PAGE, "page": page})
            if reply is None:
                return None
            found += [item for item in reply["data"] if isinstance(item, dict)]
            if not reply["data"] or len(found) >= _total(reply, len(found) + 1):
                return found
        raise CannotObserve(f"GET {path} finds more than {_PAGE * _MOST_PAGES}, too many to look through")

    def _search_page(self, path: str, request: Mapping[str, Any]) -> dict[str, Any] | None:
        query = urlencode({"searchRequest": encode(request).decode()}, quote_via=quote)
        reply = self.call("GET", f"{path}?{query}")
        if reply.status_code == 404:
            return None
        body = reply.body
        if reply.status_code != 200 or not isinstance(body, dict) or not isinstance(body.get("data"), list):
            raise CannotObserve(str(CallRefused(f"GET {path}", reply)))
        return body

    def call_outside(self, url: str, path: str, headers: Mapping[str, str]) -> Reply:
        """Call a probe at its own address, which never sees the token."""
        self.check_stop()
        parts = urlsplit(url)
        address = check_address(f"{parts.scheme}://{parts.netloc}")
        client = Client(address, certificates=self._certificates if parts.scheme == "https" else None)
        return self.send(client, "GET", f"{parts.path.rstrip('/')}{path}", {"headers": dict(headers)})

    def _anonymous(self) -> Client:
        return Client(self.base_url, certificates=self._certificates)

    def _guarded(self, work: Callable[[], Any]) -> Any:
        try:
            return work()
        except (OSError, http.client.HTTPException) as error:
            self.is_uncertain = True
            reason = getattr(error, "strerror", None) or type(error).__name__
            raise ConnectionLost(f"{self.base_url} did not respond ({reason}): try again later") from None


def _total(page: Mapping[str, Any], unknown: int) -> int:
    """Return how many results a search has, by its page; `unknown` where it does not say."""
    metadata = page.get("metadata")
    counts = metadata.get("page") if isinstance(metadata, dict) else None
    total = counts.get("totalResults") if isinstance(counts, dict) else None
    return total if isinstance(total, int) else unknown
