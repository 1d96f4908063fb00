"""What holds for all tests."""

from __future__ import annotations

import gc
import os
import signal
import sys
from collections import Counter
from collections.abc import Generator

import pytest
from hypothesis import HealthCheck, settings

from tests.thoroughness import tries

# Until all tests are collected next to nothing is garbage, and each process of a run would search it again and again.
gc.disable()

# Whoever runs the tests in the background, or below `nohup`, has signals ignored, as would every process they start.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)
for ending in (signal.SIGTERM, signal.SIGHUP):
    if signal.getsignal(ending) is signal.SIG_IGN:
        signal.signal(ending, signal.SIG_DFL)

# Tests start hundreds of Pythons, and where none may write bytecode, each compiles anew all that it imports.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
sys.dont_write_bytecode = False

# How long an example takes says more of what else the machine does than of the code; each run tries other examples.
settings.register_profile(
    "any machine", max_examples=tries(50, 100), deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("any machine")


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> Generator[None]:
    """Leave cases to the matrix before tests are selected by mark, and order those that are selected."""
    _sample(items)
    yield
    _put_longest_first(config, items)


def pytest_collection_finish() -> None:
    """Collect garbage from here on, but do not search thousands of tests for it again and again."""
    gc.freeze()
    gc.enable()


def _sample(items: list[pytest.Item]) -> None:
    """Leave all but each nth case of a test that is `sampled(n)` to the matrix; of all tests, if EACH_NTH says so."""
    items[:] = items[:: int(os.environ.get("EACH_NTH", "1"))]
    seen = Counter[str]()
    for item in items:
        if mark := item.get_closest_marker("sampled"):
            test = item.nodeid.partition("[")[0]
            if seen[test] % mark.args[0]:
                item.add_marker(pytest.mark.matrix)
            seen[test] += 1


def _put_longest_first(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Begin with the longest tests, in each process of the run: the processes get equal parts of the list in turn."""
    processes: int = getattr(config, "workerinput", {}).get("workercount", 1)
    long = sorted(filter(_seconds, items), key=_seconds, reverse=True)
    others = [item for item in items if not _seconds(item)]
    size, ordered = len(items) // processes, list[pytest.Item]()
    for number in range(processes):
        first = long[number::processes]
        ordered += first
        ordered += (taken := others[: max(0, size - len(first))])
        del others[: len(taken)]
    items[:] = [*ordered, *others]


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish() -> None:
    """Write what this process has covered: xdist kills it ten seconds after its last test, whatever it does then."""
    if coverage := sys.modules.get("coverage"):
        measuring = coverage.Coverage.current()
        if measuring is not None:
            measuring.save()


def _seconds(item: pytest.Item) -> int:
    mark = item.get_closest_marker("long")
    return int(mark.args[0]) if mark else 0
