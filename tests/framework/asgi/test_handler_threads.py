from __future__ import annotations

import threading

import pytest

from biot_plugin.asgi.handler_threads import HandlerThreads
from biot_plugin.asgi.refusals import Overloaded


def fail() -> int:
    raise SystemExit


def test_what_a_call_raises_is_its_result_and_the_thread_goes_on() -> None:
    threads: HandlerThreads[int] = HandlerThreads(1, 1)
    with pytest.raises(SystemExit):
        threads.submit(fail).future.result(30)
    assert threads.submit(lambda: 7).future.result(30) == 7
    threads.close()


def test_only_as_many_threads_are_started_as_calls_need() -> None:
    threads: HandlerThreads[int] = HandlerThreads(8, 8)
    idents = {threads.submit(threading.get_ident).future.result(30) for _ in range(20)}
    assert len(idents) == 1
    threads.close()


def test_a_thread_is_free_before_its_result_is_seen() -> None:
    threads: HandlerThreads[int] = HandlerThreads(1, 0)
    assert [threads.submit(lambda: 7).future.result(30) for _ in range(200)] == [7] * 200
    threads.close()


def test_what_has_ended_is_not_abandoned() -> None:
    threads: HandlerThreads[int] = HandlerThreads(1, 0)
    job = threads.submit(lambda: 7)
    job.future.result(30)
    assert threads.abandon(job)
    assert threads.submit(lambda: 8).future.result(30) == 8
    threads.close()


def test_what_is_abandoned_after_the_end_starts_no_thread() -> None:
    threads: HandlerThreads[bool] = HandlerThreads(1, 0)
    go_on, inside = threading.Event(), threading.Event()

    def wait() -> bool:
        inside.set()
        return go_on.wait(30)

    job = threads.submit(wait)
    assert inside.wait(30)
    threads.close()
    before = threading.active_count()
    assert threads.abandon(job)
    assert threading.active_count() == before
    go_on.set()
    assert job.future.result(30)


def test_it_can_be_used_again_after_its_end() -> None:
    threads: HandlerThreads[int] = HandlerThreads(1, 0)
    for _ in range(2):
        assert threads.submit(lambda: 7).future.result(30) == 7
        threads.close()


def test_no_more_calls_are_accepted_than_run_and_wait() -> None:
    threads: HandlerThreads[bool] = HandlerThreads(2, 3)
    go_on = threading.Event()
    jobs = [threads.submit(lambda: go_on.wait(30)) for _ in range(5)]
    with pytest.raises(Overloaded):
        threads.submit(lambda: True)
    assert jobs[4].future.cancel()
    with pytest.raises(Overloaded):
        threads.submit(lambda: True)  # What was cancelled has its place until a thread sees it, and so has its body.
    go_on.set()
    assert all(job.future.result(30) for job in jobs[:4])
    threads.close()
