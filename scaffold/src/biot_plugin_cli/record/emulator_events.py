"""The invocations of a running emulator."""

from __future__ import annotations

import http.client
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlencode

from biot_emulator.client import Client, Reply
from biot_plugin_cli.errors import OperationFailed, PlatformRefused, PlatformUnreachable

__all__ = ["Filter", "read_exchanges"]

_OK = 200
_NOT_KNOWN, _CONFLICT = 404, 409


@dataclass(frozen=True, slots=True)
class Filter:
    """Which invocations are read.

    Attributes:
        ids: Their ids; all if there are none.
        last: The most of them, the newest.
        plugin: The plugin's name; None for all.
        trace: The trace that they belong to; None for all.
    """

    ids: Sequence[str] = ()
    last: int = 100
    plugin: str | None = None
    trace: str | None = None


def read_exchanges(client: Client, filter: Filter) -> Iterator[tuple[str, dict[str, Any] | str]]:
    """Yield the id of each invocation, the oldest first, with what is known of it, or why it cannot be recorded.

    Args:
        client: Calls the emulator, as its administrator.
        filter: Which invocations.

    Raises:
        OperationFailed: There is no invocation of an id that was named.
        PlatformRefused: The emulator refuses.
        PlatformUnreachable: It does not answer.
    """
    for id in filter.ids or _ids(client, filter):
        reply = _get(client, f"/_emulator/invocations/{quote(id, safe='')}/exchange")
        if reply.status_code == _OK:
            yield id, reply.body
        elif reply.status_code == _CONFLICT:
            yield id, str(reply.body["message"])
        elif reply.status_code == _NOT_KNOWN and filter.ids:
            raise OperationFailed(f"There is no invocation {id} on {client.url}, or it is forgotten already")
        elif reply.status_code != _NOT_KNOWN:  # It may have been forgotten since the list was read.
            raise _refused(reply)


def _ids(client: Client, filter: Filter) -> list[str]:
    plugin = filter.plugin if filter.plugin is None or "://" in filter.plugin else _full_name(filter.plugin)
    chosen = {"plugin": plugin, "trace": filter.trace, "limit": filter.last}
    query = urlencode({name: value for name, value in chosen.items() if value is not None})
    reply = _get(client, f"/_emulator/invocation-summaries?{query}")
    if reply.status_code != _OK:
        raise _refused(reply)
    return [summary["id"] for summary in reply.body["data"] if not summary["pending"]][::-1]


def _full_name(name: str) -> str:
    return f"Plugin-{name.removeprefix('Plugin-')}"


def _get(client: Client, path: str) -> Reply:
    try:
        return client.call("GET", path)
    except (OSError, http.client.HTTPException) as error:
        raise PlatformUnreachable(f"The emulator at {client.url} does not answer: start it again") from error


def _refused(reply: Reply) -> PlatformRefused:
    code = reply.body.get("code") if isinstance(reply.body, dict) else None
    return PlatformRefused(
        f"The emulator refuses to show invocations ({reply.status_code} {code}): set BIOT_PLUGIN_USERNAME and "
        "BIOT_PLUGIN_PASSWORD to its administrator's"
    )
