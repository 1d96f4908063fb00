from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from biot_plugin_cli.errors import PluginImportError, UsageError
from biot_plugin_cli.replay.case import Case
from biot_plugin_cli.replay.running.lane import Observations
from biot_plugin_cli.replay.running.parallel import run_lanes
from tests.scaffold.replay_codes import case, pair_of

pytestmark = pytest.mark.slow

SLEEPS = "    time.sleep(60)\n"
INDEX = "def handler(event, context): return event"


def test_every_event_is_run_once_and_no_more_are_read_than_are_needed(tmp_path: Path) -> None:
    done: list[int] = []
    ahead: list[int] = []

    def cases() -> Iterator[Case]:
        for position in range(40):
            ahead.append(position - len(done))
            yield case(position, n=position)

    def observe(observations: Observations) -> None:
        assert observations.new.body == {"n": observations.case.position}
        done.append(observations.case.position)

    run_lanes(pair_of(tmp_path, INDEX, INDEX), cases(), tmp_path / "lanes", {}, 2, observe)

    assert sorted(done) == [*range(40)]
    assert max(ahead) <= 2
    assert threading.active_count() < 10


def test_an_invalid_event_ends_everything(tmp_path: Path) -> None:
    def cases() -> Iterator[Case]:
        yield case(0)
        yield case(1, body={"number": 1e999})
        raise AssertionError("no more are read")

    with pytest.raises(UsageError, match="events:1 cannot be sent"):
        run_lanes(pair_of(tmp_path, INDEX, INDEX), cases(), tmp_path / "lanes", {}, 1, lambda _: None)


def test_what_fails_in_a_lane_fails_here(tmp_path: Path) -> None:
    with pytest.raises(PluginImportError):
        run_lanes(pair_of(tmp_path, INDEX, "import nope"), iter([case(0)]), tmp_path / "lanes", {}, 2, lambda _: None)


def test_an_interruption_ends_everything(tmp_path: Path) -> None:
    index = f"import pathlib, time\ndef handler(event, context):\n    pathlib.Path(event['file']).touch()\n{SLEEPS}"
    started = tmp_path / "started"

    class Stop(BaseException):
        pass

    def cases() -> Iterator[Case]:
        yield case(0, file=str(started))

    def interrupt(*_: object) -> None:
        raise Stop

    before = signal.signal(signal.SIGUSR1, interrupt)
    watcher = threading.Thread(target=_signal_when, args=(started,))
    watcher.start()
    try:
        with pytest.raises(Stop):
            run_lanes(pair_of(tmp_path, index, index, timeout=120), cases(), tmp_path / "lanes", {}, 1, lambda _: None)
    finally:
        signal.signal(signal.SIGUSR1, before)
        watcher.join()
    assert [thread.name for thread in threading.enumerate() if thread.name.startswith("replay")] == []


def _signal_when(file: Path) -> None:
    while not file.exists():
        time.sleep(0.01)
    os.kill(os.getpid(), signal.SIGUSR1)


def test_without_events_nothing_is_started(tmp_path: Path) -> None:
    run_lanes(pair_of(tmp_path, "import nope", "import nope"), iter([]), tmp_path / "lanes", {}, 4, lambda _: None)

    assert not (tmp_path / "lanes").exists()
