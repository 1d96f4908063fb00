"""Calls while they happen and afterwards: as many as there is room for, without secrets, whatever becomes of them."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, strategies as st

from biot_emulator.api.call import Call, Caller, FormPart
from biot_emulator.api.errors import AccessDenied
from biot_emulator.api.response import ApiResponse
from biot_emulator.api.route import Route
from biot_emulator.invocations.summaries import InvocationSummary
from biot_emulator.state.clock import Clock
from biot_emulator.timelines import stored_calls
from biot_emulator.timelines.filters import CallFilter
from biot_emulator.timelines.history import CallHistory
from biot_emulator.timelines.recorded_calls import CallKind, Outcome, RecordedCall, Sent

ADA = Caller("ada", "USER", "here", frozenset())
TOKEN = "eyJhbGciOiJSUzUxMiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl"


@pytest.fixture
def calls() -> CallHistory:
    return CallHistory(Clock())


def begin(calls: CallHistory, path: str = "/a/v1/b", **sent: Any) -> Call:
    request = Sent("POST", path, **sent)
    id = calls.begin(CallKind.API, request, trace_id="t")
    return Call("POST", path, content=request.content, trace_id="t", id=id)


def admit(calls: CallHistory, call: Call, template: str = "/a/v1/b", **variables: str) -> Call:
    admitted = call._replace(caller=ADA, variables=variables)
    calls.admitted(admitted, Route("POST", template, lambda _: ApiResponse(200)))
    return admitted


def recorded(calls: CallHistory, call: Call) -> RecordedCall:
    record = calls.read(call.id)
    assert record
    return record


def numbers(calls: CallHistory) -> list[int]:
    return [record.number for record in calls.find(limit=100)[0]]


def test_a_call_is_there_from_its_first_byte_on_and_with_its_body_before_anything_is_done(calls: CallHistory) -> None:
    call = begin(calls, headers={"authorization": f"Bearer {TOKEN}", "accept": "x"})
    record = recorded(calls, call)
    assert (record.pending, record.answered, record.failed, record.caller) == (True, False, False, None)
    admit(calls, call)
    calls.received(call._replace(content=b'{"a":  1}'))
    record = recorded(calls, call)
    assert record.caller == ADA
    assert record.sent
    assert record.sent.content == b'{"a":  1}'
    assert record.sent.headers == {"authorization": "<hidden>", "accept": "x"}
    calls.finish(call.id, 201, {}, b'{"b": 2}')
    record = recorded(calls, call)
    assert (record.pending, record.status_code, record.response) == (False, 201, b'{"b": 2}')
    assert record.duration_ms


def test_the_api_is_a_step_whether_it_responds_or_refuses(calls: CallHistory) -> None:
    def refuse(_: Call) -> ApiResponse:
        raise AccessDenied("no")

    call = admit(calls, begin(calls))
    route = Route("POST", "/a/v1/b", refuse)
    assert calls.handle(call, route, lambda _: ApiResponse(204)).status_code == 204
    with pytest.raises(AccessDenied):
        calls.handle(call, route, refuse)
    steps = recorded(calls, call).steps
    assert [(step.kind, step.status_code, step.pending) for step in steps] == [("API", 204, False), ("API", 403, False)]


def test_an_invocation_is_a_step_of_its_call_while_it_runs_and_afterwards(calls: CallHistory) -> None:
    call = admit(calls, begin(calls))
    invocation = InvocationSummary("Plugin-a", "PRE_REQUEST", "POST/a/v1/b", "t", call.id, "service")
    calls.observe(invocation)
    [step] = recorded(calls, call).steps
    assert (step.pending, step.failed, recorded(calls, call).summary()["hooks"]) == (True, False, ["PRE_REQUEST"])
    invocation.end({"statusCode": 502, "error": {"type": "Sandbox.Timedout"}})
    calls.observe(invocation)
    calls.conclude(call.id, Outcome.IGNORED, "it ended with Sandbox.Timedout")
    calls.conclude(call.id, Outcome.PASSED)  # it is concluded already
    [step] = recorded(calls, call).steps
    assert (step.pending, step.failed, step.outcome) == (False, True, Outcome.IGNORED)
    calls.finish(call.id, 200, {}, b"")
    assert recorded(calls, call).failed


def test_a_call_goes_on_as_long_as_what_it_caused(calls: CallHistory) -> None:
    call = admit(calls, begin(calls))
    calls.finish(call.id, 200, {}, b"")
    notification = InvocationSummary("Plugin-a", "NOTIFICATION", "patient _create", "t", call.id)
    calls.observe(notification)
    assert recorded(calls, call).pending
    notification.end({"statusCode": 200})
    calls.observe(notification)
    assert not recorded(calls, call).pending
    calls.miss(call.id, InvocationSummary("Plugin-b", "NOTIFICATION"), "too many wait")
    lost = recorded(calls, call).steps[-1]
    assert (lost.outcome, lost.reason, lost.pending, lost.failed) == (Outcome.LOST, "too many wait", False, True)


def test_what_a_plugin_calls_is_tied_to_its_invocation(calls: CallHistory) -> None:
    call = admit(calls, begin(calls))
    invocation = InvocationSummary("Plugin-a", "PRE_REQUEST", None, "t", call.id, "service")
    calls.observe(invocation)
    own = begin(calls)
    plugin = Caller("service", "SERVICE_EXTERNAL", "here", frozenset())
    calls.admitted(own._replace(caller=plugin), Route("GET", "/a/v1/b", lambda _: ApiResponse(200)))
    made_by = recorded(calls, own).made_by
    assert made_by
    assert (made_by.call_id, made_by.invocation_id, made_by.certain) == (call.id, invocation.id, True)
    assert recorded(calls, call).steps[0].calls == (own.id,)
    assert [record.id for record in calls.find(CallFilter(roots=True))[0]] == [call.id]
    # Whoever calls with the same trace meanwhile is no plugin.
    other = admit(calls, begin(calls))
    assert recorded(calls, other).made_by is None


def test_a_lost_call_says_why(calls: CallHistory) -> None:
    call = begin(calls)
    calls.lose(call.id, "the caller was gone")
    record = recorded(calls, call)
    assert (record.lost, record.pending, record.failed) == ("the caller was gone", False, True)
    with pytest.raises(ZeroDivisionError), calls.ending(begin(calls).id):
        raise ZeroDivisionError
    assert recorded(calls, calls_last(calls)).lost == "The emulator could not finish it: ZeroDivisionError"


def calls_last(calls: CallHistory) -> Call:
    return Call("GET", "/", id=calls.find(limit=1)[0][0].id)


@pytest.mark.parametrize(
    "body",
    [
        b'{"password": "hush hush"}',
        b'{"a": {"refreshToken": "hush hush"}}',
        b'{"p\\u0061ssword": "hush hush"}',
        b'{"text": "password=hush%20hush&x"}',
        b"secret=hush%20hush",
        b'{"apiKey": ["hush hush"]}',
        b'[{"url": "https://ada:hush%20hush@example.com"}]',
        b'{"PassWord": "hush hush"}',
    ],
)
def test_a_body_with_a_secret_is_recorded_without_it_and_not_as_it_came(calls: CallHistory, body: bytes) -> None:
    call = admit(calls, begin(calls))
    calls.received(call._replace(content=body))
    calls.finish(call.id, 200, {"set-cookie": "hush hush", "location": "/x"}, b'{"echo": "hush hush", "more": 1}')
    record = recorded(calls, call)
    assert record.sent
    assert b"hush" not in record.sent.content
    assert b"<hidden>" in record.sent.content
    assert record.sent.withheld
    assert record.response_headers == {"set-cookie": "<hidden>", "location": "/x"}
    assert b'"more"' in record.response


def test_a_response_with_a_token_is_recorded_without_it(calls: CallHistory) -> None:
    call = admit(calls, begin(calls, content=b"{}"))
    calls.finish(call.id, 200, {}, b'{"accessJwt": {"token": "%s"}, "note": "%s"}' % (TOKEN.encode(), TOKEN.encode()))
    record = recorded(calls, call)
    assert b"eyJ" not in record.response
    assert record.sent
    assert (record.sent.content, record.sent.withheld) == (b"{}", None)


@given(st.binary(max_size=200))
def test_a_body_without_a_secret_is_recorded_as_it_came(content: bytes) -> None:
    calls = CallHistory(Clock())
    call = admit(calls, begin(calls))
    calls.received(call._replace(content=content))
    calls.finish(call.id, 200, {}, content)
    record = recorded(calls, call)
    assert record.sent
    assert record.sent.withheld or (record.sent.content == content == record.response)


def test_forms_and_large_bodies_are_recorded_by_their_sizes(calls: CallHistory) -> None:
    form = admit(calls, begin(calls))
    calls.received(form._replace(form={"code": FormPart(b"12345", "a.zip")}))
    record = recorded(calls, form)
    assert record.sent
    assert (record.sent.parts, bool(record.sent.withheld)) == ((("code", "a.zip", 5),), True)
    large = admit(calls, begin(calls))
    calls.received(large._replace(content=b"x" * 300_000))
    calls.finish(large.id, 200, {}, b"y" * 300_000)
    record = recorded(calls, large)
    assert record.sent
    assert (record.sent.content, record.response) == (b"", b"")
    assert "300000 bytes" in str(record.sent.withheld)
    assert "300000 bytes" in str(record.response_withheld)


def test_a_path_is_recorded_without_what_its_api_calls_a_secret_and_with_all_else(calls: CallHistory) -> None:
    random = "Zx81qW7pL0vB3nM5"
    unknown = begin(calls, f"/a/v1/b/{random}", query="token=abc123&x=1")
    record = recorded(calls, unknown)
    assert record.sent
    assert record.sent.address == "/a/v1/b/<hidden>?token=<hidden>&x=1"
    assert record.sent.hidden == ("path", "query")
    device = admit(calls, begin(calls, f"/a/v1/b/{random}"), "/a/v1/b/{id}", id=random)
    assert recorded(calls, device).summary()["address"] == f"/a/v1/b/{random}"
    token = admit(calls, begin(calls, "/a/v1/tokens/123"), "/a/v1/tokens/{token}", token="123")
    assert recorded(calls, token).summary()["address"] == "/a/v1/tokens/<hidden>"
    address = "/_functions/g4cg1bktqo2qfyjbs67vo7h6tf2ppjsh"
    for path, shown in (("", ""), ("/", "/"), ("/x y", "/x%20y"), (f"/a/{random}/b", "/a/<hidden>/b")):
        assert recorded(calls, begin(calls, address + path)).summary()["address"] == address + shown


def test_the_oldest_are_forgotten_by_number_and_by_size(calls: CallHistory, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stored_calls, "_MAX_CALLS", 3)
    monkeypatch.setattr(stored_calls, "_MAX_BYTES", 20_000)
    first, *_ = [admit(calls, begin(calls)) for _ in range(5)]
    assert numbers(calls) == [5, 4, 3]
    large = admit(calls, begin(calls))
    calls.received(large._replace(content=b"x" * 16_000))
    assert numbers(calls) == [6, 5]
    calls.finish(large.id, 200, {}, b"x" * 50_000)
    assert numbers(calls) == [6]
    # Nothing comes of what happens to those that are forgotten.
    calls.received(first._replace(content=b"x"))
    calls.finish(first.id, 200, {}, b"x")
    calls.lose(first.id, "why")
    calls.conclude(first.id, Outcome.PASSED)
    route = Route("GET", "/", lambda _: ApiResponse(200))
    assert calls.handle(first, route, route.handler).status_code == 200
    assert numbers(calls) == [6]
    calls.clear()
    assert numbers(calls) == []
    assert calls._calls.size == 0


def test_whoever_has_no_token_does_not_push_out_the_calls_of_others(
    calls: CallHistory, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stored_calls, "_MAX_ANONYMOUS", 2)
    admit(calls, begin(calls))
    for _ in range(5):
        calls.finish(begin(calls).id, 401, {}, b"")
    assert numbers(calls) == [6, 5, 1]


def test_calls_are_found_page_by_page_and_by_what_they_have_in_common(calls: CallHistory) -> None:
    for number in range(6):
        call = admit(calls, begin(calls))
        kind = "PRE_REQUEST" if number % 2 else "NOTIFICATION"
        invocation = InvocationSummary(f"Plugin-{number % 3}", kind, "POST/a", "t", call.id)
        calls.observe(invocation)
        if number:
            invocation.end({"statusCode": 200})
            calls.finish(call.id, 200 + 100 * (number % 4), {}, b"")

    def found(**filter: Any) -> list[int]:
        return [record.number for record in calls.find(CallFilter(**filter))[0]]

    first, following = calls.find(limit=4)
    assert [record.number for record in first] == [6, 5, 4, 3]
    second, end = calls.find(limit=4, before=following)
    assert ([record.number for record in second], end) == ([2, 1], None)
    assert found(plugin="Plugin-0") == [4, 1]
    assert found(hook="PRE_REQUEST") == [6, 4, 2]
    assert found(hook="POST/a", plugin="Plugin-1") == [5, 2]
    assert found(hook="PRE_REQUEST", plugin="Plugin-1") == [2]
    assert found(status="200") == [5]
    assert found(status="3xx") == [6, 2]
    assert found(status="pending") == [1]
    assert found(status="failed") == [4, 3]
    assert found(trace="t") == [6, 5, 4, 3, 2, 1]
    assert found(trace="other") == []
    assert found(kind="URL") == []
    assert calls.find(limit=100, before=1) == ([], None)


def test_what_is_sent_again_is_linked_in_both_directions(calls: CallHistory) -> None:
    call = begin(calls)
    again = calls.begin(CallKind.API, Sent("POST", "/a/v1/b"), resent_from=call.id)
    assert recorded(calls, call).resent_as == (again,)
    record = calls.get(again)
    assert record
    assert record.resent_from == call.id


def test_the_code_of_a_log_in_is_a_secret_and_the_code_of_an_error_is_none(calls: CallHistory) -> None:
    call = begin(calls, "/ums/v2/users/otp/login")
    calls.admitted(call, Route("POST", "/ums/v2/users/otp/login", lambda _: ApiResponse(200), public=True))
    calls.received(call._replace(content=b'{"requestId": "1", "code": "123456"}'))
    calls.finish(call.id, 403, {}, b'{"code": "LOGIN_FAILED"}')
    record = recorded(calls, call)
    assert record.sent
    assert b"123456" not in record.sent.content
    assert record.response == b'{"code": "LOGIN_FAILED"}'


def test_a_call_that_is_lost_has_no_secrets_either(calls: CallHistory) -> None:
    call = admit(calls, begin(calls))
    calls.received(call._replace(content=b'{"password": "hush hush"}'))
    calls.lose(call.id, "why")
    record = recorded(calls, call)
    assert record.sent
    assert (record.sent.content, bool(record.sent.withheld)) == (b'{"password":"<hidden>"}', True)


@pytest.mark.parametrize(("status", "tied"), [(200, True), (403, False)])
def test_the_log_in_of_a_plugin_that_starts_is_tied_to_its_invocation(
    calls: CallHistory, status: int, tied: bool
) -> None:
    """It knows no trace yet; whoever is refused may have been anybody."""
    starting = InvocationSummary("Plugin-a", "PRE_REQUEST", None, "t", admit(calls, begin(calls)).id, "service")
    calls.observe(starting)
    path = "/ums/v2/services/accessToken"
    id = calls.begin(CallKind.API, Sent("POST", path), trace_id="new")
    call = Call("POST", path, content=b'{"id": "service", "secretKey": "hush"}', trace_id="new", id=id)
    calls.admitted(call, Route("POST", path, lambda _: ApiResponse(200), public=True))
    calls.received(call)
    calls.finish(id, status, {}, b"{}")
    made_by = recorded(calls, call).made_by
    assert (made_by is not None and made_by.invocation_id == starting.id) == tied
    assert [step.calls for step in recorded(calls, Call("", "", id=starting.call_id or "")).steps] == [
        (id,) if tied else ()
    ]


def test_a_call_that_goes_on_is_read_without_its_secrets_and_goes_on_with_them(calls: CallHistory) -> None:
    call = admit(calls, begin(calls))
    calls.received(call._replace(content=b'{"password": "hush hush"}'))
    read = recorded(calls, call)
    assert read.sent
    assert (b"hush" in read.sent.content, read.pending) == (False, True)
    # What is known of the request is hidden in the response, too.
    calls.finish(call.id, 200, {}, b'{"echo": "hush hush"}')
    assert b"hush" not in recorded(calls, call).response
    assert recorded(calls, call) is calls.get(call.id)


def test_the_secrets_of_a_log_in_are_not_there_for_a_moment_after_its_end(calls: CallHistory) -> None:
    call = begin(calls, "/ums/v2/users/login")
    calls.admitted(call, Route("POST", "/ums/v2/users/login", lambda _: ApiResponse(200), public=True))
    calls.received(call._replace(content=b'{"password": "hush hush"}'))
    calls.finish(call.id, 200, {}, b'{"accessJwt": {"token": "%s"}}' % TOKEN.encode())
    record = calls.get(call.id)
    assert record
    assert record.sent
    assert b"hush" not in record.sent.content
    assert b"eyJ" not in record.response


def test_a_caller_is_recorded_without_all_that_it_may_do(calls: CallHistory) -> None:
    """Each call has a set of hundreds of scopes."""
    records = []
    for _ in range(2):
        call = begin(calls)
        caller = ADA._replace(permissions=frozenset({"A", "B"}), session_id="s")
        calls.admitted(call._replace(caller=caller), Route("GET", "/", lambda _: ApiResponse(200)))
        records.append(recorded(calls, call))
    first, second = records
    assert first.caller is second.caller
    assert first.caller == Caller("ada", "USER", "here", frozenset(), session_id="s")


def test_the_headers_of_responses_take_room_too(calls: CallHistory, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stored_calls, "_MAX_BYTES", 1_000_000)
    for _ in range(20):
        call = admit(calls, begin(calls))
        calls.finish(call.id, 200, {"x-a": "a" * 100_000}, b"")
    assert len(numbers(calls)) < 10


def test_a_query_is_recorded_without_secrets(calls: CallHistory) -> None:
    record = recorded(calls, begin(calls, query="pwd=correct-horse&a=1"))
    assert record.sent
    assert (record.sent.query, record.sent.hidden) == ("pwd=<hidden>&a=1", ("query",))
