"""What a thousand machines that start at once cost the platform: `python -m benchmarks.scale.burst [CONTAINERS]`.

Each container is a plugin's own client: its key fetch, its log-in, then an event every two seconds that verifies a
caller and reads a patient. They call a front that counts, and that is in trouble for a while; else it answers what a
real emulator does. The rival is what `requests` with urllib3's `Retry` sends for the same, which is how most plugins
are written.

Counts and moments are compared, not times: a thousand clients on one machine wait for its processors.
"""

from __future__ import annotations

import json
import multiprocessing
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from multiprocessing.synchronize import Barrier
from typing import Any

from benchmarks.emulator.served import ADA, KEY, PATIENTS, Connection, running
from benchmarks.measuring.report import Report
from benchmarks.scale.burst_front import Answer, front

CONTAINERS = 1000
PROCESSES = 8
#: Events of each container, and the seconds from one to the next.
EVENTS, PERIOD = 6, 2.0
#: Seconds for which the platform is in trouble, from the start of the burst.
TROUBLE = 5.0
#: Seconds that an event may take, as the platform's samples have it.
TIMEOUT = 3.0
TOKEN = "/ums/v2/services/accessToken"
ROLE = {"name": "reader", "permissions": ["*"]}


Prepare = Callable[[str, str, str, str], tuple[Callable[[], object], Callable[[], object]]]


def ours(base_url: str, user: str, key: str, path: str) -> tuple[Callable[[], object], Callable[[], object]]:
    """Prepare a container of the framework: what init does, and what an event does."""
    from biot_plugin.api_client.deadline import Deadline
    from biot_plugin.api_client.http_transport import HttpTransport
    from biot_plugin.callers.key_service import fetch_keys
    from biot_plugin.callers.public_keys import PublicKeys
    from biot_plugin.http.messages import Request
    from biot_plugin.http.time_limit import TimeLimit
    from biot_plugin.init_phase import InitPhase
    from biot_plugin.settings import Credentials
    from biot_plugin.wire.trace import Trace

    keys, transport = PublicKeys(partial(fetch_keys, base_url)), HttpTransport(base_url, Credentials(user, key))

    def init() -> None:
        phase = InitPhase()
        keys.prefetch(phase.start)
        phase.start(threading.Thread(target=transport.prefetch, args=(Trace.start().traceparent,), daemon=True))
        phase.end(verifies=True, intercepts=True)

    def handle() -> None:
        time = TimeLimit(TIMEOUT - Deadline.RESERVE)
        keys.verify(b"", b"")
        request = Request("GET", base_url + path, {"traceparent": Trace.start().traceparent})
        transport.call(request, time, lambda _: None)

    return init, handle


def requests_with_retries(
    base_url: str, user: str, key: str, path: str
) -> tuple[Callable[[], object], Callable[[], object]]:
    """Prepare a container as most are written: `requests`, and urllib3's `Retry` with its usual settings."""
    import requests
    from requests.adapters import HTTPAdapter
    from urllib3.util.retry import Retry

    session, state = requests.Session(), {"key": "", "token": ""}
    again = Retry(total=3, backoff_factor=0.1, status_forcelist=(429, 500, 502, 503, 504), allowed_methods=None)
    session.mount("http://", HTTPAdapter(max_retries=again))

    def prepare() -> None:
        if not state["key"]:
            state["key"] = session.get(base_url + KEY, timeout=TIMEOUT).json()["publicKey"]
        if not state["token"]:
            sent = {"id": user, "secretKey": key}
            state["token"] = session.post(base_url + TOKEN, json=sent, timeout=TIMEOUT).json()["accessToken"]

    def handle() -> None:
        prepare()
        session.get(base_url + path, headers={"authorization": f"Bearer {state['token']}"}, timeout=TIMEOUT)

    return prepare, handle


