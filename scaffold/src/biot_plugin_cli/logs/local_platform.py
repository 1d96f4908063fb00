"""The log of a plugin on the platform on one's own machine: `biot-plugin dev` and `biot-emulator serve`."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from biot_plugin_cli.errors import OperationFailed
from biot_plugin_cli.logs.event import LogEvent
from biot_plugin_cli.logs.selection import Since
from biot_plugin_cli.platform.response_schemas import Schema

__all__ = ["LocalPlatform", "plugin_of_link"]

PAUSE = 1.0
_PATH = "/_emulator/invocations"
_PAGE_PATH = "/_emulator/"
_FIRST_LIMIT = 20
_MAX_LIMIT = 1000
_MAX_SEEN = 2000
_PAGE: Schema = {"data": [{"id": str, "time": str, "logs": list}], "totalResults": int}
_CLOCK: Schema = {"now": str}
_TRACEBACK = "Traceback (most recent call last):"


def plugin_of_link(link: str) -> str | None:
    """Return the plugin's full name if a link to the console is one to the platform on one's own machine."""
    parts = urlsplit(link)
    return next(iter(parse_qs(parts.query).get("plugin", ())), None) if parts.path == _PAGE_PATH else None


class LocalPlatform:
    """Reads the last invocations.

    Args:
        get: Sends a GET request to a path, and returns the body, which has at least a schema's fields.
        plugin: The plugin's full name.
        since: The age of the oldest invocations.
    """

    def __init__(self, get: Callable[[str, Schema], Any], plugin: str, since: Since) -> None:
        self._get = get
        self._plugin = plugin
        self._since = since
        self._start: int | None = None
        self._seen: list[str] = []

    @property
    def pause(self) -> float:
        """Seconds between two looks."""
        return PAUSE

    def poll(self) -> Iterator[LogEvent]:
        """Yield what was logged in the invocations that have come since the last look.

        Raises:
            CliError: The platform cannot be reached, or refuses.
        """
        if self._start is None:
            # The platform has a clock of its own, which can be set.
            self._start = self._since.start(_moment(self._get("/_emulator/clock", _CLOCK)["now"]))
        for record in self._new_records(self._start):
            self._seen = [*self._seen, record["id"]][-_MAX_SEEN:]
            yield from _events(record)

    def _new_records(self, start: int) -> list[dict[str, Any]]:
        """Return the new invocations, the oldest first; the newest few are asked for, and more only if all are new."""
        limit, seen = _FIRST_LIMIT, set(self._seen)
        while True:
            query = urlencode({"plugin": self._plugin, "limit": limit})
            page = self._get(f"{_PATH}?{query}", _PAGE)
            records = page["data"]
            new = [record for record in records if record["id"] not in seen and _time(record) >= start]
            if len(new) < len(records) or len(records) >= page["totalResults"] or limit == _MAX_LIMIT:
                return new[::-1]
            limit = min(limit * 10, _MAX_LIMIT)


def _events(record: Mapping[str, Any]) -> Iterator[LogEvent]:
    """Yield the events of an invocation, and at last how it ended, as Lambda reports it."""
    trace, moment = record.get("traceId"), _time(record)
    about = {key: record.get(key) for key in ("time", "plugin", "kind", "hook", "traceId")}
    texts = [*_joined(str(line) for line in record["logs"]), _summary(record)]
    for number, text in enumerate(texts):
        document = {"eventId": f"{record['id']}-{number}", "timestamp": moment, **about, "message": text}
        yield LogEvent(moment, text, str(trace) if trace else None, document)


def _joined(lines: Iterable[str]) -> Iterator[str]:
    """Join the lines of each traceback: it was written at once, and came line by line."""
    pending: list[str] = []
    for line in lines:
        if pending:
            pending.append(line)
            if not line.startswith((" ", "\t")):
                yield "\n".join(pending)
                pending = []
        elif line.endswith(_TRACEBACK):
            pending = [line]
        else:
            yield line
    if pending:
        yield "\n".join(pending)


def _summary(record: Mapping[str, Any]) -> str:
    error = record.get("error")
    level = "ERROR" if error else "INFO"
    cold = "" if record.get("initMs") is None else f", cold start {record['initMs']} ms"
    hook = f" {record['hook']}" if record.get("hook") else ""
    failure = f": {error.get('type')}: {error.get('message')}" if isinstance(error, Mapping) else ""
    outcome = f"{record.get('statusCode')} in {record.get('durationMs')} ms{cold}{failure}"
    return f"[{level}] {record.get('kind')}{hook} {outcome}"


def _time(record: Mapping[str, Any]) -> int:
    return int(_moment(record["time"]).timestamp() * 1000)


def _moment(text: str) -> datetime:
    try:
        return datetime.fromisoformat(text).astimezone(UTC)
    except ValueError:
        raise OperationFailed(f"The platform shows the time {text!r}, which is none: upgrade biot-emulator") from None
