from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from biot_plugin import (
    AccessDenied,
    ApiError,
    BadRequest,
    Conflict,
    LoginFailed,
    NotConfigured,
    NotFound,
    PlatformFailed,
    PlatformTimeout,
    PlatformUnreachable,
    Plugin,
    TokenRefused,
    TooManyRequests,
    UnexpectedAnswer,
)
from biot_plugin._time_limit import TimeLimit
from biot_plugin.testing import Context, events
from tests.framework.platform_server import (
    SECRET,
    SERVICE_ID,
    Behaviour,
    Exchange,
    PlatformServer,
    drip,
    error,
    half,
    html,
    late,
    ok,
)

PATIENTS = "/organization/v1/users/patients"
API = f"POST{PATIENTS}"
TRACE = "00-0123456789abcdef0123456789abcdef-0123456789abcdef-01"
Do = Callable[[Any], object]


@pytest.fixture
def platform(monkeypatch: pytest.MonkeyPatch) -> Iterator[PlatformServer]:
    server = PlatformServer()
    monkeypatch.setenv("BIOT_BASE_URL", server.base_url)
    monkeypatch.setenv("BIOT_SERVICE_USER_ID", SERVICE_ID)
    monkeypatch.setenv("BIOT_SERVICE_USER_SECRET_KEY", SECRET)
    monkeypatch.setenv("BIOT_SHOULD_VALIDATE_JWT", "false")
    yield server
    server.close()


class Run:
    """Runs pieces of handlers in one plugin, and gives what they return or raise, and the reply."""

    def __init__(self) -> None:
        self.plugin = Plugin()
        self.result: Any = None
        self.left = 0
        self._do: Do = lambda event: None
        self.plugin.pre_request(API)(self._handle)

    def _handle(self, event: Any) -> None:
        try:
            self.result = self._do(event)
        except Exception as error:
            self.result = error
            raise
        finally:
            self.left = event.context.get_remaining_time_in_millis()

    def __call__(self, do: Do, timeout: float = 10, **event: Any) -> dict[str, Any]:
        self._do, self.result = do, None
        return self.plugin.handler(events.pre_request(API, **event), Context(timeout))


@pytest.fixture
def plugin(platform: PlatformServer) -> Iterator[Plugin]:
    plugin = Plugin()
    yield plugin
    plugin.platform.close()


@pytest.fixture
def run(platform: PlatformServer) -> Iterator[Run]:
    run = Run()
    yield run
    run.plugin.platform.close()


def get(event: Any) -> object:
    return event.biot.get(f"{PATIENTS}/7")


def patch(event: Any) -> object:
    return event.biot.patch(f"{PATIENTS}/7", json={"mrn": "8"})


def test_a_call_has_what_the_firewall_and_the_trace_want(platform: PlatformServer, run: Run) -> None:
    run(patch, envelope={"headers": {"traceparent": TRACE}})
    [call], [login] = platform.received, platform.logins
    assert (call.method, call.path, call.json) == ("PATCH", f"{PATIENTS}/7", {"mrn": "8"})
    for one in (call, login):
        assert {"accept", "content-type", "content-length", "host", "user-agent"} <= set(one.headers)
        assert one.headers["traceparent"] == TRACE
        assert "allow-interception" not in one.headers
    assert call.headers["authorization"] == "Bearer token-1"
    assert "authorization" not in login.headers
    assert run.result == {"method": "PATCH"}


