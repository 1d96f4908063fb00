"""The result as a page to read: one file, with nothing from elsewhere and no script."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape
from pathlib import Path

from biot_plugin_cli.replay.output.report import events_text, measure_rows
from biot_plugin_cli.replay.output.values import sides
from biot_plugin_cli.replay.result import Summary
from biot_plugin_cli.replay.tally import Kind
from biot_plugin_cli.terminal.file_writer import write_atomically
from biot_plugin_cli.terminal.plain_text import visible

__all__ = ["page_html", "write_page"]

_STYLE = """
:root { color-scheme: light dark; --line: #8886 }
:root { --bad: light-dark(#a4161a, #ff8a80); --good: light-dark(#1b6b3a, #7ddc9a) }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem }
h1 { font-size: 1.5rem } h2 { font-size: 1.15rem; margin-top: 2rem }
code { font-family: ui-monospace, monospace; overflow-wrap: anywhere; white-space: pre-wrap }
table { border-collapse: collapse }
th, td { padding: .25rem .75rem; text-align: right; border-bottom: 1px solid var(--line) }
th:first-child { text-align: left } dl { margin: .25rem 0 } dt { float: left; clear: left; width: 6rem; opacity: .8 }
dd { margin-left: 6rem } article { border-left: 4px solid var(--line); padding: .25rem 1rem; margin: 1rem 0 }
article h3 { font-size: 1rem; margin: 0 } .bad { border-color: var(--bad) } .good { border-color: var(--good) }
p.bad { color: var(--bad); font-weight: bold } p.good { color: var(--good); font-weight: bold }
"""
# A text of a plugin's cannot run or load anything, even if it were not escaped.
_POLICY = "default-src 'none'; style-src 'unsafe-inline'"


def write_page(path: Path, summary: Summary, name: str, *, with_values: bool) -> None:
    """Write the page.

    Args:
        path: The file.
        summary: The result.
        name: The name of the plugin.
        with_values: Whether it has values, and not only their shapes.

    Raises:
        OperationFailed: It cannot be written.
    """
    write_atomically(path, page_html(summary, name, with_values=with_values).encode())


def page_html(summary: Summary, name: str, *, with_values: bool) -> str:
    """Build the page; the arguments are those of `write_page`."""
    title = f"Replay of {_text(name)}"
    parts = [
        "<!doctype html>",
        '<html lang="en">',
        '<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">',
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">',
        f"<title>{title}</title><style>{_STYLE}</style></head>",
        f"<body><main><h1>{title}</h1>",
        *_conclusion(summary),
        *_kinds("Differences", summary.differences, "bad", with_values=with_values),
        *_kinds("Accepted", [item.kind for item in summary.accepted], "good", with_values=with_values),
        *_ignored(summary),
        *_measures(summary),
        "</main></body></html>",
        "",
    ]
    return "\n".join(parts)


def _conclusion(summary: Summary) -> Iterable[str]:
    old, new = summary.pair.old, summary.pair.new
    if summary.differences:
        yield f'<p class="bad">{summary.differing:,} of {events_text(summary.events)} {_verb(summary)}.</p>'
    else:
        rest = " but for what is accepted" if summary.accepted else ""
        yield f'<p class="good">{events_text(summary.events)}: nothing differs{rest}.</p>'
    for label, code in (("old", old), ("new", new)):
        content = f"content <code>{_text(code.content_hash[:16])}</code>"
        yield f"<dl><dt>{label}</dt><dd>{_text(code.what)}, {content}</dd></dl>"
    if summary.pair.reason:
        yield f"<p>The older code is {_text(summary.pair.reason)}.</p>"


def _verb(summary: Summary) -> str:
    return "differs" if summary.differing == 1 else "differ"


def _kinds(title: str, kinds: Iterable[Kind], style: str, *, with_values: bool) -> Iterable[str]:
    items = [*kinds]
    if not items:
        return
    yield f"<h2>{title}</h2>"
    for kind in items:
        yield f'<article class="{style}"><h3>{_text(kind.difference.sentence)} in {events_text(kind.events)}</h3><dl>'
        yield f"<dt>name</dt><dd><code>{_text(kind.id)}</code></dd>"
        source = "" if kind.source == kind.event else f" ({_text(kind.source)})"
        yield f"<dt>first</dt><dd><code>{_text(kind.event)}</code>{source}</dd>"
        if pair := sides(kind.difference, with_values=with_values):
            yield f"<dt>was</dt><dd><code>{_text(pair[0])}</code></dd><dt>is</dt><dd><code>{_text(pair[1])}</code></dd>"
        yield "</dl></article>"


def _ignored(summary: Summary) -> Iterable[str]:
    if not summary.noise:
        return
    yield "<h2>Ignored</h2><p>The older code differs from itself there, when it gets the same event twice.</p><ul>"
    for noise in summary.noise:
        counts = f"{events_text(noise.by_itself)} by itself, {noise.between:,} between the two codes"
        yield f"<li><code>{_text(noise.kind.id)}</code>: {counts}</li>"
    yield "</ul>"


def _measures(summary: Summary) -> Iterable[str]:
    yield "<h2>Durations and memory</h2><table><thead><tr>"
    yield "".join(f'<th scope="col">{name}</th>' for name in ("", "p50", "p99", "loading", "memory", "failures"))
    yield "</tr></thead><tbody>"
    for name, *cells in measure_rows(summary):
        yield f'<tr><th scope="row">{name}</th>{"".join(f"<td>{cell}</td>" for cell in cells)}</tr>'
    yield "</tbody></table>"


def _text(text: str) -> str:
    return escape(visible(text))
