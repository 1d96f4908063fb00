"""Storage behind the file API, and handlers that use it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from typing import Any
from weakref import WeakKeyDictionary

import pytest

from biot_plugin import Plugin
from biot_plugin.testing import Context, events
from tests.framework.platform_server import SECRET, SERVICE_ID, Exchange, PlatformServer


class Storage:
    """What stands behind the file API: signed addresses, which want no token."""

    def __init__(self, platform: PlatformServer) -> None:
        self.platform = platform
        self.stored: dict[str, bytes] = {}
        self.faults: list[Any] = []
        self.calls: list[tuple[str, Any]] = []
        self.etags = True

    def __call__(self, exchange: Exchange) -> None:
        path, method = exchange.received.path, exchange.received.method
        if path.startswith("/signed"):
            return self._signed(exchange)
        self.calls.append((f"{method} {path}", exchange.received.json if exchange.received.content else None))
        if "/parts" in path:
            return self._parts(exchange, path.removeprefix("/file/v1/files/upload/parts"))
        names = exchange.received.json if method == "POST" else {"name": "ecg.csv", "mimeType": "text/csv"}
        return exchange.answer(200, {**names, "id": "f-1", "signedUrl": self.url()})

    def url(self, part: int | None = None) -> str:
        return f"{self.platform.base_url}/signed/f-1{f'/{part}' if part else ''}?X-Amz-Signature=abc"

    def _parts(self, exchange: Exchange, path: str) -> None:
        if path.endswith("/cancel"):
            return exchange.answer(204)
        body = exchange.received.json
        if path.endswith("/complete"):
            return exchange.answer(200, {"id": "f-1", "signedUrl": self.url()})
        first, last = body.get("fromPart", 1), body.get("toPart", body.get("parts"))
        urls = [{"partNumber": number, "signedUrl": self.url(number)} for number in range(first, last + 1)]
        return exchange.answer(200, {"id": "f-1", "parts": last, "signedUrls": urls})

    def _signed(self, exchange: Exchange) -> None:
        if self.faults and (fault := self.faults.pop(0)):
            return fault(exchange)  # type: ignore[no-any-return]
        path = exchange.received.path.partition("?")[0]
        if exchange.received.method == "PUT":
            if len(exchange.received.content) < int(exchange.received.headers["content-length"]):
                return exchange.break_off()
            self.stored[path] = exchange.received.content
            digest = hashlib.md5(exchange.received.content).hexdigest()
            return exchange.answer(200, etag=f'"{digest}"') if self.etags else exchange.answer(200)
        return exchange.answer(200, next(iter(self.stored.values())), content_type="text/csv")


@pytest.fixture
def storage(monkeypatch: pytest.MonkeyPatch) -> Iterator[Storage]:
    platform = PlatformServer()
    monkeypatch.setenv("BIOT_BASE_URL", platform.base_url)
    monkeypatch.setenv("BIOT_SERVICE_USER_ID", SERVICE_ID)
    monkeypatch.setenv("BIOT_SERVICE_USER_SECRET_KEY", SECRET)
    storage = Storage(platform)
    platform.behaves(storage)
    yield storage
    platform.close()


@pytest.fixture
def plugin(storage: Storage) -> Iterator[Plugin]:
    plugin = Plugin()
    yield plugin
    plugin.platform.close()


_doing: WeakKeyDictionary[Plugin, list[Any]] = WeakKeyDictionary()


def in_handler(plugin: Plugin, do: Any) -> Any:
    """What a handler's use of `event.biot` returns or raises."""
    if plugin not in _doing:

        @plugin.scheduled("0 0 * * ? *")
        def run(event: Any) -> None:
            try:
                _doing[plugin].append(_doing[plugin][0](event.biot))
            except Exception as error:
                _doing[plugin].append(error)

    _doing[plugin] = [do]
    plugin.handler(events.scheduled(), Context(timeout=10))
    return _doing[plugin][1]
