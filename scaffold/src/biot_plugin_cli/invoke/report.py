"""Shows what came of an event: to people, or as one JSON document."""

from __future__ import annotations

import base64
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from rich.highlighter import JSONHighlighter
from rich.text import Text

from biot_plugin_cli.invoke.exchange import Exchange, json_text
from biot_plugin_cli.terminal.console import out, print_json

if TYPE_CHECKING:
    from biot_emulator import Invocation
    from biot_plugin_cli.terminal.redaction import Secrets

__all__ = ["print_document", "print_report"]

_DIFF_STYLES = {"+": "green", "-": "red", "@": "cyan"}


def print_document(invocation: Invocation, exchange: Exchange, memory_mb: int, secrets: Secrets) -> None:
    """Print the document of `--json`.

    Args:
        invocation: What came of the event.
        exchange: The event and the reply.
        memory_mb: The plugin's memory limit.
        secrets: What must not be shown.
    """
    error = invocation.error
    body = invocation.body
    document = {
        "reply": base64.b64encode(body).decode() if isinstance(body, bytes) else body,
        "statusCode": invocation.status_code,
        "durationMs": round(invocation.duration_ms, 2),
        "initMs": None if invocation.init_ms is None else round(invocation.init_ms, 2),
        "maxMemoryMb": invocation.max_memory_mb,
        "memorySizeMb": memory_mb,
        "logs": [secrets.hide_all(line) for line in invocation.logs],
        "error": {"type": error.type, "message": error.message} if error else None,
        "diff": exchange.diff,
    }
    print_json(secrets.hidden(document))


def print_report(invocation: Invocation, exchange: Exchange, memory_mb: int, secrets: Secrets) -> None:
    """Print the report for people; the arguments are those of `print_document`."""
    out.print(Text(exchange.kind, "bold magenta"), Text(secrets.hide_all(exchange.hook), "bold"))
    _section("what came in", [_json(exchange.received, secrets)])
    if invocation.error is None:
        _section("what goes back", [_json(exchange.returned, secrets)])
        _section("difference", _difference(exchange, secrets))
    _section("logs", [Text(secrets.hide_all(line), "dim") for line in invocation.logs] or [Text("none", "dim")])
    out.print()
    out.print(_summary(invocation, memory_mb))


def _section(title: str, lines: Iterable[Text]) -> None:
    out.print()
    out.print(Text(title, "bold cyan"))
    for line in lines:
        out.print(line)


def _json(value: Any, secrets: Secrets) -> Text:
    if value is None:
        return Text("nothing", "dim")
    text = Text(secrets.hide_all(json_text(value)))
    JSONHighlighter().highlight(text)
    return text


def _difference(exchange: Exchange, secrets: Secrets) -> list[Text]:
    if exchange.consequence:
        return [Text(exchange.consequence, "yellow")]
    if exchange.diff is None:
        return [Text("nothing to compare: the reply goes to the caller as it is", "dim")]
    if not exchange.diff:
        return [Text("unchanged", "green")]
    return [Text(secrets.hide_all(line), _DIFF_STYLES.get(line[0], "")) for line in exchange.diff]


def _summary(invocation: Invocation, memory_mb: int) -> Text:
    start = "not started" if invocation.init_ms is None else f"cold start {invocation.init_ms:.0f} ms"
    colour = "red" if invocation.error or invocation.status_code >= 400 else "green"
    parts = [f"{invocation.duration_ms:.1f} ms", start, f"{invocation.max_memory_mb} of {memory_mb} MB"]
    return Text.assemble((str(invocation.status_code), f"bold {colour}"), " · ", " · ".join(parts))