def test_every_method_is_there(platform: PlatformServer, run: Run) -> None:
    def all_of_them(event: Any) -> object:
        biot = event.biot
        return [
            biot.get("/a", query={"includeReferencers": True, "id": ["1", 2]}),
            biot.get("/a?x=1 2", query={"y": "é&"}),
            biot.post("/a", json={"b": 1}),
            biot.put("/a/ö", json=[1]),
            biot.patch("/a", json={}),
            biot.delete("/a", allow_interception=True, headers={"Accept-Language": "de"}),
        ]

    run(all_of_them)
    assert [one["method"] for one in run.result] == ["GET", "GET", "POST", "PUT", "PATCH", "DELETE"]
    paths = [one.path for one in platform.received]
    assert paths[:2] == ["/a?includeReferencers=true&id=1&id=2", "/a?x=1%202&y=%C3%A9%26"]
    assert paths[3] == "/a/%C3%B6"
    assert [one.content for one in platform.received] == [b"", b"", b'{"b":1}', b"[1]", b"{}", b""]
    assert [one.headers.get("allow-interception") for one in platform.received] == [None] * 5 + ["1"]
    assert platform.received[-1].headers["accept-language"] == "de"


def test_calls_share_a_connection_and_a_token(platform: PlatformServer, run: Run) -> None:
    for _ in range(20):
        run(get)
    assert (len(platform.received), len(platform.logins), platform.connections) == (20, 1, 1)


def test_a_connection_that_was_closed_meanwhile_is_not_used(platform: PlatformServer, run: Run) -> None:
    closed = threading.Semaphore(0)

    def closing(exchange: Exchange) -> None:
        ok(exchange)
        exchange.break_off()
        closed.release()

    platform.behaves(closing)
    for _ in range(5):
        run(patch)
        closed.acquire()
        assert run.result == {"method": "PATCH"}
    assert len(platform.received) == 5


@pytest.mark.parametrize(
    "path",
    [
        "https://elsewhere.example.com/a",
        "//elsewhere.example.com/a",
        "a",
        "/a/../b",
        "/a/%2e%2E/b",
        "/a/.%2e%2fb",
        "/a/x%5c..%5Cb",
        "/a/x\\..\\b",
        "/a/%252e%252e/b",
        "/a/..;v=1/b",
        "/a/..%3fx=1",
        "/a/%2e",
    ],
)
def test_a_path_leads_nowhere_else(platform: PlatformServer, run: Run, path: str) -> None:
    assert run(lambda event: event.biot.get(path))["statusCode"] == 500
    assert isinstance(run.result, ValueError)
    assert repr(path.partition("?")[0]) in str(run.result)
    assert platform.received == []


@pytest.mark.parametrize("path", ["/a/%2Fb", "/a/b%5Cc", "/a/..b/.c/d../...", "/a/50%", "/a/1.2;v=..x"])
def test_a_path_that_only_looks_odd_is_asked_for(platform: PlatformServer, run: Run, path: str) -> None:
    run(lambda event: event.biot.get(path))
    assert [one.path for one in platform.received] == [path]


def test_the_token_is_the_plugins_own(platform: PlatformServer, run: Run) -> None:
    run(lambda event: event.biot.get("/a", headers={"Authorization": "Bearer of-somebody"}))
    assert isinstance(run.result, ValueError)
    assert platform.received == []


FRAMING = (
    "Host",
    "Content-Length",
    "Transfer-Encoding",
    "transfer-encoding ",
    "Connection",
    "TE",
    "Trailer",
    "Upgrade",
)


@pytest.mark.parametrize(
    "name", [*FRAMING, "Keep-Alive", "Proxy-Authorization", "proxy-connection", "Expect", "Accept-Encoding"]
)
def test_what_frames_a_request_is_the_connections_own(platform: PlatformServer, run: Run, name: str) -> None:
    run(lambda event: event.biot.post("/a", json={}, headers={name: "chunked"}))
    assert isinstance(run.result, ValueError)
    assert str(run.result) == f"the header {name.strip().lower()} is the connection's own: leave it out"
    assert platform.received == []


@pytest.mark.parametrize(
    ("name", "value"),
    [("x-a", "1\r\nx-b: 2"), ("x-a", "1\n 2"), ("x-a", "\u017c"), ("x-a", None), ("x-a", 5), ("x a", "1"), ("", "1")],
)
def test_a_header_that_cannot_be_sent_is_a_mistake(
    platform: PlatformServer, run: Run, name: str, value: Any, log: Callable[[], list[dict[str, Any]]]
) -> None:
    run(lambda event: event.biot.get("/a", headers={name: value}))
    assert isinstance(run.result, ValueError)
    assert str(run.result) == f"the header {name!r} cannot be sent: a name is a word, a value one line of Latin-1 text"
    assert platform.logins == []
    assert "x-b" not in json.dumps(log()), "what it says may be somebody's"


