from __future__ import annotations

from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given, strategies as st

from biot_emulator.debugging.messages import NotDebugging, Stream, encode_message

DOCUMENTS = st.dictionaries(st.text(), st.text() | st.integers() | st.none(), max_size=3)


@given(st.lists(DOCUMENTS, max_size=4), st.integers(1, 50))
def test_messages_are_found_wherever_the_connection_cuts_them(documents: list[dict[str, Any]], size: int) -> None:
    content = b"".join(map(encode_message, documents))
    stream, found = Stream(), []
    for start in range(0, len(content), size):
        found += stream.feed(content[start : start + size])
    assert [message.read() for message in found] == documents
    assert b"".join(message.content for message in found) == content


@pytest.mark.parametrize(
    "content",
    [
        b"POST / HTTP/1.1\r\nContent-Length: 2\r\n\r\n{}",
        b"GET /",
        b"\x16\x03\x01\x02\x00",
        b"Content-Length: 2\r\nHost: localhost:5678\r\n\r\n{}",
        b"Content-Length: x\r\n\r\n",
        b"Content-Length: -1\r\n\r\n",
        b"Content-Length: 999999999\r\n\r\n",
        b"Content-Length:" + b" " * 2000,
    ],
)
def test_what_no_debugger_sends_is_refused(content: bytes) -> None:
    with pytest.raises(NotDebugging):
        Stream().feed(content)


@given(st.binary(max_size=200))
def test_anything_at_all_is_either_a_message_or_refused(content: bytes) -> None:
    with suppress(NotDebugging):
        Stream().feed(content)


@pytest.mark.parametrize("body", [b"nothing", b"[1]", b"\xff", b"[" * 9000])
def test_what_a_message_says_is_nothing_where_it_is_no_object(body: bytes) -> None:
    (message,) = Stream().feed(b"Content-Length: %d\r\n\r\n%s" % (len(body), body))
    assert message.read() == {}
    assert message.content.endswith(body)
