"""The result for people, and as one JSON document."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from rich.text import Text

from biot_plugin_cli.replay.output.values import sides
from biot_plugin_cli.replay.result import Measures, Noise, Summary
from biot_plugin_cli.replay.tally import Kind
from biot_plugin_cli.terminal.console import err, out
from biot_plugin_cli.terminal.plain_text import columns

__all__ = ["events_text", "measure_rows", "print_summary", "summary_document"]


def summary_document(summary: Summary, *, with_values: bool) -> dict[str, Any]:
    """Build the document of `--json`.

    Args:
        summary: The result.
        with_values: Whether it has values, and not only their shapes.
    """

    def kind(kind: Kind, **more: Any) -> dict[str, Any]:
        return _kind_document(kind, with_values=with_values) | more

    return {
        "events": summary.events,
        "differing": summary.differing,
        "differences": [kind(item) for item in summary.differences],
        "accepted": [kind(item.kind, acceptedBy=item.pattern) for item in summary.accepted],
        "ignored": [kind(item.kind, between=item.between) for item in summary.noise],
        "unusedPatterns": [*summary.unused],
        "against": {**summary.pair.old.document, "reason": summary.pair.reason or None},
        "code": summary.pair.new.document,
        "measures": {"old": summary.old.document, "new": summary.new.document},
        "seconds": round(summary.seconds, 2),
        "exitCode": summary.exit_code,
    }


def print_summary(summary: Summary, *, with_values: bool) -> None:
    """Print the result for people; the arguments are those of `summary_document`."""
    for line in _lines(summary, with_values=with_values):
        out.print(line)
    for pattern in summary.unused:
        err.print(Text.assemble(("note:", "yellow"), f" {pattern} accepts nothing: leave it out"))


def _lines(summary: Summary, *, with_values: bool) -> Iterator[Text]:
    for kind in summary.differences:
        yield from _kind_lines(kind, "red", with_values=with_values)
    for item in summary.accepted:
        yield from _kind_lines(item.kind, "green", f"accepted by {item.pattern}", with_values=with_values)
    if summary.noise:
        yield Text("ignored, as the older code differs from itself there", "bold")
    for noise in summary.noise:
        yield Text(f"  {noise.kind.id}  {_noise_text(noise)}", "dim")
    for row in columns([("", "p50", "p99", "loading", "memory", "failures"), *measure_rows(summary)]):
        yield Text(row)
    yield _conclusion(summary)


def measure_rows(summary: Summary) -> list[tuple[str, ...]]:
    """Return what both codes took, in words."""
    return [_measures("old", summary.old), _measures("new", summary.new)]


def events_text(count: int) -> str:
    """Return how many events there are, in words."""
    return "1 event" if count == 1 else f"{count:,} events"


def _kind_document(kind: Kind, *, with_values: bool) -> dict[str, Any]:
    pair = sides(kind.difference, with_values=with_values)
    old, new = pair or (None, None)
    return {
        "id": kind.id,
        "kind": kind.difference.kind,
        "place": kind.difference.place,
        "description": kind.difference.sentence,
        "events": kind.events,
        "first": {"event": kind.event, "source": kind.source, "old": old, "new": new},
    }


def _kind_lines(kind: Kind, colour: str, note: str = "", *, with_values: bool) -> Iterator[Text]:
    parts: Iterable[Any] = [(kind.difference.sentence, f"bold {colour}"), f" in {events_text(kind.events)}"]
    yield Text.assemble(*parts, (f", {note}" if note else "", colour))
    yield Text(f"  {kind.id}", "cyan")
    where = kind.source if kind.event == kind.source else f"{kind.event}, {kind.source}"
    yield Text(f"  first: {where}", "dim")
    if pair := sides(kind.difference, with_values=with_values):
        yield Text(f"  was {pair[0]}, is {pair[1]}")


def _noise_text(noise: Noise) -> str:
    return f"in {events_text(noise.by_itself)} by itself, {noise.between:,} between the two codes"


def _measures(name: str, measures: Measures) -> tuple[str, ...]:
    document = measures.document
    durations = (document["p50Ms"], document["p99Ms"], document["loadingMs"])
    texts = ("-" if value is None else f"{value:.1f} ms" for value in durations)
    return name, *texts, f"{measures.memory_mb} MB", str(measures.failures)


def _conclusion(summary: Summary) -> Text:
    events, against = events_text(summary.events), summary.pair.old.what
    took = f" ({summary.seconds:.1f} s)"
    if summary.differences:
        kinds = f"{len(summary.differences)} kind{'s' if len(summary.differences) > 1 else ''} of differences"
        verb = "differs" if summary.differing == 1 else "differ"
        return Text(f"{summary.differing:,} of {events} {verb} from {against}, by {kinds}{took}", "bold red")
    accepted = " but for what is accepted" if summary.accepted else ""
    return Text(f"{events}: nothing differs from {against}{accepted}{took}", "bold green")