def test_no_header_is_sent_twice(platform: PlatformServer, run: Run) -> None:
    run(
        lambda event: event.biot.post(
            "/a", json={}, headers={"Accept": "text/csv", "X-Mine": "\u00e9\t1", "Hostess": "2"}
        )
    )
    [call] = platform.received
    assert (call.headers["accept"], call.headers["x-mine"], call.headers["hostess"]) == ("text/csv", "\u00e9\t1", "2")
    assert sorted(call.names) == sorted(call.headers)


def test_a_query_leaves_out_what_has_no_value(platform: PlatformServer, run: Run) -> None:
    query = {"a": None, "b": "", "c": [], "d": [1, None, True], "e": ("x", 2.5), "f": [None]}
    run(lambda event: event.biot.get("/a", query=query))
    run(lambda event: event.biot.get("/a", query={"a": None}))
    assert [one.path for one in platform.received] == ["/a?b=&d=1&d=true&e=x&e=2.5", "/a"]


@pytest.mark.parametrize("value", [{"eq": 1}, b"1", [b"1"], object()])
def test_a_query_value_that_cannot_be_written_is_a_mistake(platform: PlatformServer, run: Run, value: object) -> None:
    run(lambda event: event.biot.get("/a", query={"when": value}))
    assert isinstance(run.result, TypeError)
    assert str(run.result).startswith("the query parameter when is a ")
    assert str(run.result).endswith(": give a text, a number, a bool, None, or a list of them")
    assert platform.received == []


def test_an_empty_answer_is_none(platform: PlatformServer, run: Run) -> None:
    platform.behaves(lambda exchange: exchange.answer(204))
    assert run(lambda event: event.biot.delete("/a"))["statusCode"] == 200
    assert run.result is None


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (400, BadRequest),
        (403, AccessDenied),
        (404, NotFound),
        (409, Conflict),
        (418, ApiError),
        (429, TooManyRequests),
        (500, PlatformFailed),
        (503, PlatformFailed),
    ],
)
def test_an_error_has_what_the_platform_said_and_becomes_the_reply(
    platform: PlatformServer, run: Run, status: int, kind: type[ApiError], log: Callable[[], list[dict[str, Any]]]
) -> None:
    platform.behaves(error(status, "SOME_CODE", details={"id": "7"}, stackTrace="at com.biotmed"))
    trace_id = "0123456789abcdef0123456789abcdef"
    reply = run(patch, envelope={"headers": {"traceparent": f"00-{trace_id}-0123456789abcdef-01"}})
    assert type(run.result) is kind
    assert (run.result.status, run.result.code, run.result.trace_id) == (status, "SOME_CODE", "f" * 32)
    assert (run.result.message, run.result.details) == ("About [ada@example.com]", {"id": "7"})
    assert str(run.result) == f"PATCH {PATIENTS}/7: answered {status} SOME_CODE"
    assert reply["statusCode"] == status
    assert json.loads(reply["body"]) == {
        "code": "SOME_CODE",
        "message": "About [ada@example.com]",
        "serviceName": "Demo Plugin",
        "traceId": trace_id,
        "environment": "test",
        "details": {"id": "7"},
    }
    written = json.dumps(log())
    assert "SOME_CODE" in written
    assert "ada@example.com" not in written


def test_a_status_that_is_none_is_not_passed_on(platform: PlatformServer, run: Run) -> None:
    platform.behaves(error(999, "SOME_CODE"))
    reply = run(patch)
    assert type(run.result) is PlatformFailed
    assert (reply["statusCode"], json.loads(reply["body"])["code"]) == (500, "CALL_TO_API_FAILED")


