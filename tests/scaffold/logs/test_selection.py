from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest

from biot_plugin_cli.errors import UsageError
from biot_plugin_cli.logs.event import LogEvent, format_time
from biot_plugin_cli.logs.message import parse
from biot_plugin_cli.logs.selection import Selection, Since, parse_trace

NOW = datetime(2026, 11, 26, 12, tzinfo=UTC)
TRACE = "0af7651916cd43dd8448eb211c80319c"


@pytest.mark.parametrize(
    ("text", "age"),
    [
        ("30s", timedelta(seconds=30)),
        ("10m", timedelta(minutes=10)),
        (" 2 h", timedelta(hours=2)),
        ("1d", timedelta(days=1)),
        ("2w", timedelta(weeks=2)),
    ],
)
def test_an_age_is_counted_from_now(text: str, age: timedelta) -> None:
    assert Since.parse(text).start(NOW) == int((NOW - age).timestamp() * 1000)


def test_a_time_is_that_time() -> None:
    assert format_time(Since.parse("2026-01-31T12:00:00+02:00").start(NOW)) == "2026-01-31T10:00:00.000Z"


@pytest.mark.parametrize("text", ["9999999w", "0001-01-01T00:00:00Z"])
def test_what_lies_before_all_logs_begins_with_the_first_one(text: str) -> None:
    assert Since.parse(text).start(NOW) == 0


@pytest.mark.parametrize("text", ["", "10", "m", "-10m", "10 minutes", "yesterday", "10m; rm", "99999999999d"])
def test_what_is_no_age_is_refused_with_what_to_pass(text: str) -> None:
    with pytest.raises(UsageError, match="pass how long ago"):
        Since.parse(text)


@pytest.mark.parametrize("milliseconds", [10**18, -(10**18)])
def test_a_time_that_is_none_is_shown_as_it_came(milliseconds: int) -> None:
    assert format_time(milliseconds) == str(milliseconds)


def test_the_trace_of_a_traceparent_is_taken_out_of_it() -> None:
    assert parse_trace(f"00-{TRACE}-b7ad6b7169203331-01") == TRACE
    assert parse_trace(TRACE) == TRACE
    assert parse_trace(None) is None


@pytest.mark.parametrize("text", ["", '" "', "a b", "a" * 65, "ä"])
def test_what_is_no_trace_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match="pass the id of a trace"):
        parse_trace(text)


def _matches(selection: Selection, text: str, trace: str | None = None) -> bool:
    return selection.matches(LogEvent(0, text, trace), parse(text))


@pytest.mark.parametrize("text", ["Größe", 'a "quoted" one', "REST", "5", "WARN", "second line"])
def test_a_text_is_looked_for_in_what_people_see(text: str) -> None:
    line = json.dumps(
        {
            "message": 'Größe of a "quoted" one',
            "level": "WARN",
            "x": {"order": 5, "api": "REST"},
            "exception": "a\nsecond line",
        }
    )

    assert _matches(Selection(text), line)
    assert not _matches(Selection("größe"), line)


def test_a_trace_is_that_of_the_event_or_of_the_line_or_is_in_its_text() -> None:
    selection = Selection(trace=TRACE)

    assert _matches(selection, "x", TRACE)
    assert _matches(selection, json.dumps({"message": "x", "traceId": TRACE}))
    assert _matches(selection, f"caller said {TRACE}")
    assert not _matches(selection, json.dumps({"message": "x", "traceId": TRACE[::-1]}), "other")
    assert not _matches(Selection("y", TRACE), "x", TRACE)
