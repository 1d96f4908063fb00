"""What a plugin of 100, 1,000 and 10,000 calls a second costs: `python -m benchmarks.scale.costs`.

The processor's time of an event is measured here, with the caller verified; an emulator stands in for the platform. The
rest is a model, whose assumptions are the constants below: Lambda gives a function its share of a processor by its
memory, a container handles one event at a time (so that by Little's law there are as many as calls a second times the
seconds of each), and AWS charges for requests and for memory by time.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable
from functools import partial
from math import ceil
from statistics import median
from typing import Any, NamedTuple

from benchmarks.emulator.served import ADA, PATIENTS, Connection, running
from benchmarks.measuring.report import Report

RATES = (100, 1_000, 10_000)
MEMORIES = (128, 512)
#: Megabytes for which Lambda gives a whole processor.
MEGABYTES_OF_A_PROCESSOR = 1769
#: AWS's list prices of x86 in us-east-1 in US dollars, without the free tier and discounts for volume.
PER_REQUEST, PER_GIGABYTE_SECOND = 0.20e-6, 16.6667e-6
SECONDS_OF_A_MONTH = 30 * 24 * 3600
#: Seconds that a call of `event.biot` waits for the platform.
PLATFORM_RESPONSE = 0.05
#: Seconds after which a token is renewed: half an hour, less a minute and what renewals are spread over.
TOKEN_LIFETIME = 1800 - 60 - 90
#: Seconds for which Lambda is taken to keep a container.
CONTAINER_LIFETIME = 2 * 3600
MINUTE = 60.0
EVENTS, ROUNDS = 200, 9
API = f"POST{PATIENTS}"


class Kind(NamedTuple):
    """What an event costs: the plugin's processor's time and its calls of the platform."""

    title: str
    processor_time: float
    calls: int


class Cost(NamedTuple):
    """What a rate of events costs with a memory size."""

    duration: float
    containers: float
    dollars: float
    calls: float
    log_ins: float
    key_fetches: float


def cost(kind: Kind, rate: int, memory: int) -> Cost:
    """Compute what a kind of event costs at a rate."""
    share = min(1.0, memory / MEGABYTES_OF_A_PROCESSOR)
    duration = ceil(1000 * (kind.processor_time / share + kind.calls * PLATFORM_RESPONSE)) / 1000
    containers = max(1.0, rate * duration)
    each = PER_REQUEST + duration * memory / 1024 * PER_GIGABYTE_SECOND
    return Cost(
        duration=duration,
        containers=containers,
        dollars=rate * SECONDS_OF_A_MONTH * each,
        calls=rate * kind.calls,
        log_ins=containers / TOKEN_LIFETIME if kind.calls else 0,
        key_fetches=containers / CONTAINER_LIFETIME,
    )


def processor_time(send: Callable[[], Any]) -> float:
    """The median seconds of the processor's time for an event."""
    for _ in range(EVENTS):
        send()
    rounds = []
    for _ in range(ROUNDS):
        begin = time.process_time()
        for _ in range(EVENTS):
            send()
        rounds.append((time.process_time() - begin) / EVENTS)
    return median(rounds)


def kinds(base_url: str, user: str, key: str, path: str) -> list[Kind]:
    """Measure an interceptor that decides by itself, and a notification's handler that calls the platform once."""
    os.environ.update(
        POWERTOOLS_LOG_LEVEL="CRITICAL",
        BIOT_BASE_URL=base_url,
        BIOT_SERVICE_USER_ID=user,
        BIOT_SERVICE_USER_SECRET_KEY=key,
    )
    from biot_plugin import Notification, Plugin, PreRequest
    from biot_plugin.testing import Context, default_signer, events
    from biot_plugin.testing.event_signing import signed

    plugin = Plugin()
    plugin.keys.use(default_signer().public_keys)

    @plugin.pre_request(API)
    def strip(event: PreRequest) -> None:
        event.body["field0"] = event.body["field0"].strip()

    @plugin.notification("patient", "_create")
    def read(event: Notification) -> None:
        event.biot.get(path)

    def send(event: dict[str, Any]) -> None:
        reply = plugin.handler(event, Context())
        assert reply["statusCode"] == 200, reply

    body = {f"field{index}": f" {'x' * 40} " for index in range(20)}
    interceptor = signed(events.pre_request(API, body=body), default_signer())
    notification = signed(events.notification("patient", "_create"), default_signer())
    return [
        Kind("an interceptor that calls nothing", processor_time(partial(send, interceptor)), 0),
        Kind("a notification with one call of event.biot", processor_time(partial(send, notification)), 1),
    ]


def main() -> None:
    """Measures and prints."""
    with running() as emulator:
        admin = Connection(emulator.port, emulator.log_in())
        path = f"{PATIENTS}/{admin.call('POST', PATIENTS, ADA)['_id']}"
        role = admin.call("POST", "/ums/v2/admin/roles", json.dumps({"name": "reader", "permissions": ["*"]}))["id"]
        sent = json.dumps({"roleId": role, "type": "EXTERNAL_SERVICE", "name": "costs"})
        user = admin.call("POST", "/ums/v2/services", sent)
        key = user["secretKeyData"]["secretKey"]
        measured = kinds(f"http://127.0.0.1:{emulator.port}", user["id"], key, path)
    report = Report("costs")
    events = {kind.title: {"processor's time": f"{1000 * kind.processor_time:.2f} ms"} for kind in measured}
    report.add_figures("An event", events)
    for kind in measured:
        cells = [(rate, memory) for rate in RATES for memory in MEMORIES]
        rows = {f"{rate:,} a second, {memory} MB": _columns(cost(kind, rate, memory)) for rate, memory in cells}
        report.add_figures(kind.title, rows)
    report.write()


def _columns(of: Cost) -> dict[str, str]:
    return {
        "an event takes": f"{1000 * of.duration:.0f} ms",
        "containers": f"{of.containers:.0f}",
        "Lambda, a month": f"${of.dollars:,.0f}",
        "calls of the platform": f"{of.calls:,.0f}/s" if of.calls else "none",
        "log-ins": _every(of.log_ins),
        "key fetches": _every(of.key_fetches),
    }


def _every(rate: float) -> str:
    if not rate:
        return "none"
    seconds = 1 / rate
    return f"one in {seconds:.0f} s" if seconds < MINUTE else f"one in {seconds / MINUTE:.0f} min"


if __name__ == "__main__":
    main()
