"""Which invocation makes a call."""

from __future__ import annotations

from biot_emulator.api.call import Caller
from biot_emulator.invocations.summaries import InvocationSummary
from biot_emulator.timelines.running import RunningInvocations


def invocation(service: str | None, trace: str | None, call: str = "c") -> InvocationSummary:
    return InvocationSummary("Plugin-a", "PRE_REQUEST", None, trace, call, service)


def caller(id: str, type: str = "SERVICE_EXTERNAL") -> Caller:
    return Caller(id, type, "here", frozenset())


def made(running: RunningInvocations, by: Caller | None, trace: str = "t") -> tuple[str, bool] | None:
    made_by = running.maker(by, trace)
    return (made_by.invocation_id, made_by.certain) if made_by else None


def test_it_is_the_one_of_the_plugin_in_the_trace_of_the_call() -> None:
    running = RunningInvocations()
    mine, others, elsewhere = invocation("one", "t"), invocation("two", "t"), invocation("one", "u")
    for begun in (mine, others, elsewhere):
        running.update(begun)
    assert made(running, caller("one")) == (mine.id, True)
    assert made(running, caller("one"), "u") == (elsewhere.id, True)
    assert made(running, caller("two")) == (others.id, True)
    # A plugin that does not pass the trace on has made it in any of those that go on.
    assert made(running, caller("one"), "new") == (elsewhere.id, False)
    assert made(running, caller("two"), "new") == (others.id, True)
    mine.pending = False
    running.update(mine)
    assert made(running, caller("one")) == (elsewhere.id, True)
    for ended in (others, elsewhere):
        ended.pending = False
        running.update(ended)
        running.update(ended)
    assert made(running, caller("one")) is None
    assert (running._by_service, running._by_trace) == ({}, {})


def test_a_login_is_found_by_its_trace_and_people_make_their_own_calls() -> None:
    running = RunningInvocations()
    begun = invocation("one", "t")
    running.update(begun)
    assert made(running, None) == (begun.id, True)
    assert made(running, None, "new") is None
    assert made(running, caller("one", "USER")) is None


def test_a_plugin_elsewhere_is_found_by_its_trace() -> None:
    running = RunningInvocations()
    elsewhere, here = invocation(None, "t"), invocation("one", "t")
    running.update(elsewhere)
    running.update(here)
    assert made(running, caller("nobody-knows")) == (elsewhere.id, True)
    assert made(running, caller("nobody-knows"), "new") is None


def test_of_several_that_go_on_at_once_in_one_trace_it_is_said_that_it_is_uncertain() -> None:
    running = RunningInvocations()
    first, second = invocation("one", "t"), invocation("one", "t")
    running.update(first)
    running.update(second)
    assert made(running, caller("one")) == (second.id, False)
    scheduled = invocation("two", None)
    running.update(scheduled)
    assert made(running, caller("two")) == (scheduled.id, True)
