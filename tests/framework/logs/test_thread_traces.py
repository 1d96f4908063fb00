"""Lines of a thread carry the trace of the event that the thread works for."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from biot_plugin import Plugin, PreRequest
from biot_plugin.testing import Client, events

API = "POST/organization/v1/users/patients"
Log = Callable[[], list[dict[str, Any]]]


def traced(number: int) -> dict[str, Any]:
    return events.pre_request(API, envelope={"headers": {"traceparent": f"00-{number:032x}-{number:016x}-00"}})


def traces(log: Log) -> list[int | None]:
    return [int(record["traceId"], 16) if record["traceId"] else None for record in log()]


class Worker(threading.Thread):
    def __init__(self, work: Callable[[], object]) -> None:
        super().__init__()
        self._work = work

    def run(self) -> None:
        self._work()


def test_threads_of_every_kind_have_the_trace(plugin: Plugin, log: Log) -> None:
    @plugin.pre_request(API)
    def handler(event: PreRequest) -> None:
        def write() -> None:
            event.logger.info("here")

        def nested() -> None:
            inner = threading.Thread(target=write)
            inner.start()
            inner.join()

        threads = [threading.Thread(target=write), Worker(write), threading.Timer(0, write), Worker(nested)]
        for thread in threads:
            thread.start()
            thread.join()
        with ThreadPoolExecutor(2) as pool:
            pool.submit(write).result()
            list(pool.map(lambda _: write(), range(2)))

    client = Client(plugin)
    for number in (1, 2):
        client.send(traced(number))
        assert traces(log) == [number] * 7


def test_a_pool_of_the_plugins_works_for_one_event_after_another(plugin: Plugin, log: Log) -> None:
    with ThreadPoolExecutor(1) as pool:

        @plugin.pre_request(API)
        def handler(event: PreRequest) -> None:
            pool.submit(plugin.logger.info, "here").result()

        client = Client(plugin)
        for number in (1, 2, 3):
            client.send(traced(number))
        pool.submit(plugin.logger.info, "outside").result()
    assert traces(log) == [1, 2, 3, None]


def test_a_thread_that_outlives_its_event_keeps_its_trace(plugin: Plugin, log: Log) -> None:
    go_on = threading.Event()
    threads: list[threading.Thread] = []

    @plugin.pre_request(API)
    def handler(event: PreRequest) -> None:
        def wait() -> None:
            assert go_on.wait(10)
            event.logger.info("late")

        if not threads:
            threads.append(threading.Thread(target=wait))
            threads[0].start()
        else:
            go_on.set()
            threads[0].join()

    client = Client(plugin)
    client.send(traced(1))
    client.send(traced(2))
    assert traces(log) == [1]


def test_a_thread_that_was_there_before_belongs_to_no_event(plugin: Plugin, log: Log) -> None:
    begin, done = threading.Event(), threading.Event()

    def wait() -> None:
        assert begin.wait(10)
        plugin.logger.info("background")
        done.set()

    thread = threading.Thread(target=wait)
    thread.start()

    @plugin.pre_request(API)
    def handler(event: PreRequest) -> None:
        begin.set()
        assert done.wait(10)

    Client(plugin).send(traced(1))
    thread.join()
    assert traces(log) == [None]


def test_tasks_and_threads_of_asyncio_have_the_trace(plugin: Plugin, log: Log) -> None:
    @plugin.pre_request(API)
    async def handler(event: PreRequest) -> None:
        await asyncio.to_thread(event.logger.info, "thread")
        await asyncio.get_running_loop().run_in_executor(None, event.logger.info, "executor")
        await asyncio.create_task(asyncio.to_thread(event.logger.info, "task"))

    client = Client(plugin)
    for number in (1, 2):
        client.send(traced(number))
        assert traces(log) == [number] * 3
