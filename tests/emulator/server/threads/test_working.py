"""Threads for work that may wait."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator

import pytest

from biot_emulator.server.threads import working
from biot_emulator.server.threads.working import WorkerThreads


@pytest.fixture
def threads() -> Iterator[WorkerThreads]:
    before = set(threading.enumerate())
    threads = WorkerThreads()
    yield threads
    threads.close()
    assert set(threading.enumerate()) <= before


def test_work_is_done_in_a_thread_that_the_next_work_uses_again(threads: WorkerThreads) -> None:
    async def main() -> list[int]:
        return [await threads.run(threading.get_ident) for _ in range(20)]

    idents = asyncio.run(main())
    assert len(set(idents)) == 1
    assert threading.get_ident() not in idents


def test_all_of_it_is_done_at_once(threads: WorkerThreads) -> None:
    together = threading.Barrier(50)

    async def main() -> list[int]:
        return await asyncio.gather(*(threads.run(lambda: together.wait(20)) for _ in range(50)))

    assert sorted(asyncio.run(main())) == list(range(50))


@pytest.mark.parametrize("error", [ValueError("no"), KeyboardInterrupt()])
def test_whoever_waits_gets_the_error(threads: WorkerThreads, error: BaseException) -> None:
    def fail() -> None:
        raise error

    async def main() -> BaseException:
        try:
            await threads.run(fail)
        except BaseException as raised:
            return raised
        raise AssertionError

    assert asyncio.run(main()) is error


def test_idle_threads_end_after_a_while(threads: WorkerThreads, monkeypatch: pytest.MonkeyPatch) -> None:
    started = threading.Barrier(11)

    async def main() -> list[threading.Thread]:
        work = [asyncio.create_task(threads.run(lambda: (started.wait(20), threading.current_thread())[1]))
                for _ in range(10)]  # fmt: skip
        await asyncio.to_thread(started.wait, 20)
        used = list(await asyncio.gather(*work))
        monkeypatch.setattr(working, "_IDLE_SECONDS", -1.0)
        await threads.run(lambda: None)
        return used

    for thread in asyncio.run(main()):
        thread.join(20)
        assert not thread.is_alive()


def test_what_is_still_done_when_nobody_waits_is_waited_for_at_the_end() -> None:
    threads, go_on, done = WorkerThreads(), threading.Event(), threading.Event()
    begun = threading.Event()

    def work() -> None:
        begun.set()
        assert go_on.wait(20)
        done.set()

    async def main() -> None:
        task = asyncio.create_task(threads.run(work))
        await asyncio.to_thread(begun.wait, 20)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(main())
    later = threading.Timer(0.05, go_on.set)
    later.start()
    threads.close()
    assert done.is_set()
    later.join()
