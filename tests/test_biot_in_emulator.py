"""`event.biot` inside of the platform: plugins in Lambda's runtime client that call back to who called them."""

from __future__ import annotations

import sys
import sysconfig
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest

import biot_plugin
from biot_emulator import Function, Runtime
from biot_emulator.api.errors import BadRequest, TokenNotValid
from biot_emulator.client import Client
from biot_emulator.runtime.worker_pool import Workers
from biot_emulator.security.tokens import TokenIssuer
from biot_emulator.services.ums.authentication import Authentication
from biot_emulator.services.ums.logins import Logins as PlatformLogins
from biot_emulator.testing import Emulator, running
from biot_plugin.testing import events
from tests.emulator.conftest import ADA, PATIENTS, code_zip, interception
from tests.emulators import quick_emulators
from tests.framework.platform_server import (
    SECRET,
    SERVICE_ID,
    Behaviour,
    PlatformServer,
    drip,
    error,
    half,
    html,
    late,
)
from tests.sdks import fetch_sdks
from tests.thoroughness import tries

pytestmark = pytest.mark.slow

#: Where a plugin finds the framework, and what it needs; of a deployed one it is all in the zip.
FRAMEWORK = [str(Path(biot_plugin.__file__).parents[1]), sysconfig.get_path("purelib")]
PATIENT = {"entityTypeName": "patient"}
TOLD = {"notifications": [{**PATIENT, "actionName": "_create"}]}
ECHO = "def handler(event, context): return {}"
CODE = """
from biot_plugin import Notification, Plugin

plugin = Plugin()

@plugin.notification("patient", "_create")
def mark(event: Notification) -> None:
    path = f"/organization/v1/users/patients/{event.entity['_id']}"
    event.biot.patch(path, json={"mark": event.trace_id}, allow_interception=%(allow)s)

@plugin.pre_request("PATCH/organization/v1/users/patients/{id}")
def stamp(event) -> None:
    event.body["stamped"] = True

handler = plugin.handler
"""


