"""The parsers of the framework."""

from __future__ import annotations

import json
from contextlib import suppress

from benchmarks.growth.rows import json_texts, repeated, row

__all__ = ["framework"]


def framework() -> None:
    from biot_plugin import Plugin
    from biot_plugin.api_client.headers import api_headers
    from biot_plugin.api_client.paths import api_path
    from biot_plugin.callers import public_key_parser
    from biot_plugin.callers.public_keys import PublicKeys
    from biot_plugin.callers.token import verify
    from biot_plugin.errors import InvalidResult
    from biot_plugin.hooks.api_id import ApiId, concrete_segments
    from biot_plugin.hooks.schedule import ScheduleHook
    from biot_plugin.logs import redaction
    from biot_plugin.replies import details, problems
    from biot_plugin.testing import Client
    from biot_plugin.wire import http_status, strict_json, well_formed
    from biot_plugin.wire.envelope import Envelope
    from biot_plugin.wire.timestamp import parse_timestamp
    from biot_plugin.wire.trace import Trace

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
    row("framework: text of a log line or an exception", redaction.mask_tokens, repeated(*secrets))
    row("framework: message that is JSON", redaction.mask_message, json_texts())
    row(
        "framework: fields of a log line",
        lambda text: redaction.mask_fields({"a": [text], text: 1}),
        repeated(*secrets),
    )
    row("framework: JSON of events and responses", strict_json.loads, json_texts())
    row("framework: JSON to replies", lambda text: strict_json.dumps([text]), repeated("\ud800"))
    row("framework: text that is not well-formed", well_formed.well_formed, repeated("\ud800", "\udfff\ud800"))
    plugin = Plugin()
    plugin.endpoint()(lambda event: event.json)
    client = Client(plugin)
    row(
        "framework: direct call, from event to reply",
        lambda text: client.direct("POST", body=text),
        json_texts(),
        most=1_000_000,
    )
    keys = PublicKeys(list)
    row("framework: token", lambda text: verify(text, keys), repeated("eyJhbGciOiJSUzUxMiJ9.eyJ9."))
    row(
        "framework: authorization header",
        lambda text: Envelope({"headers": {"authorization": text}}).bearer,
        repeated("Bearer "),
    )
    row("framework: trace header", lambda text: Trace.of({"traceparent": text}), repeated("00-"))
    row("framework: timestamp", parse_timestamp, repeated(before="2026-01-01T00:00:00."))
    row("framework: HTTP status", http_status.parse, repeated())
    row("framework: API id", ApiId.parse, repeated("/{a}", "{a", before="GET/"))
    row("framework: path of a call", lambda text: concrete_segments(f"GET/{text}", {}, text), repeated("/{a}", "/a"))
    row("framework: cron expression", ScheduleHook, repeated("1-1,", "*/1,", before="1"))
    row("framework: path of an API call", lambda text: api_path(f"/{text}"), repeated("%2", "%252e", "25", before="%"))
    row("framework: header of an API call", lambda text: api_headers("", {"x": text, text: "x"}), repeated("proxy-"))
    row(
        "framework: public key",
        lambda text: public_key_parser.load(text.encode("latin-1", "replace")),
        repeated("0\x82", before="0"),
    )

    def blamed(reply: object) -> None:
        with suppress(InvalidResult):
            problems.blame("handler", TypeError(), lambda: reply)

    wide = [lambda size: json.dumps({"n" * (size // 2): dict.fromkeys(map(str, range(size // 20)), 1)})]
    row("framework: why a reply cannot be sent", lambda text: blamed(json.loads(text)), wide)
    row(
        "framework: details of an error",
        lambda text: details.to_json(json.loads(text), lambda _path, _kind: None),
        wide,
    )
