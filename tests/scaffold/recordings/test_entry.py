from __future__ import annotations

from datetime import datetime, timezone
from typing import Any

import pytest
from hypothesis import given, strategies as st

from biot_plugin_cli.recordings.entry import NO_REPLY, InvalidRecording, Recording, recording_id

AT = "2026-01-02T03:04:05.123Z"
EVENT = {"headers": {"authorization": "Bearer SIGN_ME"}, "body": '{"request": {}}'}
#: What readers take, besides what writers write.
MINIMAL: dict[str, Any] = {"version": 1, "recordedAt": AT, "event": EVENT}

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda children: st.lists(children, max_size=3) | st.dictionaries(st.text(), children, max_size=3),
    max_leaves=10,
)
json_objects = st.dictionaries(st.text(), json_values, max_size=4)


def test_reads_what_there_must_be() -> None:
    recording = Recording.of(MINIMAL)

    assert recording.recorded_at == datetime(2026, 1, 2, 3, 4, 5, 123_000, tzinfo=timezone.utc)
    assert (recording.event, recording.answers, recording.reply) == (EVENT, {}, NO_REPLY)
    assert (recording.duration_ms, recording.plugin) == (None, {})
    assert recording.id == recording_id(EVENT, {}, recording.recorded_at)


def test_ignores_members_that_it_does_not_know() -> None:
    later = {**MINIMAL, "id": "r-1", "weather": "fine", "plugin": {"name": "demo", "year": 2026}}

    assert Recording.of(later).document == {**MINIMAL, "id": "r-1", "answers": {}, "plugin": {"name": "demo"}}


def test_tells_a_reply_of_null_from_none() -> None:
    assert Recording.of({**MINIMAL, "reply": None}).reply is None
    assert "reply" not in Recording.of(MINIMAL).document
    assert Recording.of({**MINIMAL, "reply": None}).document["reply"] is None


def test_shows_nothing_of_an_event_where_it_is_printed() -> None:
    recording = Recording.of({**MINIMAL, "reply": {"name": "Ada"}, "answers": {"GET /x": {"answer": "Ada"}}})

    assert "Ada" not in repr(recording)
    assert "SIGN_ME" not in repr(recording)


@given(event=json_objects, answers=json_objects, reply=json_values, at=st.datetimes(timezones=st.just(timezone.utc)))
def test_what_is_written_is_read_again(event: Any, answers: Any, reply: Any, at: datetime) -> None:
    recording = Recording(recording_id(event, answers, at), at, event, answers, reply, 1.5, {"name": "demo"})

    assert Recording.of(recording.document) == recording


@given(event=json_objects)
def test_the_same_content_has_the_same_id_whatever_its_order(event: dict[str, Any]) -> None:
    at = datetime(2026, 1, 2, tzinfo=timezone.utc)
    backwards = dict(reversed(event.items()))

    assert recording_id(event, {}, at) == recording_id(backwards, {}, at)
    assert recording_id(event, {}, at) != recording_id({**event, "one more": 1}, {}, at)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"version": 2}, "version 2 of the format"),
        ({"version": "1"}, '"version": 1'),
        ({"version": True}, '"version": 1'),
        ({"version": 0}, '"version": 1'),
        ({"id": ""}, '"id"'),
        ({"id": 7}, '"id"'),
        ({"id": "a\nb"}, '"id"'),
        ({"id": "x" * 201}, '"id"'),
        ({"recordedAt": None}, '"recordedAt"'),
        ({"recordedAt": "yesterday"}, '"recordedAt"'),
        ({"recordedAt": "2026-01-02T03:04:05"}, '"recordedAt"'),
        ({"recordedAt": 1767323045}, '"recordedAt"'),
        ({"recordedAt": "0001-01-01T00:00:00+14:00"}, '"recordedAt"'),
        ({"event": []}, '"event"'),
        ({"event": None}, '"event"'),
        ({"answers": []}, '"answers"'),
        ({"durationMs": -1}, '"durationMs"'),
        ({"durationMs": "1"}, '"durationMs"'),
        ({"durationMs": True}, '"durationMs"'),
        ({"plugin": "demo"}, '"plugin"'),
    ],
)
def test_refuses_what_is_no_recording(change: dict[str, Any], message: str) -> None:
    with pytest.raises(InvalidRecording, match=message):
        Recording.of({**MINIMAL, **change})


@pytest.mark.parametrize("document", [None, [], "x", 1])
def test_refuses_what_is_no_object(document: Any) -> None:
    with pytest.raises(InvalidRecording, match="JSON object"):
        Recording.of(document)
