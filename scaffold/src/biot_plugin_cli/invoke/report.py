"""Prints an invocation: for people, or as one JSON document."""

from __future__ import annotations

import base64
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from biot_plugin_cli.invoke.comparison import Comparison, json_text
from biot_plugin_cli.terminal.console import Part, print_all, print_highlighted, print_parts

if TYPE_CHECKING:
    from biot_emulator import Invocation
    from biot_plugin_cli.invoke.judgement import Judgement
    from biot_plugin_cli.terminal.redaction import Secrets

__all__ = ["document", "print_report"]

_DIFF_STYLES = {"+": "green", "-": "red", "@": "cyan"}


def document(
    invocation: Invocation, comparison: Comparison, judgement: Judgement, memory_mb: int, secrets: Secrets
) -> dict[str, Any]:
    """Build the document of `--json`.

    Args:
        invocation: The invocation.
        comparison: The event and its reply.
        judgement: Whether it succeeded.
        memory_mb: The plugin's memory limit in megabytes.
        secrets: Redacts secrets.
    """
    error = invocation.error
    body = invocation.body
    members = {
        "outcome": judgement.outcome,
        "failure": str(judgement.failure) if judgement.failure else None,
        "reply": base64.b64encode(body).decode() if isinstance(body, bytes) else body,
        "statusCode": invocation.status_code,
        "durationMs": round(invocation.duration_ms, 2),
        "initMs": None if invocation.init_ms is None else round(invocation.init_ms, 2),
        "maxMemoryMb": invocation.max_memory_mb,
        "memorySizeMb": memory_mb,
        "logs": secrets.hide_lines(invocation.logs),
        "error": {"type": error.type, "message": error.message} if error else None,
        "diff": comparison.diff,
    }
    hidden: dict[str, Any] = secrets.hidden(members)
    return hidden


def print_report(
    invocation: Invocation,
    comparison: Comparison,
    memory_mb: int,
    secrets: Secrets,
    calls: Sequence[Sequence[Part]] = (),
) -> None:
    """Print the report for people.

    Args:
        invocation: The invocation.
        comparison: The event and its reply.
        memory_mb: The plugin's memory limit in megabytes.
        secrets: Redacts secrets.
        calls: The lines about calls to the platform.
    """
    print_parts((comparison.kind, "bold magenta"), " ", (secrets.hide_all(comparison.hook), "bold"))
    _print_json("received", comparison.received, secrets)
    if invocation.error is None:
        _print_json("returned", comparison.returned, secrets)
        _print_section("difference", _difference(comparison, secrets))
    if calls:
        _print_section("calls", calls)
    logs = [[(line, "dim")] for line in secrets.hide_lines(invocation.logs)]
    _print_section("logs", logs or [[("none", "dim")]])
    print_parts()
    print_parts(*_summary(invocation, memory_mb))


def _print_section(title: str, lines: Iterable[Sequence[Part]] = ()) -> None:
    print_all([[], [(title, "bold cyan")], *lines])


def _print_json(title: str, value: Any, secrets: Secrets) -> None:
    if value is None:
        _print_section(title, [[("nothing", "dim")]])
        return
    _print_section(title)
    print_highlighted(json_text(secrets.all_hidden(value)))


def _difference(comparison: Comparison, secrets: Secrets) -> list[list[Part]]:
    if comparison.consequence:
        return [[(comparison.consequence, "yellow")]]
    if comparison.diff is None:
        return [[("not comparable: the reply is sent to the caller unchanged", "dim")]]
    if not comparison.diff:
        return [[("unchanged", "green")]]
    return [[(secrets.hide_all(line), _DIFF_STYLES.get(line[0], ""))] for line in comparison.diff]


def _summary(invocation: Invocation, memory_mb: int) -> list[Part]:
    start = "not started" if invocation.init_ms is None else f"cold start {invocation.init_ms:.0f} ms"
    colour = "red" if invocation.error or invocation.status_code >= 400 else "green"
    parts = [f"{invocation.duration_ms:.1f} ms", start, f"{invocation.max_memory_mb} of {memory_mb} MB"]
    return [(str(invocation.status_code), f"bold {colour}"), " · ", " · ".join(parts)]
