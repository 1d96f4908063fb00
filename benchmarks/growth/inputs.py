"""How the costs that the other benchmarks measure grow with their input."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from benchmarks.emulator.load import Request, calling
from benchmarks.emulator.served import ADA, CHANGE, PATIENTS, Connection, deploy, running
from benchmarks.growth.exponent import exponent
from benchmarks.measuring.environments import ROOT
from benchmarks.measuring.table import Times
from benchmarks.plugins.ours import STRIP, project

__all__ = ["Input", "inputs"]

BIN = Path(sys.executable).parent
FOLDER = ROOT / ".cache" / "bench-growth"
ROUNDS, SECONDS = 5, 0.5


@dataclass(frozen=True)
class Input:
    """A cost, and the size that it depends on.

    Attributes:
        name: What costs.
        unit: What the size is a number of.
        prepare: Prepares an input of a size; returns what is measured.
        sizes: The sizes.
        clock: The processor's time of this process, or the time on the wall where others work.
    """

    name: str
    unit: str
    prepare: Callable[[int], Callable[[], object]]
    sizes: Sequence[int]
    clock: Callable[[], float] = time.process_time

    def measure(self) -> dict[str, str]:
        """The median of each size, and the exponent of the growth."""
        seconds: dict[int, float] = {}
        for size in self.sizes:
            action = self.prepare(size)
            action()
            seconds[size] = Times.of([self._timed(action) for _ in range(ROUNDS)])
        return {"of": self.unit, **shown(seconds)}

    def _timed(self, action: Callable[[], object]) -> float:
        """The seconds of one action, which is repeated where it is too short for the clock."""
        repeat = 1
        while True:
            begin = self.clock()
            for _ in range(repeat):
                action()
            if (taken := self.clock() - begin) > 0.01 or repeat >= 1000:
                return taken / repeat
            repeat *= 10


def shown(seconds: dict[int, float]) -> dict[str, str]:
    """The columns of a row."""
    grows = exponent(seconds, least=0)
    return {
        "sizes": "; ".join(f"{size:,}" for size in seconds),
        "milliseconds": "; ".join(_milliseconds(value) for value in seconds.values()),
        "exponent": "-" if grows is None else f"{grows:.2f}",
    }


def _milliseconds(seconds: float) -> str:
    value = 1e3 * seconds
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"


def _events() -> Iterator[Input]:
    os.environ["POWERTOOLS_LOG_LEVEL"] = "CRITICAL"
    from benchmarks.events.bodies import API, DOING, body_of, plugin_that
    from benchmarks.events.models import PydanticPatient, StructPatient, entity, handler_of
    from biot_plugin.testing import Context, events

    def event(doing: str, kilobytes: int) -> Callable[[], object]:
        return partial(plugin_that(doing).handler, events.pre_request(API, body=body_of(kilobytes)), Context())

    for doing in DOING:
        yield Input(f"an event, {doing}", "KB", partial(event, doing), (10, 100, 1000, 5000))

    def entities(model: Any, count: int) -> Callable[[], object]:
        adapted = events.adapt_entity("patient", entities=[entity(number) for number in range(count)])
        return partial(handler_of(model), adapted, Context())

    for model in (None, StructPatient, PydanticPatient):
        name = "no model" if model is None else model.__name__
        yield Input(f"ADAPT_ENTITY, {name}", "entities", partial(entities, model), (10, 100, 1000))

    def handlers(count: int) -> Callable[[], object]:
        return partial(plugin_that("untouched", count - 1).handler, events.post_request(API, body={}), Context())

    yield Input("a small event", "handlers", handlers, (10, 100, 1000))


def _tokens() -> Iterator[Input]:
    from biot_plugin.callers.public_keys import PublicKeys
    from biot_plugin.callers.token import verify
    from biot_plugin.testing import default_signer

    signer = default_signer()
    keys = PublicKeys(signer.public_keys)

    def token(scopes: int) -> Callable[[], object]:
        signed = signer.token("PLUGIN_INTERCEPTOR", *(f"S{number}" for number in range(scopes - 1)))
        return partial(verify, signed, keys, scope="PLUGIN_INTERCEPTOR")

    yield Input("verification of a token", "scopes", token, (10, 100, 1000))


def _commands() -> Iterator[Input]:
    from benchmarks.events.bodies import API, body_of
    from biot_plugin.testing import events

    def run(*words: str, folder: Path) -> Callable[[], object]:
        command = [str(BIN / "biot-plugin"), *words]
        # The folder is in one that this repository's git ignores, and what git ignores is no part of a plugin.
        environment = {**os.environ, "GIT_CEILING_DIRECTORIES": str(FOLDER)}
        return partial(subprocess.run, command, cwd=folder, env=environment, check=True, capture_output=True)

    def package(files: int) -> Callable[[], object]:
        folder = project(_empty("package"), STRIP)
        for number in range(files - 1):
            (folder / f"module{number}.py").write_text(f"VALUE = {number}\n" * 20)
        return run("package", "-o", "dist/demo.zip", folder=folder)

    def invoke(kilobytes: int) -> Callable[[], object]:
        folder = project(_empty("invoke"), STRIP)
        (folder / ".venv").symlink_to(sys.prefix)
        event = events.pre_request(API, body={"name": " Ada ", **body_of(kilobytes)})
        (folder / "event.json").write_text(json.dumps(event))
        return run("invoke", "event.json", folder=folder)

    yield Input("biot-plugin package, nothing changed", "files of its own", package, (10, 100, 1000), time.perf_counter)
    yield Input("biot-plugin invoke", "KB of the event", invoke, (1, 10, 100), time.perf_counter)


def _empty(name: str) -> Path:
    folder = FOLDER / name
    shutil.rmtree(folder, ignore_errors=True)
    return folder


def _emulator() -> Iterator[tuple[str, dict[str, str]]]:
    """The emulator's rows: what one of several callers waits, and a call through several interceptors."""
    with running() as emulator, calling() as callers:
        token = emulator.log_in()
        admin = Connection(emulator.port, token)
        request = Request(emulator.port, "PATCH", f"{PATIENTS}/{admin.call('POST', PATIENTS, ADA)['_id']}", ADA, token)

        def median(count: int) -> float:
            callers.load(request, count, calls=8)
            return Times.of(callers.load(request, count, seconds=SECONDS))

        by_callers = {count: median(count) / count for count in (1, 8, 64)}
        yield "the emulator: a call, for each of several callers", {"of": "callers", **shown(by_callers)}
        by_interceptors = {}
        for order in range(1, 9):
            hooks = {"interceptions": [{"type": "PRE_REQUEST", "apiId": CHANGE, "order": order}]}
            deploy(emulator.port, token, f"passes-{order}", subscriptions=hooks)
            if order in (1, 2, 4, 8):
                by_interceptors[order] = median(1)
        yield "the emulator: a call through interceptors", {"of": "interceptors", **shown(by_interceptors)}


def inputs() -> Iterator[tuple[str, dict[str, str]]]:
    """Measure all; yields the name and the columns of each row."""
    for part in (_events, _tokens, _commands):
        for each in part():
            yield each.name, each.measure()
    yield from _emulator()
