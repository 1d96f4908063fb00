"""What is plain is read and written as h11 does it; whatever could be read in two ways is not plain."""

from __future__ import annotations

import h11
import pytest
from hypothesis import example, given, strategies as st

from biot_emulator.server.plain.heads import PlainHead, read_head, write_head

PLAIN = (
    b"GET / HTTP/1.1\r\nhost: x\r\n\r\n",
    b"POST /a%20b/?c=d?e HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nConnection: Keep-Alive\r\n\r\nabc",
    b"PUT //x HTTP/1.1\r\nhost:x\r\ncontent-length: 007\r\na: \r\nb:\r\n\r\n1234567GET ",
    b"OPTIONS /x HTTP/1.1\r\na: b c, d: e\xff\r\nhost: \r\n\r\n",
)
START = b"POST / HTTP/1.1\r\n"
NOT_PLAIN = {
    "a head that is not whole": b"GET / HTTP/1.1\r\nhost: x\r\n",
    "lines that end in one character": b"GET / HTTP/1.1\nhost: x\n\n",
    "a line that ends in one character": START + b"host: x\na: b\r\n\r\n",
    "a return within a line": START + b"host: x\rcontent-length: 3\r\n\r\n",
    "a head that ends twice": b"GET / HTTP/1.1\r\nhost: x\n\nGET / HTTP/1.1\r\nhost: x\r\n\r\n",
    "a header over two lines": START + b"host: x\r\na: b\r\n c\r\n\r\n",
    "a space before the colon": START + b"host: x\r\ncontent-length : 3\r\n\r\nabc",
    "a space before the name": START + b" host: x\r\n\r\n",
    "a name that is none": START + b"host: x\r\na(b): c\r\n\r\n",
    "no name": START + b"host: x\r\n: c\r\n\r\n",
    "no colon": START + b"host: x\r\na\r\n\r\n",
    "a control character": START + b"host: x\r\na: b\x01c\r\n\r\n",
    "a null character": START + b"host: x\r\na: \0\r\n\r\n",
    "a tab": START + b"host: x\r\na: b\tc\r\n\r\n",
    "spaces around a value": START + b"host: x\r\na:  b \r\n\r\n",
    "no host": START + b"a: b\r\n\r\n",
    "no headers": START + b"\r\n",
    "very many headers": START + b"host: x\r\n" + b"".join(b"h%d: x\r\n" % number for number in range(100)) + b"\r\n",
    "two hosts": START + b"host: x\r\nHost: y\r\n\r\n",
    "two lengths": START + b"host: x\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\n",
    "the same length twice": START + b"host: x\r\ncontent-length: 1\r\nContent-Length: 1\r\n\r\n",
    "a list of lengths": START + b"host: x\r\ncontent-length: 1, 1\r\n\r\n",
    "a length with a sign": START + b"host: x\r\ncontent-length: +1\r\n\r\n",
    "a length below zero": START + b"host: x\r\ncontent-length: -1\r\n\r\n",
    "a length that is no number": START + b"host: x\r\ncontent-length: 0x1\r\n\r\n",
    "a length without digits": START + b"host: x\r\ncontent-length: \r\n\r\n",
    "a length without end": START + b"host: x\r\ncontent-length: " + b"1" * 16 + b"\r\n\r\n",
    "chunks": START + b"host: x\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n",
    "a length, and chunks": START + b"host: x\r\ncontent-length: 5\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n",
    "chunks that are said oddly": START + b"host: x\r\nTransfer-Encoding: xchunked\r\n\r\n",
    "another protocol": START + b"host: x\r\nconnection: upgrade\r\nupgrade: websocket\r\n\r\n",
    "another protocol alone": START + b"host: x\r\nupgrade: h2c\r\n\r\n",
    "who asks first": START + b"host: x\r\nexpect: 100-continue\r\n\r\n",
    "the last request": START + b"host: x\r\nconnection: close\r\n\r\n",
    "a connection said twice": START + b"host: x\r\nconnection: close\r\nconnection: keep-alive\r\n\r\n",
    "an older version": b"GET / HTTP/1.0\r\nhost: x\r\n\r\n",
    "a version that is none": b"GET / HTTP/1.10\r\nhost: x\r\n\r\n",
    "no version": b"GET /\r\nhost: x\r\n\r\n",
    "an address": b"GET http://x/ HTTP/1.1\r\nhost: x\r\n\r\n",
    "no path": b"OPTIONS * HTTP/1.1\r\nhost: x\r\n\r\n",
    "a space in the path": b"GET /a b HTTP/1.1\r\nhost: x\r\n\r\n",
    "two spaces": b"GET  / HTTP/1.1\r\nhost: x\r\n\r\n",
    "a path with bytes": b"GET /\xff HTTP/1.1\r\nhost: x\r\n\r\n",
    "a head without a body": b"HEAD / HTTP/1.1\r\nhost: x\r\n\r\n",
    "a tunnel": b"CONNECT /x HTTP/1.1\r\nhost: x\r\n\r\n",
    "a method of its own": b"BREW / HTTP/1.1\r\nhost: x\r\n\r\n",
    "a small method": b"get / HTTP/1.1\r\nhost: x\r\n\r\n",
    "a line before": b"\r\nGET / HTTP/1.1\r\nhost: x\r\n\r\n",
    "more than h11 waits for": START + b"host: x\r\na: " + b"x" * 17_000 + b"\r\n\r\n",
}
HEADERS = [(b"date", b"now"), (b"content-type", b"a/b; c=d"), (b"set-cookie", b"a=1"), (b"set-cookie", b"b=2")]