def test_whoever_may_call_without_a_token_is_not_told_what_the_platform_said(
    platform: PlatformServer, plugin: Plugin
) -> None:
    plugin.endpoint(public=True)(lambda event: event.biot.get("/a"))
    platform.behaves(error(404, "USER_NOT_FOUND"))
    reply = plugin.handler(events.direct(token=None), Context())
    assert (reply["statusCode"], json.loads(reply["body"])["code"]) == (500, "CALL_TO_API_FAILED")
    assert "ada@" not in reply["body"]


def slow(platform: PlatformServer) -> Behaviour:
    return late(10, platform)


FAULTS: list[Any] = [
    # what the platform does, the call, what the handler sees, how often it was asked, the reply
    pytest.param(slow, get, PlatformTimeout, 1, (504, "GATEWAY_TIMEOUT"), id="slow by 10 s, read"),
    pytest.param(slow, patch, PlatformTimeout, 1, (504, "GATEWAY_TIMEOUT"), id="slow by 10 s, change"),
    pytest.param(lambda _: drip, get, PlatformTimeout, 1, (504, "GATEWAY_TIMEOUT"), id="a byte now and then"),
    pytest.param(lambda _: error(429, "TOO_MANY"), patch, TooManyRequests, 4, (429, "TOO_MANY"), id="429"),
    pytest.param(
        lambda _: error(429, "TOO_MANY", headers={"retry_after": "60"}),
        get, TooManyRequests, 1, (429, "TOO_MANY"), id="429 for longer than there is",
    ),
    pytest.param(lambda _: error(500, "ISE"), get, PlatformFailed, 4, (500, "ISE"), id="500, read"),
    pytest.param(lambda _: error(500, "ISE"), patch, PlatformFailed, 1, (500, "ISE"), id="500, change"),
    pytest.param(lambda _: html(200), get, UnexpectedAnswer, 1, (500, "CALL_TO_API_FAILED"), id="HTML"),
    pytest.param(lambda _: html(403), get, AccessDenied, 1, (500, "CALL_TO_API_FAILED"), id="HTML of a firewall"),
    pytest.param(lambda _: html(502), get, PlatformFailed, 4, (500, "CALL_TO_API_FAILED"), id="HTML of a gateway"),
    pytest.param(lambda _: half, get, PlatformUnreachable, 4, (500, "CALL_TO_API_FAILED"), id="half a body, read"),
    pytest.param(lambda _: half, patch, PlatformUnreachable, 1, (500, "CALL_TO_API_FAILED"), id="half a body, change"),
    pytest.param(
        lambda _: lambda exchange: exchange.answer(302, location="https://elsewhere.example.com"),
        get, UnexpectedAnswer, 1, (500, "CALL_TO_API_FAILED"), id="redirect",
    ),
]  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize(("fault", "do", "kind", "times", "answered"), FAULTS)
def test_what_a_handler_sees_of_a_platform_in_trouble(
    platform: PlatformServer,
    run: Run,
    fault: Callable[[PlatformServer], Behaviour],
    do: Do,
    kind: type[Exception],
    times: int,
    answered: tuple[int, str],
) -> None:
    platform.behaves(fault(platform))
    reply = run(do, timeout=3)
    assert type(run.result) is kind
    assert len(platform.received) == times
    assert run.left > 0, "the call outlived the invocation"
    assert (reply["statusCode"], json.loads(reply["body"])["code"]) == answered


@pytest.mark.slow
def test_what_fails_for_a_moment_is_tried_again_where_it_is_safe(platform: PlatformServer, run: Run) -> None:
    for fault in (error(503, "BUSY"), half, error(429, "TOO_MANY", headers={"retry_after": "1"})):
        platform.behaves(fault, ok)
        run(get)
        assert run.result == {"method": "GET"}


