from __future__ import annotations

import asyncio
from collections.abc import Iterator

import pytest

from biot_plugin import DirectCall, Plugin
from tests.framework.asgi.conftest import MakeCaller
from tests.framework.asgi_caller import HANG_UP, Part, Received, http_scope, parts


@pytest.fixture(autouse=True)
def sizes(plugin: Plugin) -> list[int]:
    """The sizes of the bodies that reached the handler."""
    seen: list[int] = []

    @plugin.endpoint(public=True)
    def measure(event: DirectCall) -> None:
        seen.append(len(event.content))

    return seen


@pytest.mark.parametrize("size", [1, 7, 50])
@pytest.mark.parametrize("length", [0, 1, 49, 50])
def test_a_body_arrives_whole_in_however_many_parts(
    serve: MakeCaller, sizes: list[int], length: int, size: int
) -> None:
    caller = serve(max_body_bytes=50)
    assert caller.call(http_scope(), parts(b"x" * length, size)).status == 204
    assert sizes == [length]


@pytest.mark.parametrize("size", [1, 51])
def test_a_body_that_is_too_large_is_not_taken(serve: MakeCaller, sizes: list[int], size: int) -> None:
    caller = serve(max_body_bytes=50)
    reply = caller.call(http_scope(), parts(b"x" * 51, size))
    assert (reply.status, reply.code) == (413, "PAYLOAD_TOO_LARGE")
    assert sizes == []


def test_a_body_that_says_that_it_is_too_large_is_not_waited_for(serve: MakeCaller) -> None:
    assert serve(max_body_bytes=50).call(http_scope(headers={"content-length": "51"}), []).status == 413


def test_a_declared_size_is_not_believed(serve: MakeCaller) -> None:
    reply = serve(max_body_bytes=50).call(http_scope(headers={"content-length": "1"}), parts(b"x" * 51, 10))
    assert reply.status == 413


def test_a_body_that_does_not_come_is_given_up(serve: MakeCaller, sizes: list[int]) -> None:
    caller = serve(body_timeout=0.05)
    unfinished: list[Part] = [{"type": "http.request", "body": b"{", "more_body": True}]
    reply = caller.call(http_scope(), unfinished)
    assert (reply.status, reply.code) == (408, "REQUEST_TIMEOUT")
    assert sizes == []


def test_a_caller_who_hangs_up_within_the_body_gets_nothing(serve: MakeCaller, sizes: list[int]) -> None:
    unfinished: list[Part] = [{"type": "http.request", "body": b"{", "more_body": True}, HANG_UP]
    assert serve().call(http_scope(), unfinished).messages == []
    assert sizes == []


def test_the_bodies_that_arrive_at_once_have_a_limit_together(serve: MakeCaller) -> None:
    """17 bodies of the greatest size arrive; one of them is refused, and room for it is there when the others are."""
    caller, size, count = serve(max_body_bytes=50), 50, 17

    async def at_once() -> list[Received]:
        go_on = asyncio.Event()

        async def call() -> Received:
            messages: Iterator[Part] = iter([{"type": "http.request"}])

            async def rest() -> Part:
                await go_on.wait()
                for message in messages:
                    return message
                await asyncio.Event().wait()
                raise AssertionError

            first: list[Part] = [{"type": "http.request", "body": b"x" * size, "more_body": True}]
            return await caller.serve(http_scope(), first, then=rest)

        calls = [asyncio.ensure_future(call()) for _ in range(count)]
        await asyncio.wait(calls, return_when=asyncio.FIRST_COMPLETED)
        go_on.set()
        return await asyncio.gather(*calls)

    statuses = [reply.status for reply in caller.run(at_once())]
    assert sorted(statuses) == [204] * (count - 1) + [503]
    assert caller.call(http_scope(), parts(b"x" * size)).status == 204