def _containers(prepare: Prepare, count: int, arguments: Sequence[str], start: Barrier, failed: Any) -> None:
    """Run a process' part of the containers, each in a thread."""

    def live() -> int:
        init, handle = prepare(*arguments)
        ready.wait()
        started.wait()
        with suppress(Exception):
            init()
        return sum(_fails(handle) for _ in range(EVENTS))

    def _fails(handle: Callable[[], object]) -> bool:
        begin = time.monotonic()
        try:
            handle()
        except Exception:
            return True
        else:
            return time.monotonic() - begin > TIMEOUT
        finally:
            time.sleep(max(0.0, begin + PERIOD - time.monotonic()))

    ready, started = threading.Barrier(count + 1), threading.Event()
    with ThreadPoolExecutor(count) as threads:
        futures = [threads.submit(live) for _ in range(count)]
        ready.wait()
        start.wait()
        started.set()
        failures = sum(future.result() for future in futures)
    with failed.get_lock():
        failed.value += failures


@dataclass(frozen=True)
class Burst:
    """What came of a burst."""

    begun: float
    arrivals: Sequence[tuple[float, str]]
    failed_events: int

    def count(self, path: str = "", *, until: float = float("inf")) -> int:
        return sum(1 for at, what in self.arrivals if what.startswith(path) and at - self.begun < until)

    def peak(self, *, after: float) -> int:
        """The most requests in a tenth of a second, once the trouble is over."""
        moments = Counter(int((at - self.begun) * 10) for at, _ in self.arrivals if at - self.begun >= after)
        return max(moments.values(), default=0)


def burst(
    emulator: int, prepare: Prepare, containers: int, who: Sequence[str], path: str, trouble: Answer | None
) -> Burst:
    """Start all containers at once."""
    context = multiprocessing.get_context("spawn")
    with front(emulator) as counted:
        start, failed = context.Barrier(PROCESSES + 1), context.Value("i", 0)
        arguments = (f"http://127.0.0.1:{counted.port}", *who, path)
        shares = [containers // PROCESSES + (number < containers % PROCESSES) for number in range(PROCESSES)]
        processes = [
            context.Process(target=_containers, args=(prepare, share, arguments, start, failed)) for share in shares
        ]
        for process in processes:
            process.start()
        start.wait()
        begun = time.monotonic()
        counted.trouble, counted.until = trouble, begun + TROUBLE
        for process in processes:
            process.join()
        return Burst(begun, counted.arrivals, failed.value)


def main() -> None:
    """Runs a burst of each kind, and prints what arrived at the platform."""
    containers = int(sys.argv[1]) if len(sys.argv) > 1 else CONTAINERS
    with running() as emulator:
        admin = Connection(emulator.port, emulator.log_in())
        path = f"{PATIENTS}/{admin.call('POST', PATIENTS, ADA)['_id']}"
        role = admin.call("POST", "/ums/v2/admin/roles", json.dumps(ROLE))["id"]
        user = admin.call(
            "POST", "/ums/v2/services", json.dumps({"roleId": role, "type": "EXTERNAL_SERVICE", "name": "burst"})
        )
        who = (user["id"], user["secretKeyData"]["secretKey"])
        print(f"{containers} containers at once, {EVENTS} events each, one in {PERIOD:.0f} s")
        troubles = {
            "the platform is well": None,
            f"503 for {TROUBLE:.0f} s": Answer(503),
            f"429 for {TROUBLE:.0f} s, retry-after 1": Answer(429, "retry-after: 1\r\n"),
        }
        report = Report("burst", "requests", "urllib3")
        for title, trouble in troubles.items():
            rows = {}
            for name, prepare in (("biot_plugin", ours), ("requests and urllib3's Retry", requests_with_retries)):
                came = burst(emulator.port, prepare, containers, who, path, trouble)
                rows[name] = {
                    "key fetches": f"{came.count(KEY) / containers:.2f}",
                    "log-ins": f"{came.count(TOKEN) / containers:.2f}",
                    "requests": f"{came.count() / containers:.1f}",
                    f"in the first {TROUBLE:.0f} s": f"{came.count(until=TROUBLE) / containers:.1f}",
                    "most in 100 ms afterwards": str(came.peak(after=TROUBLE)),
                    "failed events": f"{came.failed_events / containers / EVENTS:.0%}",
                }
            report.add_figures(title, rows)
        report.write()


if __name__ == "__main__":
    main()