def read_by_h11(data: bytes) -> tuple[PlainHead, bytes]:
    connection = h11.Connection(h11.SERVER)
    connection.receive_data(data)
    request = connection.next_event()
    assert isinstance(request, h11.Request)
    path, _, query = request.target.partition(b"?")
    body = b""
    while isinstance(event := connection.next_event(), h11.Data):
        body += event.data
    length = int(dict(request.headers).get(b"content-length", b"0"))
    assert (event is h11.NEED_DATA) == (len(body) < length)
    headers = [(bytes(name), bytes(value)) for name, value in request.headers]
    return PlainHead(request.method.decode(), path, query, headers, length), body + connection.trailing_data[0]


@pytest.mark.parametrize("data", PLAIN)
def test_what_is_plain_is_read_as_h11_reads_it(data: bytes) -> None:
    assert read_head(data) == read_by_h11(data)


@pytest.mark.parametrize("data", NOT_PLAIN.values(), ids=NOT_PLAIN)
def test_what_could_be_read_in_two_ways_is_not_plain(data: bytes) -> None:
    assert read_head(data) is None


@given(
    st.sampled_from(PLAIN),
    st.integers(0, 80),
    st.integers(0, 3),
    st.sampled_from([b"", b"\r", b"\n", b"\r\n", b" ", b"\t", b"\0", b":", b"\xff", b"content-length: 1", b"\r\na: b"]),
)
@example(PLAIN[0], 14, 1, b"")
def test_whatever_is_changed_is_read_as_h11_reads_it_or_left_to_h11(data: bytes, at: int, cut: int, put: bytes) -> None:
    changed = data[:at] + put + data[at + cut :]
    read = read_head(changed)
    assert read is None or read == read_by_h11(changed)


def test_a_response_is_written_as_h11_writes_it() -> None:
    connection = h11.Connection(h11.SERVER)
    connection.receive_data(PLAIN[0])
    connection.next_event()
    headers = [*HEADERS, (b"content-length", b"3")]
    expected = connection.send(h11.Response(status_code=404, headers=headers, reason=b"Not Found"))
    assert write_head(404, headers, 3) == expected


@pytest.mark.parametrize(
    ("status", "headers", "length"),
    [
        (200, [], 0),
        (200, [(b"content-length", b"4")], 3),
        (200, [(b"content-length", b"3"), (b"content-length", b"3")], 3),
        (200, [(b"content-length", b"3"), (b"Content-Length", b"3")], 3),
        (200, [(b"content-length", b"3"), (b"connection", b"close")], 3),
        (200, [(b"content-length", b"3"), (b"transfer-encoding", b"chunked")], 3),
        (200, [(b"content-length", b"3"), (b"a", b"b\r\nc: d")], 3),
        (200, [(b"content-length", b"3"), (b"a", b"b\n")], 3),
        (200, [(b"content-length", b"3"), (b"a: b\r\nc", b"d")], 3),
        (200, [(b"content-length", b"3"), (b"a", b" b")], 3),
        (204, [(b"content-length", b"0")], 0),
        (304, [(b"content-length", b"0")], 0),
        (100, [(b"content-length", b"0")], 0),
        (599, [(b"content-length", b"0")], 0),
    ],
)
def test_a_response_that_is_not_plain_is_left_to_h11(
    status: int, headers: list[tuple[bytes, bytes]], length: int
) -> None:
    assert write_head(status, headers, length) is None