class Logins:
    """How often service users have logged in, and with what their tokens can be revoked."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self._tokens: list[str] = []
        self._revoked: set[str] = set()
        log_in, read = PlatformLogins.log_in_service_user, TokenIssuer.read

        def noted(*arguments: Any) -> dict[str, str]:
            answer = log_in(*arguments)
            self._tokens.append(answer["accessToken"])
            return answer

        monkeypatch.setattr(PlatformLogins, "log_in_service_user", noted)
        monkeypatch.setattr(
            TokenIssuer, "read", lambda issuer, token: None if token in self._revoked else read(issuer, token)
        )

    @property
    def count(self) -> int:
        return len(self._tokens)

    def revoke(self) -> None:
        self._revoked.update(self._tokens)


@pytest.fixture(scope="session", autouse=True)
def quick() -> Iterator[None]:
    with quick_emulators():
        yield


@pytest.fixture
def logins(monkeypatch: pytest.MonkeyPatch) -> Logins:
    return Logins(monkeypatch)


@pytest.fixture
def emulator(monkeypatch: pytest.MonkeyPatch) -> Iterator[Emulator]:
    """The platform, with one container for each plugin."""
    monkeypatch.setattr("biot_emulator.wiring.runtime.Workers", partial(Workers, limit=1))
    with running() as emulator:
        yield emulator


def deploy(emulator: Emulator, code: str, *more_paths: str, **config: Any) -> None:
    variables = {"PYTHONPATH": ":".join([*FRAMEWORK, *more_paths]), **config.pop("variables", {})}
    config = {"memorySize": 512, "timeout": 30, **config}
    emulator.deploy(code_zip(code), environmentVariables=variables, **config)


def create(emulator: Emulator) -> str:
    made = emulator.call("POST", PATIENTS, json=ADA)
    assert made.status_code == 201, made
    return str(made.body["_id"])


def patient(emulator: Emulator, id: str) -> dict[str, Any]:
    assert emulator.wait_for_notifications()
    return dict(emulator.call("GET", f"{PATIENTS}/{id}").body)


@pytest.mark.parametrize("allow", [False, True])
def test_a_notification_patches_the_patient_it_was_told_about(emulator: Emulator, logins: Logins, allow: bool) -> None:
    """With allow_interception the plugin's own call goes through interceptors: of a plugin beside it here, as its one
    container is busy with the notification."""
    deploy(emulator, CODE % {"allow": allow}, name="notified", subscriptions=TOLD)
    beside = {"interceptions": [interception("PRE_REQUEST", f"PATCH{PATIENTS}/{{id}}")]}
    deploy(emulator, CODE % {"allow": False}, name="beside", subscriptions=beside)
    trace = "00-0123456789abcdef0123456789abcdef-0123456789abcdef-01"
    made = emulator.call("POST", PATIENTS, json=ADA, headers={"traceparent": trace}).body
    found = patient(emulator, made["_id"])
    assert found["mark"] == "0123456789abcdef0123456789abcdef"
    assert found.get("stamped", False) is allow
    assert len(emulator.invocations("beside")) == allow
    assert {one["traceId"] for one in emulator.invocations()} == {"0123456789abcdef0123456789abcdef"}
    # Both belong to the notification: the log-in while the plugin started, and the call that it made.
    [call] = emulator.call("GET", "/_emulator/calls?hook=NOTIFICATION").body["data"]
    notification = emulator.call("GET", f"/_emulator/calls/{call['id']}").body["steps"][-1]
    assert [call["address"] for call in notification["calls"]] == [
        "/ums/v2/services/accessToken",
        f"{PATIENTS}/{made['_id']}",
    ]
    assert [call["hooks"] for call in notification["calls"]] == [[], ["PRE_REQUEST"] if allow else []]


@pytest.mark.thorough
def test_hundreds_of_events_in_a_warm_container_are_one_log_in(emulator: Emulator, logins: Logins) -> None:
    deploy(emulator, CODE % {"allow": False}, subscriptions=TOLD)
    made = [create(emulator) for _ in range(tries(300, 1000))]
    assert any(emulator.wait_for_notifications(60) for _ in range(5))
    found = emulator.search(PATIENTS, {"limit": 2000})
    assert sum("mark" in one for one in found if one["_id"] in made) == len(made)
    assert logins.count == 1


def test_a_token_that_expires_is_renewed(emulator: Emulator, logins: Logins, monkeypatch: pytest.MonkeyPatch) -> None:
    """Tokens of 4 s are used for two, and not a call fails while they come and go."""
    deploy(emulator, CODE % {"allow": False}, subscriptions=TOLD)
    sign_until = TokenIssuer.sign_until
    monkeypatch.setattr(TokenIssuer, "sign_until", lambda issuer, claims, _: sign_until(issuer, claims, 4))
    started = time.monotonic()
    while logins.count < 4 and time.monotonic() < started + 60:
        assert "mark" in patient(emulator, create(emulator))
    assert 3 < logins.count <= 2 + (time.monotonic() - started) / 2
    assert {one["statusCode"] for one in emulator.invocations("demo")} == {200}


def test_a_revoked_token_is_renewed_once(emulator: Emulator, logins: Logins) -> None:
    deploy(emulator, CODE % {"allow": False}, subscriptions=TOLD)
    assert "mark" in patient(emulator, create(emulator))
    for count in (2, 3):
        logins.revoke()
        assert "mark" in patient(emulator, create(emulator))
        assert logins.count == count


def test_a_service_user_that_is_locked_out_is_no_loop(
    emulator: Emulator, logins: Logins, monkeypatch: pytest.MonkeyPatch
) -> None:
    deploy(emulator, CODE % {"allow": False}, subscriptions=TOLD)
    assert "mark" in patient(emulator, create(emulator))
    authenticate, seen = Authentication.__call__, list[str]()

    def refuse(authentication: Authentication, call: Any) -> Any:
        caller = authenticate(authentication, call)
        if caller.is_service:
            seen.append(call.path)
            raise TokenNotValid("not today")
        return caller

    monkeypatch.setattr(Authentication, "__call__", refuse)
    for _ in range(5):
        assert "mark" not in patient(emulator, create(emulator))
    assert logins.count == 2
    assert len(seen) == 6, "the first event tried its token and a new one, the others the new one"
    assert {one["statusCode"] for one in emulator.invocations("demo")[1:]} == {500}


@pytest.mark.parametrize(("body", "count"), [("event.biot.get('/a') if 0 in event.raw else None", 1), ("None", 0)])
def test_a_plugin_that_is_going_to_call_logs_in_while_it_starts(
    emulator: Emulator, logins: Logins, body: str, count: int
) -> None:
    """Nothing is called here, so a log-in can only be that of the init phase."""
    code = f"""
        import time
        from biot_plugin import Plugin
        plugin = Plugin()

        @plugin.scheduled("0 0 * * ? *")
        def nightly(event):
            {body}

        time.sleep(0.5)  # as long as the other imports of a plugin take
        handler = plugin.handler
    """
    deploy(emulator, code, cronSchedule="0 0 * * ? *")
    assert emulator.fire_schedule()["statusCode"] == 200
    # Nobody waits for a log-in that is made ahead of time.
    deadline = time.monotonic() + 20
    while logins.count < count and time.monotonic() < deadline:
        time.sleep(0.01)
    assert logins.count == count


def test_a_log_in_that_fails_while_it_starts_is_not_the_end(
    emulator: Emulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    log_in, count = PlatformLogins.log_in_service_user, list[int]()

    def fail_first(*arguments: Any) -> dict[str, str]:
        count.append(1)
        if len(count) == 1:
            raise BadRequest("not yet")
        return log_in(*arguments)

    monkeypatch.setattr(PlatformLogins, "log_in_service_user", fail_first)
    deploy(emulator, CODE % {"allow": False}, subscriptions=TOLD)
    assert "mark" in patient(emulator, create(emulator))
    assert len(count) == 2


def test_32_threads_in_a_cold_container_are_one_log_in(emulator: Emulator, logins: Logins) -> None:
    code = f"""
        from concurrent.futures import ThreadPoolExecutor
        from threading import Barrier
        from biot_plugin import Plugin
        plugin = Plugin()
        NAME = "biot"  # read by name, so that nothing tells that it is used, and nothing logs in while it starts

        @plugin.endpoint(public=True)
        def at_once(event):
            barrier = Barrier(32)

            def one(_):
                barrier.wait()
                return getattr(event, NAME).get("{PATIENTS}")["data"]

            with ThreadPoolExecutor(32) as threads:
                return list(threads.map(one, range(32)))

        handler = plugin.handler
    """
    deploy(emulator, code)
    address = next(iter(emulator.platform.plugins)).endpoint_url
    reply = Client(emulator.url).call("GET", address.removeprefix(emulator.url))
    assert (reply.status_code, reply.body) == (200, [[]] * 32)
    assert logins.count == 1


def test_the_official_sdk_works_in_two_lines(emulator: Emulator, logins: Logins) -> None:
    [packages] = (fetch_sdks() / "lib").glob("python*/site-packages")
    code = """
        import biotmed_organization_sdk as organization
        from biot_plugin import Plugin
        plugin = Plugin()

        @plugin.notification("patient", "_create")
        def rename(event):
            client = event.biot.configure(organization.ApiClient(organization.Configuration()))
            patients = organization.PatientAPIApi(client)

            found = patients.get_patient(event.entity["_id"])
            change = organization.UpdatePatientRequest(_description=f"{found.name.first_name} by SDK")
            patients.update_patient(change, found.id)

        handler = plugin.handler
    """
    deploy(emulator, code, str(packages), subscriptions=TOLD)
    deploy(emulator, ECHO, name="echo", subscriptions={"notifications": [{**PATIENT, "actionName": "_update"}]})
    trace = "00-0123456789abcdef0123456789abcdef-0123456789abcdef-01"
    made = emulator.call("POST", PATIENTS, json=ADA, headers={"traceparent": trace}).body
    assert patient(emulator, made["_id"])["_description"] == "Ada by SDK"
    assert logins.count == 1
    assert [one["traceId"] for one in emulator.invocations("echo")] == ["0123456789abcdef0123456789abcdef"]


FAULTS: list[Any] = [
    pytest.param(partial(late, 10), "PlatformTimeout", id="slow by 10 s"),
    pytest.param(lambda _: drip, "PlatformTimeout", id="a byte now and then"),
    pytest.param(lambda _: error(429, "TOO_MANY"), "TooManyRequests 429 TOO_MANY", id="429"),
    pytest.param(lambda _: error(500, "ISE"), "PlatformFailed 500 ISE", id="500"),
    pytest.param(lambda _: html(200), "UnexpectedAnswer 200", id="HTML"),
    pytest.param(lambda _: half, "PlatformUnreachable", id="half a body"),
    # The time that is left may end while the next attempt is waited for.
    pytest.param(None, "PlatformUnreachable|PlatformTimeout", id="away"),
]
SEES = """
from biot_plugin import PlatformError, Plugin

