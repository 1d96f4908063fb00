"""The parsers of the framework."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import suppress

from benchmarks.growth.rows import Row, json_texts, repeated

__all__ = ["framework"]


def framework() -> Iterator[Row]:
    """The rows."""
    yield from _logs()
    yield from _bodies()
    yield from _headers()
    yield from _names()
    yield from _problems()


def _logs() -> Iterator[Row]:
    from biot_plugin.logs import redaction

    secrets = (
        "token=",
        "Bearer ",
        "bearer",
        "secret-key",
        "eyJaaaaa..",
        "input_value=",
        "with value `",
        "` -with value `",
    )
    yield Row("framework: text of a log line or an exception", redaction.mask_tokens, repeated(*secrets))
    yield Row("framework: message that is JSON", redaction.mask_message, json_texts())
    yield Row(
        "framework: fields of a log line",
        lambda text: redaction.mask_fields({"a": [text], text: 1}),
        repeated(*secrets),
    )


def _bodies() -> Iterator[Row]:
    from biot_plugin import Plugin
    from biot_plugin.testing import Client
    from biot_plugin.wire import strict_json, well_formed

    yield Row("framework: JSON of events and responses", strict_json.loads, json_texts())
    yield Row("framework: JSON to replies", lambda text: strict_json.dumps([text]), repeated("\ud800"))
    yield Row("framework: text that is not well-formed", well_formed.well_formed, repeated("\ud800", "\udfff\ud800"))
    plugin = Plugin()
    plugin.endpoint()(lambda event: event.json)
    client = Client(plugin)
    yield Row(
        "framework: direct call, from event to reply",
        lambda text: client.direct("POST", body=text),
        json_texts(),
        most=1_000_000,
    )


def _headers() -> Iterator[Row]:
    from biot_plugin.callers.public_keys import PublicKeys
    from biot_plugin.callers.token import verify
    from biot_plugin.wire import http_status
    from biot_plugin.wire.envelope import Envelope
    from biot_plugin.wire.timestamp import parse_timestamp
    from biot_plugin.wire.trace import Trace

    keys = PublicKeys(list)
    yield Row("framework: token", lambda text: verify(text, keys), repeated("eyJhbGciOiJSUzUxMiJ9.eyJ9."))
    yield Row(
        "framework: authorization header",
        lambda text: Envelope({"headers": {"authorization": text}}).bearer,
        repeated("Bearer "),
    )
    yield Row("framework: trace header", lambda text: Trace.of({"traceparent": text}), repeated("00-"))
    yield Row("framework: timestamp", parse_timestamp, repeated(before="2026-01-01T00:00:00."))
    yield Row("framework: HTTP status", http_status.parse, repeated())


def _names() -> Iterator[Row]:
    from biot_plugin.api_client.headers import api_headers
    from biot_plugin.api_client.paths import api_path
    from biot_plugin.callers import public_key_parser
    from biot_plugin.hooks.api_id import ApiId, concrete_segments
    from biot_plugin.hooks.schedule import ScheduleHook

    yield Row("framework: API id", ApiId.parse, repeated("/{a}", "{a", before="GET/"))
    yield Row(
        "framework: path of a call", lambda text: concrete_segments(f"GET/{text}", {}, text), repeated("/{a}", "/a")
    )
    yield Row("framework: cron expression", ScheduleHook, repeated("1-1,", "*/1,", before="1"))
    yield Row(
        "framework: path of an API call", lambda text: api_path(f"/{text}"), repeated("%2", "%252e", "25", before="%")
    )
    yield Row(
        "framework: header of an API call", lambda text: api_headers("", {"x": text, text: "x"}), repeated("proxy-")
    )
    yield Row(
        "framework: public key",
        lambda text: public_key_parser.load(text.encode("latin-1", "replace")),
        repeated("0\x82", before="0"),
    )


def _problems() -> Iterator[Row]:
    from biot_plugin.errors import InvalidResult
    from biot_plugin.replies import details, problems

    def blamed(reply: object) -> None:
        with suppress(InvalidResult):
            problems.blame("handler", TypeError(), lambda: reply)

    wide = [lambda size: json.dumps({"n" * (size // 2): dict.fromkeys(map(str, range(size // 20)), 1)})]
    yield Row("framework: why a reply cannot be sent", lambda text: blamed(json.loads(text)), wide)
    yield Row(
        "framework: details of an error",
        lambda text: details.to_json(json.loads(text), lambda _path, _kind: None),
        wide,
    )
