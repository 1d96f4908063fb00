"""Shows the events of a log: lines for people, or documents as they came."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from rich.text import Text

from biot_plugin_cli.errors import PlatformUnreachable
from biot_plugin_cli.logs.event import ConsoleLink, LogEvent, LogSource, format_time
from biot_plugin_cli.logs.message import lines_of, parse
from biot_plugin_cli.logs.privacy import Privacy
from biot_plugin_cli.logs.selection import Selection
from biot_plugin_cli.terminal.console import err, out, print_json, print_json_line
from biot_plugin_cli.terminal.plain_text import one_line, visible

__all__ = ["show_events", "show_link"]

_STYLES = {"ERROR": "bold red", "CRITICAL": "bold red", "FATAL": "bold red", "WARN": "yellow", "WARNING": "yellow"}
_LEVEL_WIDTH = 5
_INDENT = "    "


def show_link(link: ConsoleLink, *, as_json: bool) -> None:
    """Show the page that has the log."""
    if as_json:
        print_json({"linkToConsole": link.url})
        return
    err.print("BioT's account offers its logs in the console alone:")
    out.print(Text(visible(link.url or "There is no link to it")))


def show_events(
    source: LogSource, selection: Selection, variables: Mapping[str, str], *, follow: bool, as_json: bool
) -> None:
    """Show the events of a source.

    Args:
        source: The source.
        selection: Which events are shown.
        variables: The plugin's environment variables, whose secrets are hidden.
        follow: Whether to go on until interrupted.
        as_json: Whether to print the events as they came: one list, or a document a line when following.

    Raises:
        CliError: The source cannot be read.
    """
    privacy = Privacy(variables)
    events = _selected(_followed(source) if follow else source.poll(), selection)
    if as_json and not follow:
        print_json([privacy.document(event.document) for event in events])
        return
    has_any = False
    for event in events:
        has_any = True
        if as_json:
            print_json_line(privacy.document(event.document))
        else:
            _print(event, privacy)
    if not has_any:
        err.print("No such lines: look further back with --since, such as --since 1d")


def _followed(source: LogSource) -> Iterator[LogEvent]:
    """Yield events as they come; once there were any looks, a lost connection is no reason to end."""
    yield from source.poll()
    is_lost = False
    while True:
        time.sleep(source.pause)
        try:
            yield from source.poll()
            is_lost = False
        except PlatformUnreachable as error:
            if not is_lost:
                err.print(Text(f"{error}. Trying again…", "yellow"))
            is_lost = True


def _selected(events: Iterator[LogEvent], selection: Selection) -> Iterator[LogEvent]:
    return (event for event in events if selection.matches(event, parse(event.text)))


def _print(event: LogEvent, privacy: Privacy) -> None:
    for line in render(replace(event, text=privacy.text(event.text)), privacy.text):
        out.print(line)


def render(event: LogEvent, hide: Callable[[str], str]) -> Iterator[Text]:
    """Yield the lines for people of an event.

    Args:
        event: The event, redacted.
        hide: Redacts a part of it, which may look like a secret only after it was decoded.
    """
    message = parse(event.text)
    first, *rest = lines_of(hide(message.text)) or [""]
    trace = event.trace or message.trace
    yield Text.assemble(
        (format_time(event.time), "dim"),
        " ",
        (visible(message.level[:16]).ljust(_LEVEL_WIDTH), _STYLES.get(message.level, "cyan")),
        " ",
        visible(first),
        *((f" {_render_field(name, value, hide)}", "dim") for name, value in message.fields.items()),
        (f" trace={visible(hide(trace))}" if trace else "", "dim"),
    )
    for line in (*rest, *lines_of(hide("\n".join(message.details)) if message.details else "")):
        if line.strip():
            yield Text(_INDENT + visible(line), _STYLES.get(message.level, ""))


def _render_field(name: str, value: Any, hide: Callable[[str], str]) -> str:
    text = hide(value) if isinstance(value, str) else one_line(value)
    return f"{visible(name)}={visible(one_line(text) if ' ' in text or not text else text)}"