class Deletes:
    """Deletes, but does not get round to say so the first time."""

    def __init__(self, said: Behaviour) -> None:
        self._said = said
        self._is_there = True

    def __call__(self, exchange: Exchange) -> None:
        if not self._is_there:
            return error(404, "USER_NOT_FOUND")(exchange)
        self._is_there = False
        return self._said(exchange)


def delete(event: Any) -> object:
    return event.biot.delete(f"{PATIENTS}/7")


def breaks_off(exchange: Exchange) -> None:
    exchange.break_off()


@pytest.mark.parametrize("said", [breaks_off, half, error(500, "ISE"), html(502)])
def test_what_an_earlier_attempt_has_deleted_is_deleted(platform: PlatformServer, run: Run, said: Behaviour) -> None:
    platform.behaves(Deletes(said))
    reply = run(delete)
    assert (reply["statusCode"], run.result, len(platform.received)) == (200, None, 2)
    assert run(delete)["statusCode"] == 404, "another call is told that there is nothing"


@pytest.mark.parametrize(
    ("do", "first"),
    [(delete, error(429, "TOO_MANY")), (get, breaks_off), (lambda event: event.biot.put("/a", json={}), breaks_off)],
)
def test_what_was_not_deleted_is_not_found(platform: PlatformServer, run: Run, do: Do, first: Behaviour) -> None:
    platform.behaves(first, error(404, "USER_NOT_FOUND"))
    run(do)
    assert type(run.result) is NotFound
    assert len(platform.received) == 2


@pytest.mark.slow
def test_a_call_that_may_have_been_carried_out_says_so_also_where_trying_again_reaches_nobody(
    platform: PlatformServer, run: Run
) -> None:
    platform.behaves(lambda exchange: platform.close())
    run(lambda event: event.biot.put("/a", json={}, timeout=1))
    assert isinstance(run.result, PlatformUnreachable)
    assert len(platform.received) == 1
    assert run.result.sent


@pytest.mark.slow
@pytest.mark.parametrize("do", [get, patch])
def test_a_platform_that_is_away_for_5_s_is_waited_for(
    platform: PlatformServer, run: Run, monkeypatch: pytest.MonkeyPatch, do: Do
) -> None:
    port = int(platform.base_url.rpartition(":")[2])
    run(get)
    platform.close()
    back: list[PlatformServer] = []

    def return_() -> None:
        back.append(PlatformServer(port))
        back[0].good_tokens.add("token-1")

    timer = threading.Timer(5, return_)
    timer.start()
    try:
        assert run(do, timeout=3)["statusCode"] == 500
        assert isinstance(run.result, PlatformUnreachable)
        assert not run.result.sent
        assert run.left > 0
        assert run(do, timeout=20)["statusCode"] == 200
    finally:
        timer.join()
        for server in back:
            server.close()


def test_no_call_is_begun_when_no_time_is_left(platform: PlatformServer, run: Run) -> None:
    run(get)
    reply = run(get, timeout=0.4)
    assert type(run.result) is PlatformTimeout
    assert reply["statusCode"] == 504
    assert len(platform.received) == 1


def test_a_call_may_have_less_time_than_the_invocation(platform: PlatformServer, run: Run) -> None:
    platform.behaves(slow(platform))
    run(lambda event: event.biot.get("/a", timeout=0.3), timeout=60)
    assert type(run.result) is PlatformTimeout
    assert run.left > 50_000


