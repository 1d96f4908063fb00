"""The parsers of the emulator."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from benchmarks.growth.rows import Row, json_texts, repeated

__all__ = ["emulator"]


def emulator() -> Iterator[Row]:
    """The rows."""
    yield from _records()
    yield from _function_urls()
    yield from _calls()
    yield from _streams()


def _records() -> Iterator[Row]:
    from biot_emulator.invocations.difference import difference
    from biot_emulator.invocations.redaction import Redaction
    from biot_emulator.wire_json import decode, decode_request

    secrets = ("token=", "Bearer ", "bearer", "secret-key", "eyJaaaaa..")
    redact = Redaction(["the-secret-key"])
    yield Row("emulator: record of an invocation", lambda text: redact({"body": {text: text}}), repeated(*secrets))
    yield Row("emulator: record of JSON", lambda text: redact(decode(text)), json_texts())
    yield Row("emulator: JSON of replies", decode, json_texts())
    yield Row("emulator: JSON of requests", decode_request, json_texts())
    wide = [
        lambda size: json.dumps({"n" * (size // 2): dict.fromkeys(map(str, range(size // 20)), 1)}),
        lambda size: json.dumps([{"a/~": [1]}] * (size // 20)),
    ]
    yield Row(
        "emulator: difference of request and reply",
        lambda text: difference(json.loads(text), json.loads(text.replace("1", "2"))),
        wide,
    )


def _function_urls() -> Iterator[Row]:
    from biot_emulator.api.call import Call
    from biot_emulator.function_url.event_from_request import UrlRequest, function_event
    from biot_emulator.function_url.response_from_reply import respond
    from biot_emulator.hooks.replies import changed_call

    now = datetime.now(UTC)
    queries = repeated("a=1&", "a&", "a=%25&", "%ff", "+", "a;")
    yield Row(
        "emulator: query of a function URL",
        lambda text: function_event(UrlRequest(query_string=text), "a" * 32, now),
        queries,
    )
    yield Row(
        "emulator: cookies of a function URL",
        lambda text: function_event(UrlRequest(headers={"cookie": text}), "a" * 32, now),
        repeated("a=1; "),
    )
    yield Row(
        "emulator: header of a reply",
        lambda text: respond({"statusCode": 200, "headers": {text[:9]: text, "a": text}}),
        repeated("\r\n"),
    )
    yield Row(
        "emulator: status in a reply",
        lambda text: changed_call(Call("GET", "/"), {"request": {"path": f"/{text}"}}),
        repeated(),
    )


def _calls() -> Iterator[Row]:
    from biot_emulator.api.call import Call
    from biot_emulator.api.router import Router
    from biot_emulator.api.search import search
    from biot_emulator.cron.expression import Cron
    from biot_emulator.fixtures.events import prepare_event
    from biot_emulator.security.tokens import TokenIssuer

    document = [{"_id": "1", "texts": ["a" * 50] * 100}]
    yield Row(
        "emulator: words of a search",
        lambda text: search(document, json.dumps({"freeTextSearch": text})),
        repeated("ab "),
    )
    yield Row(
        "emulator: filter of a search",
        lambda text: search(document, json.dumps({"filter": {"texts": {"in": text.split("-"), "like": text}}})),
        repeated("$AND", "x-"),
    )
    yield Row("emulator: cron expression", Cron, repeated("1-1,", "*/1,"))
    yield Row("emulator: path of a call", lambda text: Router().find(Call("GET", text)), repeated("/a", "/{"))
    issuer = TokenIssuer()
    yield Row("emulator: token", issuer.read, repeated("eyJhbGciOiJSUzUxMiJ9.", before="eyJhbGciOiJSUzUxMiJ9."))
    fixture = repeated('"a":1,', before='{"jwt":"SIGN_ME",', after='"x":1}')
    yield Row(
        "emulator: event with a token to sign",
        lambda text: prepare_event({"headers": {"hooktype": "NOTIFICATION"}, "body": text}, lambda _: "t"),
        fixture,
    )


def _streams() -> Iterator[Row]:
    from biot_emulator.sandbox.log_pipe import LogPipe

    def log(text: str) -> list[str]:
        pipe, content = LogPipe(), text.encode("utf-8", "replace")
        for start in range(0, len(content), 32_768):
            os.write(pipe.writer, content[start : start + 32_768])
            pipe.drain()
        lines = pipe.take()
        pipe.close()
        return lines

    yield Row("emulator: log of a plugin", log, repeated("\r\u00a0", "\r"))
    yield Row(
        "emulator: form",
        form,
        repeated(
            "\r\n--x",
            "\r\n--x\r\n",
            "--x\r\ncontent-disposition: form-data; name=a\r\n\r\nb\r\n",
            "\r\n\r\n",
            '; a="\\"',
        ),
    )
    yield Row("emulator: head of a request", head, repeated("a: b\r\n", "\r\n ", "a:\t"), most=1_000_000)


def form(text: str) -> object:
    import asyncio

    from starlette.datastructures import Headers
    from starlette.formparsers import MultiPartParser

    async def parse() -> None:
        async def stream() -> Any:
            content = f"--x\r\ncontent-disposition: form-data; name=a; filename={text[:1000]}\r\n\r\n{text}".encode(
                "utf-8", "replace"
            )
            for start in range(0, len(content), 65_536):
                yield content[start : start + 65_536]

        parsed = await MultiPartParser(Headers({"content-type": "multipart/form-data; boundary=x"}), stream()).parse()
        await parsed.close()

    return asyncio.run(parse())


def head(text: str) -> object:
    import h11

    connection = h11.Connection(h11.SERVER, max_incomplete_event_size=64 * 1024)
    content = f"GET /{text[:30_000]} HTTP/1.1\r\nhost: a\r\nx: {text}".encode("utf-8", "replace")
    for start in range(0, len(content), 1000):
        connection.receive_data(content[start : start + 1000])
        if connection.next_event() is not h11.NEED_DATA:
            break
    return connection
