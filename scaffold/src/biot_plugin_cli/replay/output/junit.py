"""The result as JUnit XML, as pipelines show it: a test case for each kind of difference, and one for all events."""

from __future__ import annotations

from pathlib import Path
from xml.sax.saxutils import escape, quoteattr

from biot_plugin_cli.replay.output.report import events_text
from biot_plugin_cli.replay.output.values import sides
from biot_plugin_cli.replay.result import Summary
from biot_plugin_cli.replay.tally import Kind
from biot_plugin_cli.terminal.file_writer import write_atomically
from biot_plugin_cli.terminal.plain_text import visible

__all__ = ["junit_xml", "write_junit"]

_SUITE = "biot-plugin replay"


def write_junit(path: Path, summary: Summary, *, with_values: bool) -> None:
    """Write the report.

    Args:
        path: The file.
        summary: The result.
        with_values: Whether it has values, and not only their shapes.

    Raises:
        OperationFailed: It cannot be written.
    """
    write_atomically(path, junit_xml(summary, with_values=with_values).encode())


def junit_xml(summary: Summary, *, with_values: bool) -> str:
    """Build the report; the arguments are those of `write_junit`."""
    cases = [
        _all_events(summary),
        *(_failed(kind, with_values=with_values) for kind in summary.differences),
        *(_skipped(item.kind, f"accepted by {item.pattern}") for item in summary.accepted),
        *(_skipped(item.kind, "the older code differs from itself there") for item in summary.noise),
    ]
    failures = len(summary.differences)
    skipped = len(summary.accepted) + len(summary.noise)
    counts = f'tests="{len(cases)}" failures="{failures}" errors="0" skipped="{skipped}"'
    time = f'time="{summary.seconds:.3f}"'
    suite = f"  <testsuite name={_attribute(_SUITE)} {counts} {time}>"
    lines = ['<?xml version="1.0" encoding="utf-8"?>', f"<testsuites {counts} {time}>", suite, *cases]
    return "\n".join([*lines, "  </testsuite>", "</testsuites>", ""])


def _all_events(summary: Summary) -> str:
    name = f"{events_text(summary.events)} against {summary.pair.old.what}"
    return f'    <testcase classname="replay" name={_attribute(name)} time="{summary.seconds:.3f}"/>'


def _failed(kind: Kind, *, with_values: bool) -> str:
    message = f"{kind.difference.sentence} in {events_text(kind.events)}"
    details = [message, f"first: {kind.event} ({kind.source})"]
    if pair := sides(kind.difference, with_values=with_values):
        details.append(f"was {pair[0]}, is {pair[1]}")
    details.append(f"if that is right: --accept '{kind.id}'")
    text = escape("\n".join(map(visible, details)))
    return _case(kind, f"<failure message={_attribute(message)}>{text}</failure>")


def _skipped(kind: Kind, reason: str) -> str:
    return _case(kind, f"<skipped message={_attribute(reason)}/>")


def _case(kind: Kind, content: str) -> str:
    return f'    <testcase classname="replay" name={_attribute(kind.id)}>{content}</testcase>'


def _attribute(text: str) -> str:
    return quoteattr(visible(text))
