from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import pytest

from biot_plugin import DirectCall, LambdaContext, Plugin
from biot_plugin.asgi import invocation_context
from tests.framework.asgi.conftest import MakeCaller


def test_a_handler_finds_what_it_would_find_in_lambda(plugin: Plugin, serve: MakeCaller) -> None:
    seen: list[tuple[LambdaContext, int, Any]] = []

    @plugin.endpoint(public=True)
    def see(event: DirectCall) -> None:
        left = event.context.get_remaining_time_in_millis()
        seen.append((event.context, left, event.raw["requestContext"]["requestId"]))

    caller = serve(timeout=20)
    caller.get()
    caller.get()
    (context, left, request_id), (other, *_) = seen
    assert 0 < left <= 20_000
    assert (context.function_name, context.function_version) == ("Demo Plugin", "$LATEST")
    assert context.invoked_function_arn == "arn:aws:lambda:local:000000000000:function:Demo Plugin"
    assert context.memory_limit_in_mb > 0
    assert context.log_group_name
    assert context.log_stream_name
    assert context.aws_request_id == request_id != other.aws_request_id


@pytest.mark.parametrize(("limit", "megabytes"), [("268435456\n", 256), ("max\n", None), (None, None)])
def test_the_memory_is_that_of_the_container(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    plugin: Plugin,
    serve: MakeCaller,
    limit: str | None,
    megabytes: int,
) -> None:
    file = tmp_path / "memory.max"
    if limit:
        file.write_text(limit)
    monkeypatch.setattr(invocation_context, "_LIMIT_OF_CONTAINER", file)
    invocation_context._memory.cache_clear()
    plugin.endpoint(public=True)(lambda event: {"memory": event.context.memory_limit_in_mb})
    memory = serve().get().json["memory"]
    invocation_context._memory.cache_clear()
    assert memory == megabytes if megabytes else memory > 256


def test_no_time_is_left_after_the_limit(plugin: Plugin, serve: MakeCaller) -> None:
    left: list[int] = []
    over, done = threading.Event(), threading.Event()

    @plugin.endpoint(public=True)
    def wait(event: DirectCall) -> None:
        assert over.wait(30)
        left.append(event.context.get_remaining_time_in_millis())
        done.set()

    caller = serve(timeout=0.1)
    while (status := caller.get().status) == 503:  # The machine was too busy to begin it in time.
        pass
    assert status == 504
    over.set()
    assert done.wait(30)
    assert left == [0]
