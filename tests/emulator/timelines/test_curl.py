"""A call as a command that a shell reads as it is meant."""

from __future__ import annotations

import base64
import re
import shlex

import pytest
from hypothesis import given, strategies as st

from biot_emulator.timelines.curl import curl_command
from biot_emulator.timelines.recorded_calls import Sent

URL = "http://127.0.0.1:1"


def words(sent: Sent) -> list[str]:
    return shlex.split(curl_command(sent, URL))


def test_a_command_has_what_the_call_had_and_no_token() -> None:
    headers = {
        **{"authorization": "<hidden>", "x-api-key": "<hidden>", "content-type": "text/plain", "host": "x"},
        **{"content-length": "3", "traceparent": "x", "x-mine": "it's", "x-empty": ""},
    }
    assert curl_command(Sent("PUT", "/a b/[c]", "d={e}", headers, b"@file"), URL) == (
        "curl -sS -X PUT --globoff 'http://127.0.0.1:1/a%20b/%5Bc%5D?d={e}' "
        "-H \"authorization: Bearer $TOKEN\" -H 'content-type: text/plain' "
        "-H 'x-mine: it'\"'\"'s' -H 'x-empty;' --data-raw @file"
    )


def test_a_command_says_no_more_than_it_must() -> None:
    assert words(Sent("GET", "/a")) == ["curl", "-sS", f"{URL}/a"]
    assert words(Sent("HEAD", "/a")) == ["curl", "-sS", "--head", f"{URL}/a"]
    assert words(Sent("DELETE", "/a")) == ["curl", "-sS", "-X", "DELETE", f"{URL}/a"]
    posted = ["curl", "-sS", f"{URL}/a", "-H", "content-type:", "--data-raw", "x"]
    assert words(Sent("POST", "/a", content=b"x")) == posted
    assert words(Sent("POST", "/a")) == ["curl", "-sS", "-X", "POST", f"{URL}/a"]
    assert words(Sent("GET", "/a", content=b"x"))[2:4] == ["-X", "GET"]


def test_bytes_that_are_no_text_come_through_a_pipe() -> None:
    for content, encoded in ((b"\xff\x00", "/wA="), (b"a\0b", "YQBi"), (b"aaa" * 50_000, "YWFh" * 50_000)):
        command = curl_command(Sent("POST", "/a", content=content), URL)
        assert command.startswith(f"echo {encoded} | base64 -d | curl ")
        assert command.endswith("--data-binary @-")


@pytest.mark.parametrize("key", ["\x03", "\x1b[201~", "\x15", "\r", "\x7f", "\u009b", "\u202e"])
def test_a_command_presses_no_keys_where_it_is_pasted(key: str) -> None:
    sent = Sent("POST", "/a", f"b={key}", {"x-a": f"b{key}"}, f"c{key}d".encode())
    command = curl_command(sent, URL)
    assert key not in command
    assert base64.b64decode(words(sent)[1]) == sent.content


@given(st.text(st.characters(codec="latin-1", exclude_characters="\0\n")))
def test_a_shell_reads_each_byte_of_a_header(value: str) -> None:
    word = words(Sent("GET", "/a", headers={"x-a": f"b{value}"}))[-1]
    if word.startswith("$(printf "):
        format = shlex.split(word[2:-1])[1]
        assert format.isprintable()
        word = re.sub(r"\\([0-7]{3})", lambda code: chr(int(code[1], 8)), format)
    assert word == f"x-a: b{value}"


@given(st.text(max_size=60), st.text(alphabet="ab'\"$`\\ \n&|;[]{}%é", max_size=30))
def test_a_shell_reads_what_was_sent(body: str, path: str) -> None:
    content = body.encode("utf-8", "replace")
    sent = Sent("POST", f"/{path}", content=content)
    if not content or b"\0" in content:
        return
    *_, last = words(sent)
    assert base64.b64decode(words(sent)[1]) == content if last == "@-" else last == content.decode()
    assert f"{URL}{sent.address}" in words(sent)
