"""Runs on emulators: what they learn, and that nothing of them is left, however they end."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from biot_emulator.behaviour.document import behaviour_document, changed, parse_behaviour, setting_names, setting_value
from biot_emulator.behaviour.file import read_behaviour
from biot_emulator.behaviour.settings import PlatformBehaviour
from biot_emulator.client import Client, Reply
from biot_emulator.errors import EmulatorError
from biot_emulator.learning.cleaning import find_runs
from biot_emulator.learning.errors import ConnectionLost, LeftBehind, NotSafe, RunStopped
from biot_emulator.learning.findings import Findings
from biot_emulator.learning.observing.steps import STEPS
from biot_emulator.learning.output_file import write_document
from biot_emulator.learning.pace import Pace
from biot_emulator.learning.subscribing import HooksOfRun
from biot_emulator.testing import Emulator, running
from tests.emulator.conftest import code_zip
from tests.emulator.learning.in_process import PACE, CountedConnection, everything, probes_in_process, session

pytestmark = pytest.mark.slow

#: Every setting as it is not by default.
ODD = {
    "interceptors": {
        "order": "descending",
        "sameOrder": "newcomer-last",
        "defaultOrder": 7,
        "reservedOrder": 1,
        "statusText": "name",
        "searchBody": "entities",
        "entitiesWithoutBody": "null",
        "waitSeconds": 3,
        "preRequest": {
            "refusal": {"status": 424, "code": "PLUGIN_SAID_NO"},
            "badGateway": "ignore",
            "crash": "relay",
            "timeout": {"status": 504, "code": "GATEWAY_TIMEOUT"},
            "noAnswer": "ignore",
            "badReply": {"status": 500, "code": "PRE_REPLY"},
        },
        "adaptEntity": {
            "refusal": "ignore",
            "badGateway": {"status": 502, "code": "ADAPT_GATEWAY"},
            "crash": "ignore",
            "timeout": "relay",
            "noAnswer": {"status": 503, "code": "ADAPT_SILENT"},
            "badReply": "ignore",
        },
        "postRequest": {
            "refusal": {"status": 409, "code": "POST_REFUSED"},
            "badGateway": {"status": 500, "code": "POST_GATEWAY"},
            "crash": {"status": 500, "code": "POST_CRASH"},
            "timeout": "ignore",
            "noAnswer": {"status": 504, "code": "POST_SILENT"},
            "badReply": "relay",
        },
    },
    "replies": {
        "omittedHeaders": "removed",
        "omittedQuery": "removed",
        "omittedBody": "removed",
        "fixedHeaders": ["authorization", "user-agent"],
    },
    "notifications": {
        "timing": "before-response",
        "delaySeconds": 1,
        "attempts": 2,
        "retrySeconds": 1,
        "status": "OK",
        "traceId": True,
        "sourcePort": True,
        "deletedEntity": "id",
    },
    "plugins": {
        "variables": [
            "BIOT_BASE_URL",
            "BIOT_SERVICE_USER_ID",
            "BIOT_SERVICE_USER_SECRET_KEY",
            "BIOT_SHOULD_VALIDATE_JWT",
            "BIOT_UNHEARD_OF",
        ],
        "nameInResponses": "prefixed",
        "defaultTimeout": 3,
        "defaultEnabledState": "DISABLED",
        "disabledInterceptors": "called",
        "disabledNotifications": "called",
        "disabledSchedule": "runs",
        "disabledUrlStatus": 403,
    },
    "limits": {"bodyBytes": 100_000, "codeBytes": 100_000, "variablesBytes": 1000, "longestTimeout": 300},
    "errors": {
        "unknownApi": {"status": 404, "code": "NO_SUCH_API"},
        "bodyTooLarge": {"status": 400, "code": "TOO_MUCH"},
        "invalidPluginField": {"status": 422, "code": "FIELD_WRONG"},
        "subscribedTwice": {"status": 400, "code": "TWICE"},
    },
}
#: For probes that really sleep, in processes of their own.
REAL = Pace(
    function_timeout=1,
    margin=1,
    longest_wait=30,
    notification_sleep=1,
    notification_wait=20,
    retry_watch=2,
    schedule_wait=20,
    poll=0.1,
    settle=0.1,
    largest_body=200_000,
    largest_code=200_000,
)

#: For those that sleep for no time: what is there is waited for.
PATIENT = replace(PACE, schedule_wait=20, notification_wait=20)


def learned(behaviour: PlatformBehaviour, pace: Pace) -> Findings:
    """What a run learns of an emulator, of which it leaves nothing."""
    with running(behaviour=behaviour) as emulator:
        before = everything(emulator)
        findings = session(emulator, CountedConnection(emulator), pace=pace).run()
        assert everything(emulator) == before
    assert findings is not None
    return findings


def test_every_setting_of_the_odd_platform_is_odd() -> None:
    odd, usual = parse_behaviour(ODD), PlatformBehaviour()
    for setting in setting_names():
        assert setting_value(odd, setting) != setting_value(usual, setting), setting


@pytest.mark.long(60)
def test_a_run_learns_every_setting_and_what_it_teaches_behaves_the_same(tmp_path: Path) -> None:
    odd = parse_behaviour(ODD)
    second = learned(odd, REAL)
    assert second.not_observed == {}
    assert behaviour_document(second.behaviour) == ODD
    assert second.observed.keys() == set(setting_names())

    file = tmp_path / "platform.json"
    write_document(file, second.document("http://127.0.0.1", "2026-01-01T00:00:00Z"))
    taught = read_behaviour(file)
    assert taught == odd
    # Once more of both, by what takes no time: as much as can be learned so is the same.
    with probes_in_process():
        again, third = (learned(behaviour, PATIENT) for behaviour in (odd, taught))
    assert third.behaviour == again.behaviour
    assert third.observed.keys() == again.observed.keys()
    assert len(third.observed) > len(second.observed) * 3 // 4


@pytest.fixture
def platform() -> Iterator[Emulator]:
    """An emulator on which probes sleep for no time."""
    with probes_in_process(), running() as emulator:
        yield emulator


def _shape(request: str) -> str:
    """The request without what differs from run to run."""
    return re.sub(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|[0-9a-f]{8}|/_functions/\w+", "_", request)


def _moments(requests: list[str], seen: set[str]) -> list[int]:
    """The last request of each shape that no run had before, and the first that may have changed something."""
    numbers: dict[str, list[int]] = {}
    for number, request in enumerate(requests, 1):
        numbers.setdefault(_shape(request), []).append(number)
    new = {shape: all_of_it for shape, all_of_it in numbers.items() if shape not in seen}
    seen.update(new)
    first = {numbers[0] for shape, numbers in new.items() if not shape.startswith("GET ")}
    return sorted(first | {numbers[-1] for numbers in new.values()})


def _lose(connection: CountedConnection) -> None:
    raise ConnectionLost("The response was lost")


def _stop(connection: CountedConnection) -> None:
    connection.stop.set()


def _die(connection: CountedConnection) -> None:
    connection.is_dead = True


# Of all moments each fourth in every run, with each of the three ends, and all of them as part of the matrix.
@pytest.mark.long(30)
@pytest.mark.parametrize("each", [4, pytest.param(1, marks=pytest.mark.matrix)])
def test_nothing_is_left_wherever_a_run_is_cut(platform: Emulator, each: int) -> None:
    before = everything(platform)
    cuts = itertools.cycle([_lose, _stop, _die])
    seen: set[str] = set()
    is_due = itertools.cycle([True, *[False] * (each - 1)])
    for name, step in STEPS.items():
        whole = CountedConnection(platform)
        session(platform, whole, steps={name: step}).run()
        assert everything(platform) == before, name
        for number in filter(lambda _: next(is_due), _moments(whole.sent, seen)):
            cut, connection = next(cuts), CountedConnection(platform)
            connection.do_after(number, cut)
            with suppress(ConnectionLost, RunStopped, LeftBehind):
                session(platform, connection, steps={name: step}).run()
            if cut is _die:
                _recover(platform)
            assert everything(platform) == before, (cut.__name__, name, whole.sent[number - 1])


def _dying(platform: Emulator, number: int) -> CountedConnection:
    connection = CountedConnection(platform)
    connection.do_after(number, _die)
    return connection


def _recover(platform: Emulator) -> None:
    """The next run finds what a killed one has left, and removes it once that is confirmed."""
    connection = CountedConnection(platform)
    next_run = session(platform, connection)
    next_run.confirm = lambda question: "earlier runs" in question
    assert next_run.run() is None
    assert find_runs(connection) == set()


def test_leftovers_stay_where_nobody_confirms(platform: Emulator) -> None:
    with pytest.raises(EmulatorError):
        session(platform, _dying(platform, 12)).run()
    left = everything(platform)
    assert left["plugins"]

    refused = session(platform, CountedConnection(platform))
    refused.confirm = lambda _: False
    assert refused.run() is None
    assert everything(platform) == left
    _recover(platform)


def test_a_run_says_what_is_left_when_the_platform_is_gone(platform: Emulator) -> None:
    run = session(platform, _dying(platform, 20))
    with pytest.raises(
        LeftBehind, match=f"of the run {run.names.run} could be removed .*: run biot-emulator learn again"
    ):
        run.run()


def test_a_dry_run_changes_nothing_and_says_what_would_be_made(platform: Emulator) -> None:
    before = everything(platform)
    connection, said = CountedConnection(platform), list[str]()
    run = session(platform, connection)
    run.say = said.append
    assert run.run(dry=True) is None
    assert everything(platform) == before
    assert all(request.startswith("GET ") for request in connection.sent), connection.sent
    for name in (*run.names.plugins, *run.names.templates, run.names.entity_prefix):
        assert name in "\n".join(said)


def test_nothing_is_made_without_confirmation(platform: Emulator) -> None:
    connection = CountedConnection(platform)
    run = session(platform, connection)
    run.confirm = lambda _: False
    assert run.run() is None
    assert all(request.startswith("GET ") for request in connection.sent)


def test_nobody_elses_calls_orders_and_plugins_are_touched(platform: Emulator) -> None:
    other = platform.deploy(code_zip("def handler(event, context): return {}"), "others")
    generic = "/generic-entity/v3/generic-entities/{templateName}"
    theirs = [
        ("POST_REQUEST", f"GET{generic}/{{id}}", 1, "x"),
        ("PRE_REQUEST", f"POST{generic}", 1000, "x"),
        ("PRE_REQUEST", f"POST{generic}", 1021, "y"),
    ]
    for type, api_id, order, template in theirs:
        hook = {"type": type, "apiId": api_id, "executionOrder": order, "pathFilters": {"templateName": template}}
        body = {**hook, "endpoint": other["endpointUrl"]}
        assert platform.call("POST", "/dispatcher/v1/hooks/interceptions/subscribe", json=body).status_code == 201
    platform.call("POST", "/generic-entity/v3/generic-entities/theirs", json={"_name": "a patient's"})
    before = everything(platform)

    findings = session(platform, CountedConnection(platform)).run()
    assert everything(platform) == before
    assert findings is not None
    # Whoever has an order that is asked for would have been moved.
    assert "moved" in findings.not_observed["interceptors.defaultOrder"]
    assert findings.observed["interceptors.reservedOrder"] == "a probe was refused the order 2147483647"
    assert findings.observed["interceptors.order"].startswith("two probes at the orders 1040 and")


def test_adapt_entity_is_left_out_unless_it_is_asked_for(platform: Emulator) -> None:
    findings = session(platform, CountedConnection(platform), adapt_entity=False).run()
    assert findings is not None
    missed = [setting for setting in findings.not_observed if "adaptEntity" in setting]
    assert len(missed) == 6
    assert "--adapt-entity" in findings.not_observed["interceptors.entitiesWithoutBody"]


def test_a_platform_that_forgets_the_limits_is_left_at_once(
    platform: Emulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = everything(platform)
    # The platform says that it limits the interception, and calls the probe for every template.
    monkeypatch.setattr(HooksOfRun, "_hook", _unlimited(HooksOfRun._hook))
    with pytest.raises(NotSafe):
        session(platform, CountedConnection(platform)).run()
    assert everything(platform) == before


def _unlimited(hook: Callable[..., dict[str, Any]]) -> Callable[..., dict[str, Any]]:
    return lambda *arguments: {**hook(*arguments), "pathFilters": {}}


def test_odd_behaviour_is_one_setting_at_a_time_too() -> None:
    taught = changed(PlatformBehaviour(), "interceptors.preRequest.crash", "ignore")
    assert behaviour_document(taught)["interceptors"]["preRequest"]["timeout"] == {"status": 502, "code": "BAD_GATEWAY"}
    assert taught.interceptors.pre_request.crash == "ignore"


@pytest.mark.sampled(3)
@pytest.mark.parametrize("body", [None, [], "text", {}, {"records": 1, "outside": 0}, {"data": [{}], "_id": None}])
def test_a_response_of_another_shape_ends_no_run_and_leaves_nothing(
    platform: Emulator, body: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = everything(platform)
    connection = CountedConnection(platform)
    prepared = CountedConnection.call_outside

    def unexpected(self: CountedConnection, *arguments: Any) -> Reply:
        reply = prepared(self, *arguments)
        return Reply(200, body) if self.count > 60 else reply

    monkeypatch.setattr(CountedConnection, "call_outside", unexpected)
    steps = {name: step for name, step in STEPS.items() if name != "disabled plugins"}
    findings = session(platform, connection, steps=steps).run()
    assert everything(platform) == before
    assert findings is not None


@pytest.mark.parametrize("is_first", [True, False])
def test_a_probe_that_a_gateway_did_not_wait_for_is_used_and_removed(
    platform: Emulator, is_first: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = everything(platform)
    send, connection = CountedConnection.send, CountedConnection(platform)
    run = session(platform, connection, steps={"defaults": STEPS["defaults"]})

    def impatient(self: CountedConnection, client: Client, method: str, path: str, request: Any) -> Reply:
        reply = send(self, client, method, path, request)
        is_meant = (self.sent.count("POST /settings/v2/plugins") == 1) == is_first
        is_creation = (method, path, reply.status_code) == ("POST", "/settings/v2/plugins", 201)
        return Reply(504, {"code": "GATEWAY_TIMEOUT"}) if is_creation and is_meant else reply

    monkeypatch.setattr(CountedConnection, "send", impatient)
    findings = run.run()
    assert findings is not None
    assert findings.behaviour.plugins.default_timeout == 60
    assert everything(platform) == before


def test_what_appears_after_its_response_was_lost_is_removed_too(
    platform: Emulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = everything(platform)
    send = CountedConnection.send
    late: list[Callable[[], object]] = []

    def slow(self: CountedConnection, client: Client, method: str, path: str, request: Any) -> Reply:
        if (method, path) == ("POST", "/settings/v2/plugins") and not late:
            # It arrives at the platform once the first look for it is over.
            late.append(lambda: send(self, client, method, path, request))
            self.is_uncertain = True
            raise ConnectionLost("The response was lost")
        reply = send(self, client, method, path, request)
        if method == "DELETE" and len(late) == 1 and run.names.plugins[0] in path:
            late.append(late[0])
            late[0]()
        return reply

    connection = CountedConnection(platform)
    run = session(platform, connection, pace=replace(PACE, settle=0.5))
    monkeypatch.setattr(CountedConnection, "send", slow)
    with pytest.raises(ConnectionLost):
        run.run()
    assert len(late) == 2
    assert everything(platform) == before
