"""What others notice while somebody floods the emulator: `python -m benchmarks.emulator.attacks [ATTACK ...]`.

The emulator, its attackers and its honest callers are processes of their own. Compare two versions in one run after the
other on an idle machine; `PYTHONPATH` chooses which one the emulator is of.
"""

from __future__ import annotations

import http.client
import json
import multiprocessing
import socket
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from multiprocessing.synchronize import Event
from typing import Any

import psutil

from benchmarks.emulator.served import ADA, ADMIN, KEY, LOGIN, PATIENTS, PLUGINS, deploy, running

ATTACKERS = 64
SECONDS = 10.0
LARGEST = 32 * 1024 * 1024


@dataclass(frozen=True)
class Target:
    """A running emulator."""

    port: int
    pid: int
    token: str = ""
    plugin: str = ""

    def call(self, method: str, path: str, body: Any = None, **headers: str) -> tuple[int, bytes]:
        """Makes a call; returns status and body."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=120)
        try:
            sent = {name.replace("_", "-"): value for name, value in headers.items()}
            connection.request(method, path, body, {"content-type": "application/json", **sent})
            response = connection.getresponse()
            return response.status, response.read()
        finally:
            connection.close()

    def log_in(self, password: str) -> tuple[int, bytes]:
        """Logs in."""
        return self.call("POST", LOGIN, json.dumps({"username": ADMIN[0], "password": password}))

    def send(self, path: str, size: int, *, pause: float = 0, **headers: str) -> str:
        """Sends a body of a size, all at once or byte by byte; returns what came of it."""
        lines = [f"POST {path} HTTP/1.1", "host: x", f"content-length: {size}"]
        lines += [f"{name}: {value}" for name, value in headers.items()]
        with socket.create_connection(("127.0.0.1", self.port), timeout=60) as connection:
            connection.sendall("\r\n".join([*lines, "", ""]).encode())
            with suppress(OSError):
                for _ in range(size if pause else size // 65536):
                    connection.sendall(b" " * (1 if pause else 65536))
                    time.sleep(pause)
            answer = connection.recv(4096)
            return answer.split(b" ")[1].decode() if answer else "closed"


ATTACKS: dict[str, Callable[[Target], object]] = {
    "large": lambda target: target.send(PLUGINS, LARGEST),
    "large-with-token": lambda target: target.send(PATIENTS, 6 << 20, authorization=f"Bearer {target.token}"),
    "large-to-plugin": lambda target: target.send(target.plugin, 6 << 20),
    "slow": lambda target: target.send(LOGIN, 60_000, pause=0.1),
    "wrong-passwords": lambda target: target.log_in("wrong")[0],
    "slow-plugin": lambda target: target.call("GET", target.plugin + "slow")[0],
}
CALLERS: dict[str, Callable[[Target], tuple[int, bytes]]] = {
    "public key": lambda target: target.call("GET", KEY),
    "authenticated GET": lambda target: target.call("GET", PLUGINS, authorization=f"Bearer {target.token}"),
    "intercepted POST": lambda target: target.call("POST", PATIENTS, ADA, authorization=f"Bearer {target.token}"),
}


@contextmanager
def attacked() -> Iterator[Target]:
    """Runs an emulator with a plugin that intercepts, and another one that is slow."""
    with running() as emulator:
        token = emulator.log_in()
        hooks = {"interceptions": [{"type": "PRE_REQUEST", "apiId": f"POST{PATIENTS}"}]}
        deploy(emulator.port, token, "intercepts", subscriptions=hooks)
        yield Target(emulator.port, emulator.process.pid, token, deploy(emulator.port, token, "slow", timeout=60))


def _attack(name: str, target: Target, over: Event, outcomes: Any) -> None:
    counts: Counter[str] = Counter()

    def attack() -> None:
        while not over.is_set():
            counts[_outcome(name, target)] += 1

    for _ in range(ATTACKERS):
        threading.Thread(target=attack, daemon=True).start()
    over.wait()
    outcomes.put(dict(counts))


def _outcome(name: str, target: Target) -> str:
    try:
        return str(ATTACKS[name](target))
    except OSError as error:
        return type(error).__name__


def _call(name: str, target: Target, times: Any) -> None:
    seconds, until = [], time.monotonic() + SECONDS
    while time.monotonic() < until:
        start = time.monotonic()
        status, _ = CALLERS[name](target)
        seconds.append((time.monotonic() - start, status))
        time.sleep(0.02)
    times.put((name, seconds))


def _show(name: str, seconds: list[tuple[float, int]]) -> None:
    ordered = sorted(1000 * value for value, _ in seconds)
    p50, p99 = (ordered[int(len(ordered) * part)] for part in (0.5, 0.99))
    refused = sum(status >= 400 for _, status in seconds)
    print(f"  {name:<20} p50 {p50:>7.0f} ms   p99 {p99:>7.0f} ms   max {ordered[-1]:>7.0f} ms   refused {refused}")


def measure(attack: str | None) -> None:
    """Measures the honest callers and the emulator's memory during an attack."""
    processes = multiprocessing.get_context("spawn")
    over, outcomes, times = processes.Event(), processes.Queue(), processes.Queue()
    with attacked() as target:
        memory = psutil.Process(target.pid)
        start = peak = memory.memory_info().rss
        attacker = processes.Process(target=_attack, args=(attack, target, over, outcomes)) if attack else None
        if attacker:
            attacker.start()
            time.sleep(2)
        callers = [processes.Process(target=_call, args=(name, target, times)) for name in CALLERS]
        for caller in callers:
            caller.start()
        while any(caller.is_alive() for caller in callers):
            peak = max(peak, memory.memory_info().rss)
            time.sleep(0.01)
            if times.qsize() == len(CALLERS):
                break
        over.set()
        counts = outcomes.get() if attacker else {}
        if attacker:
            attacker.terminate()
        print(f"\n{attack or 'nobody'}: {start >> 20} MB -> {peak >> 20} MB at most; attackers got {counts}")
        for name, seconds in sorted(times.get() for _ in CALLERS):
            _show(name, seconds)


def main() -> None:
    """Measures the attacks that are named, or all of them."""
    attacks: list[str | None] = [*(sys.argv[1:] or (None, *ATTACKS))]
    for attack in attacks:
        measure(attack)


if __name__ == "__main__":
    main()
