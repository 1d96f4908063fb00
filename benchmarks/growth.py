"""How the cost of every pattern and parser of untrusted text grows with the text: `python -m benchmarks.growth`.

Each gets texts that are hostile to its own grammar. A row shows the seconds of processor time of the worst of them; ten
times the text is ten times the time where the growth is linear. A row ends where the next text would take minutes.
"""

from __future__ import annotations

import json
import os
import tempfile
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from benchmarks.patterns import PIECES, text_of, uses

SIZES = (1_000, 10_000, 100_000, 1_000_000, 10_000_000)
#: A row is given up where a text ten times as long took so many times as long, and as many seconds.
_TOO_FAST, _SECONDS = 40, 0.5
#: How many of the worst texts are tried at the next size.
_WORST = {10_000: 4, 100_000: 2, 1_000_000: 1}

Parse = Callable[[str], object]
Text = Callable[[int], str]


def cost(parse: Parse, text: str) -> float:
    start = time.process_time()
    try:
        parse(text)
    except (RecursionError, MemoryError):
        raise
    except Exception:  # most of it is refused
        pass
    return time.process_time() - start


def row(name: str, parse: Parse, texts: Sequence[Text], *, most: int = SIZES[-1]) -> None:
    """Prints the seconds for each size."""
    candidates, seconds = list(texts), []
    for size in SIZES:
        if size > most:
            break
        costs = [(cost(parse, text(size)), text) for text in candidates]
        costs.sort(key=lambda pair: pair[0], reverse=True)
        seconds.append(costs[0][0])
        candidates = [text for _, text in costs[: _WORST.get(size)]]
        if len(seconds) > 1 and seconds[-1] > _SECONDS and seconds[-1] > _TOO_FAST * seconds[-2]:
            break
    bounded = " (longer text is refused before)" if most < SIZES[-1] else ""
    is_worse = len(seconds) > 1 and seconds[-1] > _SECONDS and seconds[-1] > _TOO_FAST * seconds[-2]
    cells = [f"{value:>11.4f}" for value in seconds] + ["          -"] * (len(SIZES) - len(seconds))
    print(f"  {name:<70}{''.join(cells)}{' WORSE THAN LINEAR' if is_worse else bounded}", flush=True)


def repeated(*more: str, before: str = "", after: str = "") -> list[Text]:
    """Texts that repeat a piece: the usual ones, and more of the grammar's own."""

    def text(piece: str) -> Text:
        return lambda size: before + text_of(piece, max(size - len(before) - len(after), 1)) + after

    return [text(piece) for piece in (*PIECES, *more)]


