"""Heads of requests: whatever comes is read as HTTP has it, or refused."""

from __future__ import annotations

import pytest
from hypothesis import given, strategies as st

from biot_emulator.http.request_heads import MalformedHead, RequestHead, take_head

NAMES = st.text("abcXYZ-_9!", min_size=1, max_size=12)
VALUES = st.text(st.characters(min_codepoint=32, max_codepoint=255, exclude_characters="\x7f\x85"), max_size=30)


def read(text: str) -> RequestHead | None:
    return take_head(bytearray(text, "latin-1"))


@given(st.dictionaries(NAMES, VALUES, max_size=20), st.sampled_from(["\r\n", "\n"]))
def test_every_header_is_read(headers: dict[str, str], end: str) -> None:
    lines = ["POST /a/b?c=d HTTP/1.1", *(f"{name}: {value}" for name, value in headers.items()), "", ""]
    head = read(end.join(lines))
    assert head
    assert (head.method, head.target) == ("POST", "/a/b?c=d")
    assert head.headers == {name.lower(): value.strip(" \t") for name, value in headers.items()}


@pytest.mark.parametrize(
    ("first", "connection", "stays_open"),
    [
        ("1", None, True),
        ("1", "Keep-Alive", True),
        ("1", "Close", False),
        ("0", None, False),
        ("0", "Keep-Alive", True),
    ],
)
def test_a_connection_stays_open_as_both_sides_have_it(first: str, connection: str | None, stays_open: bool) -> None:
    header = "" if connection is None else f"Connection: {connection}\r\n"
    head = read(f"GET / HTTP/1.{first}\r\n{header}\r\n")
    assert head
    assert head.stays_open is stays_open


def test_a_head_is_read_once_all_of_it_has_come_and_what_follows_is_left() -> None:
    whole, more = b"POST / HTTP/1.1\r\nContent-Length: 4\r\n\r\n", b"GET "
    received = bytearray()
    for index in range(len(whole)):
        assert take_head(received) is None
        received.append(whole[index])
    received += more
    head = take_head(received)
    assert head
    assert head.headers == {"content-length": "4"}
    assert received == more


@pytest.mark.parametrize(
    "text",
    [
        "\r\n\r\n",
        "GET /\r\n\r\n",
        "GET / HTTP/2.0\r\n\r\n",
        "GET  / HTTP/1.1\r\n\r\n",
        "get / HTTP/1.1\r\n\r\n",
        "GET / HTTP/1.1 \r\n\r\n",
        "GET / HTTP/1.1\r\nno header\r\n\r\n",
        "GET / HTTP/1.1\r\nname : value\r\n\r\n",
        "GET / HTTP/1.1\r\na: b\r\n folded\r\n\r\n",
        "GET / HTTP/1.1\r\n: value\r\n\r\n",
        "GET / HTTP/1.1\r\n" + "a: b\r\n" * 101 + "\r\n",
        "GET /" + "a" * 1_200_000 + " HTTP/1.1\r\n\r\n",
        "GET / HTTP/1.1\r\na: " + "b" * 1_200_000 + "\r\n\r\n",
        "GET / HTTP/1.1\r\n" + ("a: " + "b" * 20_000 + "\r\n") * 70,
        "GET / HTTP/1.1\r\na: b\rc: d\r\n\r\n",
        "GET / HTTP/1.1\r\na: b\0\r\n\r\n",
    ],
)
def test_what_is_no_head_is_refused(text: str) -> None:
    with pytest.raises(MalformedHead):
        read(text)


@given(st.binary(max_size=200))
def test_anything_is_read_or_refused_or_waited_for(content: bytes) -> None:
    try:
        head = take_head(bytearray(content))
    except MalformedHead:
        return
    assert head is None or head.method.isupper()


def test_the_same_headers_are_read_once_and_nobody_changes_them() -> None:
    first, second = (read(f"POST /{path} HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\n") for path in ("a", "b"))
    assert first
    assert second
    assert (first.target, second.target) == ("/a", "/b")
    assert first.headers is second.headers
    with pytest.raises(TypeError):
        first.headers["host"] = "other"  # type: ignore[index]