plugin = Plugin()

@plugin.endpoint(public=True)
def see(event):
    try:
        return event.biot.get("/organization/v1/users/self")
    except PlatformError as error:
        known = [getattr(error, "status", None), getattr(error, "code", None)]
        return " ".join([type(error).__name__, *(str(one) for one in known if one)])

handler = plugin.handler
"""


@pytest.mark.parametrize(("fault", "seen"), FAULTS)
def test_what_a_handler_sees_in_lambda_of_a_platform_in_trouble(
    tmp_path: Path, fault: Callable[[PlatformServer], Behaviour] | None, seen: str
) -> None:
    """Lambda ends what takes longer than 5 s: that there is a reply shows that no call did."""
    platform = PlatformServer()
    environment = {
        "PYTHONPATH": ":".join(FRAMEWORK),
        "BIOT_BASE_URL": platform.base_url,
        "BIOT_SERVICE_USER_ID": SERVICE_ID,
        "BIOT_SERVICE_USER_SECRET_KEY": SECRET,
    }
    (tmp_path / "index.py").write_text(SEES, encoding="utf-8")
    function = Function(tmp_path, Path(sys.executable), "demo", timeout=5, memory_mb=512, environment=environment)
    try:
        with Runtime(function) as runtime:
            assert runtime.invoke(events.direct(token=None)).response.body == {"method": "GET"}
            if fault:
                platform.behaves(fault(platform))
            else:
                platform.close()
            invocation = runtime.invoke(events.direct(token=None))
    finally:
        platform.close()
    assert invocation.error is None
    assert invocation.response.content.decode() in seen.split("|")