def test_it_says_what_is_missing_where_the_platform_is_not(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BIOT_SHOULD_VALIDATE_JWT", "false")
    wanted = {"BIOT_BASE_URL": "ftp://x", "BIOT_SERVICE_USER_ID": SERVICE_ID, "BIOT_SERVICE_USER_SECRET_KEY": SECRET}
    for missing in ("BIOT_BASE_URL", "BIOT_SERVICE_USER_SECRET_KEY", None):
        for name, value in wanted.items():
            monkeypatch.setenv(name, "" if name == missing else value)
        run = Run()
        reply = run(get)
        assert type(run.result) is NotConfigured
        assert (missing or "BIOT_BASE_URL") in str(run.result)
        assert (reply["statusCode"], json.loads(reply["body"])["code"]) == (500, "CALL_TO_API_FAILED")


@pytest.mark.parametrize(("status", "code"), [(403, "LOGIN_FAILED"), (401, "SERVICE_LOCKED")])
def test_a_log_in_that_is_refused_is_the_plugins_own_trouble(
    platform: PlatformServer, run: Run, status: int, code: str
) -> None:
    platform.login_behaviours = [error(status, code)]
    reply = run(get)
    assert type(run.result) is LoginFailed
    assert (run.result.status, run.result.code) == (status, code)
    assert (reply["statusCode"], json.loads(reply["body"])["code"]) == (500, "CALL_TO_API_FAILED")
    assert SECRET not in repr(run.result.__dict__)
    assert run(get)["statusCode"] == 200, "the next call tries again"


@pytest.mark.parametrize(
    "body", [None, [], {"accessToken": "x"}, {"accessToken": "x", "accessTokenExpiration": "soon"}]
)
def test_a_log_in_without_a_token_is_no_log_in(platform: PlatformServer, run: Run, body: object) -> None:
    platform.login_behaviours = [lambda exchange: exchange.answer(200, body)]
    run(get)
    assert type(run.result) is UnexpectedAnswer


def test_the_log_in_is_tried_again_for_a_moment(platform: PlatformServer, run: Run) -> None:
    platform.login_behaviours = [error(503, "BUSY"), half]
    run(patch)
    assert run.result == {"method": "PATCH"}
    assert len(platform.logins) == 3


def test_neither_secret_nor_token_nor_body_is_logged(
    platform: PlatformServer, run: Run, log: Callable[[], list[dict[str, Any]]]
) -> None:
    platform.behaves(error(503, "BUSY"))
    run(get)
    platform.behaves(error(500, "ISE"))
    run(patch)
    written = json.dumps(log())
    assert "trying again" in written
    for secret in (SECRET, "token-1", "ada@example.com", '"mrn"'):
        assert secret not in written


def test_a_revoked_token_is_renewed_once(platform: PlatformServer, run: Run) -> None:
    run(patch)
    for count in (2, 3):
        platform.revoke()
        run(patch)
        assert run.result == {"method": "PATCH"}
        assert len(platform.logins) == count


def test_a_token_that_is_never_good_is_not_renewed_in_a_loop(platform: PlatformServer, run: Run) -> None:
    class Never(set[str]):
        def add(self, element: str) -> None: ...

    platform.good_tokens = Never()
    for _ in range(10):
        reply = run(get)
        assert type(run.result) is TokenRefused
        assert (reply["statusCode"], json.loads(reply["body"])["code"]) == (500, "CALL_TO_API_FAILED")
    assert len(platform.logins) == 2


def test_a_renewed_token_that_is_revoked_is_renewed_though_a_late_call_had_the_old_one(
    platform: PlatformServer, run: Run
) -> None:
    over = threading.Event()

    def overtaking(event: Any) -> object:
        with ThreadPoolExecutor(1) as thread:
            late_one = thread.submit(get, event)
            while not platform.received:
                time.sleep(0.001)
            platform.revoke()
            get(event)
            over.set()
            late_one.result()
        platform.revoke()
        return get(event)

    def slow_one(exchange: Exchange) -> None:
        over.wait(5)
        ok(exchange)

    platform.behaves(slow_one, ok)
    run(overtaking)
    assert run.result == {"method": "GET"}
    assert len(platform.logins) == 3


def test_no_log_in_is_made_ahead_of_time_where_a_call_was_faster(platform: PlatformServer, run: Run) -> None:
    run(get)
    run.plugin.platform.transport().prefetch(TRACE, TimeLimit(5))
    assert len(platform.logins) == 1


def test_a_token_is_renewed_a_minute_before_it_expires(platform: PlatformServer, run: Run) -> None:
    platform.token_seconds = 3600.0
    run(get)
    login: Any = run.plugin.platform.transport()
    token = login._login._token
    assert 3480 < token.good_until - time.time() <= 3540
    login._login._token = token._replace(good_until=time.time() - 0.001)
    run(get)
    assert len(platform.logins) == 2


@pytest.mark.slow
def test_32_threads_on_a_cold_container_log_in_once(platform: PlatformServer, run: Run) -> None:
    barrier = threading.Barrier(32)
    platform.login_seconds = 0.5

    def at_once(event: Any) -> object:
        def one(_: int) -> object:
            barrier.wait()
            return event.biot.get(f"{PATIENTS}/7")

        with ThreadPoolExecutor(32) as threads:
            return list(threads.map(one, range(32)))

    run(at_once)
    assert run.result == [{"method": "GET"}] * 32
    assert len(platform.logins) == 1
    platform.revoke()
    barrier.reset()
    run(at_once)
    assert run.result == [{"method": "GET"}] * 32
    assert len(platform.logins) == 2


@pytest.mark.slow
def test_threads_that_waited_for_a_log_in_share_its_failure(platform: PlatformServer, run: Run) -> None:
    platform.login_seconds = 2
    platform.login_behaviours = [error(403, "LOGIN_FAILED")] * 100
    barrier = threading.Barrier(16)

    def at_once(event: Any) -> object:
        def one(_: int) -> type[BaseException]:
            barrier.wait(20)
            try:
                event.biot.get("/a")
            except LoginFailed as error:
                return type(error)
            raise AssertionError

        with ThreadPoolExecutor(16) as threads:
            return set(threads.map(one, range(16)))

    run(at_once)
    assert run.result == {LoginFailed}
    assert len(platform.logins) <= 2


def test_the_platforms_error_can_be_caught(platform: PlatformServer, run: Run) -> None:
    platform.behaves(error(404, "USER_NOT_FOUND"))

    def forgiving(event: Any) -> object:
        try:
            return event.biot.get("/a")
        except NotFound as missing:
            return missing.code

    assert run(forgiving)["statusCode"] == 200
    assert run.result == "USER_NOT_FOUND"


@pytest.mark.parametrize("is_async", [False, True])
def test_it_works_in_async_handlers(plugin: Plugin, is_async: bool) -> None:
    seen: list[object] = []

    @plugin.scheduled("0 0 * * ? *")
    async def run(event: Any) -> None:
        import asyncio

        seen.append(await asyncio.to_thread(event.biot.get, "/a") if is_async else event.biot.get("/a"))

    assert plugin.handler(events.scheduled(), Context())["statusCode"] == 200
    assert seen == [{"method": "GET"}]


def test_an_sdk_is_told_where_the_platform_is_and_who_calls(platform: PlatformServer, run: Run) -> None:
    class Configuration:
        host = "https://generated.example.com/settings"
        access_token: Any = None

        def get_host_settings(self) -> list[dict[str, str]]:
            return [{"url": "https://generated.example.com/settings"}]

    class ApiClient:
        def __init__(self) -> None:
            self.configuration = Configuration()
            self.headers: dict[str, str] = {}

        def set_default_header(self, name: str, value: str) -> None:
            self.headers[name] = value

    client, configuration = ApiClient(), Configuration()

    def configured(event: Any) -> object:
        for one in (client, configuration):
            assert event.biot.configure(one) is event.biot.configure(one) is one
        return event.traceparent

    run(configured)
    assert client.headers == {"traceparent": run.result}
    assert platform.logins == [], "the token is fetched when the SDK needs it"
    for one in (client.configuration, configuration):
        assert one.host == f"{platform.base_url}/settings"
        assert one.access_token() == "token-1"
    run(lambda event: event.biot.configure(object()))
    assert isinstance(run.result, TypeError)


def test_the_time_that_is_left_is_there_to_be_handed_on(platform: PlatformServer, run: Run) -> None:
    run(lambda event: event.biot.seconds_left, timeout=60)
    assert 30 < run.result <= 59.5
