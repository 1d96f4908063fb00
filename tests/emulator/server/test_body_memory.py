"""Large bodies take turns."""

from __future__ import annotations

import anyio
import pytest

from biot_emulator.api.errors import Overloaded
from biot_emulator.server import body_memory
from biot_emulator.server.body_memory import BodyMemory

LARGE = 1024 * 1024


def test_a_large_body_waits_until_there_is_room_and_a_small_one_does_not() -> None:
    order: list[str] = []

    async def hold(memory: BodyMemory, name: str, size: int, until: anyio.Event) -> None:
        async with memory.hold(size):
            order.append(name)
            await until.wait()

    async def main() -> None:
        memory, first_done, done = BodyMemory(2 * LARGE), anyio.Event(), anyio.Event()
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(hold, memory, "first", LARGE, first_done)
            tasks.start_soon(hold, memory, "second", LARGE, done)
            await anyio.wait_all_tasks_blocked()
            tasks.start_soon(hold, memory, "larger than all", 9 * LARGE, done)
            await anyio.wait_all_tasks_blocked()
            tasks.start_soon(hold, memory, "late", LARGE, done)
            tasks.start_soon(hold, memory, "small", 10, done)
            await anyio.wait_all_tasks_blocked()
            assert order == ["first", "second", "small"]
            first_done.set()
            await anyio.wait_all_tasks_blocked()
            assert order == ["first", "second", "small"]
            done.set()
        assert order[3:] == ["larger than all", "late"]

    anyio.run(main)


def test_whoever_finds_no_room_for_too_long_is_told_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(body_memory, "_WAIT_SECONDS", 0.05)

    async def main() -> None:
        memory = BodyMemory(LARGE)
        async with memory.hold(LARGE):
            with pytest.raises(Overloaded, match="try again"):
                async with memory.hold(LARGE):
                    raise AssertionError
        async with memory.hold(LARGE):
            pass

    anyio.run(main)


def test_an_error_gives_the_memory_back() -> None:
    async def main() -> None:
        memory = BodyMemory(LARGE)
        for _ in range(3):
            with pytest.raises(ValueError, match="mine"):
                async with memory.hold(LARGE):
                    raise ValueError("mine")

    anyio.run(main)