def json_texts() -> list[Text]:
    def nested(start: str, end: str) -> Text:
        return lambda size: start * (size // 8) + "1" * (start[-1] == ":") + end * (size // 8)

    def items(item: str) -> Text:
        return lambda size: "[" + ",".join([item] * (size // (len(item) + 1))) + "]"

    def wide(size: int) -> str:
        return '{"' + "n" * (size // 2) + '":{' + ",".join(f'"{number}":1' for number in range(size // 20)) + "}}"

    lists = ("1", "-0", "1.10", "1e400", '""', '"\\ud800"', "{}", '{"a":1}', "9" * 4300, "9" * 4301, f'"{"a-" * 400}"')
    digits: list[Text] = [lambda size: "9" * size, lambda size: "0." + "9" * size, lambda size: "1e" + "9" * size]
    closed = (("[", "]"), ('{"a":', "}"), ('[{"a":[', "]}]"))
    strings = repeated(before='"', after='"')
    return [*(nested(*pair) for pair in closed), *map(items, lists), wide, *digits, *strings, *repeated()]


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


def emulator() -> None:
    from biot_emulator.api.call import Call
    from biot_emulator.api.router import Router
    from biot_emulator.api.search import search
    from biot_emulator.cron.expression import Cron
    from biot_emulator.fixtures.events import prepare_event
    from biot_emulator.function_url.event_from_request import UrlRequest, function_event
    from biot_emulator.function_url.response_from_reply import respond
    from biot_emulator.hooks.replies import changed_call
    from biot_emulator.invocations.difference import difference
    from biot_emulator.invocations.redaction import Redaction
    from biot_emulator.sandbox.log_pipe import LogPipe
    from biot_emulator.security.tokens import TokenIssuer
    from biot_emulator.wire_json import decode, decode_request

    secrets = ("token=", "Bearer ", "bearer", "secret-key", "eyJaaaaa..")
    redact, now = Redaction(["the-secret-key"]), datetime.now(UTC)
    row("emulator: record of an invocation", lambda text: redact({"body": {text: text}}), repeated(*secrets))
    row("emulator: record of JSON", lambda text: redact(decode(text)), json_texts())
    row("emulator: JSON of replies", decode, json_texts())
    row("emulator: JSON of requests", decode_request, json_texts())
    wide = [
        lambda size: json.dumps({"n" * (size // 2): dict.fromkeys(map(str, range(size // 20)), 1)}),
        lambda size: json.dumps([{"a/~": [1]}] * (size // 20)),
    ]
    row(
        "emulator: difference of request and reply",
        lambda text: difference(json.loads(text), json.loads(text.replace("1", "2"))),
        wide,
    )
    queries = repeated("a=1&", "a&", "a=%25&", "%ff", "+", "a;")
    row(
        "emulator: query of a function URL",
        lambda text: function_event(UrlRequest(query_string=text), "a" * 32, now),
        queries,
    )
    row(
        "emulator: cookies of a function URL",
        lambda text: function_event(UrlRequest(headers={"cookie": text}), "a" * 32, now),
        repeated("a=1; "),
    )
    row(
        "emulator: header of a reply",
        lambda text: respond({"statusCode": 200, "headers": {text[:9]: text, "a": text}}),
        repeated("\r\n"),
    )
    row(
        "emulator: status in a reply",
        lambda text: changed_call(Call("GET", "/"), {"request": {"path": f"/{text}"}}),
        repeated(),
    )
    document = [{"_id": "1", "texts": ["a" * 50] * 100}]
    row(
        "emulator: words of a search",
        lambda text: search(document, json.dumps({"freeTextSearch": text})),
        repeated("ab "),
    )
    row(
        "emulator: filter of a search",
        lambda text: search(document, json.dumps({"filter": {"texts": {"in": text.split("-"), "like": text}}})),
        repeated("$AND", "x-"),
    )
    row("emulator: cron expression", Cron, repeated("1-1,", "*/1,"))
    row("emulator: path of a call", lambda text: Router().find(Call("GET", text)), repeated("/a", "/{"))
    issuer = TokenIssuer()
    row("emulator: token", issuer.read, repeated("eyJhbGciOiJSUzUxMiJ9.", before="eyJhbGciOiJSUzUxMiJ9."))
    fixture = repeated('"a":1,', before='{"jwt":"SIGN_ME",', after='"x":1}')
    row(
        "emulator: event with a token to sign",
        lambda text: prepare_event({"headers": {"hooktype": "NOTIFICATION"}, "body": text}, lambda _: "t"),
        fixture,
    )

    def log(text: str) -> list[str]:
        pipe, content = LogPipe(), text.encode("utf-8", "replace")
        for start in range(0, len(content), 32_768):
            os.write(pipe.writer, content[start : start + 32_768])
            pipe.drain()
        lines = pipe.take()
        pipe.close()
        return lines

    row("emulator: log of a plugin", log, repeated("\r\u00a0", "\r"))
    row(
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
    row("emulator: head of a request", head, repeated("a: b\r\n", "\r\n ", "a:\t"), most=1_000_000)


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


def commands() -> None:
    from biot_emulator.wire_json import decode
    from biot_plugin_cli.dependencies.pyproject import Project
    from biot_plugin_cli.hooks.import_failure import failure_of_exit
    from biot_plugin_cli.hooks.probe_process import Completed
    from biot_plugin_cli.hooks.schedule import describe_schedule
    from biot_plugin_cli.invoke.event_file import read_event
    from biot_plugin_cli.invoke.unified_diff import unified_diff
    from biot_plugin_cli.manifest.file import ManifestFile
    from biot_plugin_cli.plugin.env_file import read_env_file
    from biot_plugin_cli.terminal.redaction import Secrets
    from biot_plugin_cli.terminal.toml_file import parse_toml
    from biot_plugin_cli.uv.dates import is_covered

    secrets = Secrets(["a-token"], "the-secret-key")
    row(
        "commands: output of a plugin",
        secrets.hide_all,
        repeated("token=", "Bearer ", "bearer", "secret-key", "eyJaaaaa.."),
    )
    row("commands: JSON of a plugin", lambda text: secrets.all_hidden(decode(text)), json_texts())
    lines = [
        lambda size: "a\n" * (size // 2),
        lambda size: "".join(f"{number}\n" for number in range(size // 7)),
        lambda size: "".join(f"{number % 150}\n" for number in range(size // 4)),
    ]
    row(
        "commands: difference of event and reply",
        lambda text: unified_diff(text.split(), text.split()[::-1], ("a", "b")),
        lines,
    )
    toml = repeated("a.", "a . ", "a={", "[[", "[a]\n", "a=1\n", '"""', "'''", before="a=")
    row("commands: TOML", parse_toml, [*toml, *repeated("a.", "a. ", "'a'.", "[[a]]\n", "#\n")])
    arrays = [
        lambda size: "[tool.x]\na=[\n" + "[1],\n" * (size // 5) + "]\n",
        lambda size: "a=[\n" + "1,\n" * (size // 3) + "]\n",
    ]
    row("commands: line of a key", lambda text: ManifestFile(Path(), text, {}).line_at("tool", "y"), arrays)
    row(
        "commands: requirement",
        lambda text: Project.of(Path(), {"project": {"dependencies": [text]}}).check_requirements(),
        [*repeated(before="a>="), *repeated("[a", "a; (", before="a")],
    )
    row("commands: date or span of uv", lambda text: is_covered(text, {"span": "P2D"}), repeated("1 ", "P", "PT"))
    row("commands: cron expression", lambda text: describe_schedule(text, datetime.now(UTC)), repeated("1-1,", "*/1,"))
    stack = repeated('File "/', 'File "/a", line ', "\n| File ", " |", before="probe.py\n")
    row(
        "commands: stack of a plugin",
        lambda text: failure_of_exit(Completed(None, []), text, "probe.py", Path("/"), 1),
        stack,
    )
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "file"

        def written(parse: Callable[[Path], object]) -> Parse:
            def write(text: str) -> object:
                file.write_text(text, encoding="utf-8", errors="replace")
                return parse(file)

            return write

        row(
            "commands: variables in a file",
            written(read_env_file),
            repeated("A='\n", 'A="\n', "A='x\"\n", "export ", "A=1\n", before="A="),
        )
        row("commands: event in a file", written(read_event), json_texts())


def patterns() -> None:
    def text(piece: str) -> Text:
        return lambda size: text_of(piece, size)

    for use in uses():
        row(str(use), use, [text(piece) for piece in use.pieces()])


def main() -> None:
    """Measures and prints."""
    import logging

    logging.disable()
    os.environ["BIOT_SHOULD_VALIDATE_JWT"] = "false"
    print("Seconds of processor time, by characters of the worst text")
    print(f"  {'':<70}{''.join(f'{size:>11,}' for size in SIZES)}")
    for part in (framework, emulator, commands, patterns):
        print(f"\n{part.__name__}")
        part()


if __name__ == "__main__":
    main()
