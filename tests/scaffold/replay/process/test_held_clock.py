from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest

from biot_plugin_cli.manifest.lambda_runtimes import RUNTIMES
from biot_plugin_cli.plugin.interpreters import find_interpreter
from tests.scaffold.support import CHECKOUT

SOURCE = CHECKOUT / "scaffold" / "src"
#: 2020-02-03T04:05:06.789012Z
INSTANT = 1_580_702_706_789_012_000
HEAD = f"""
import json, sys, time
sys.path.insert(0, {str(SOURCE)!r})
from biot_plugin_cli.replay.process.held_clock import HeldClock
real_time, real_monotonic = time.time, time.monotonic
"""


def run(code: str, python: Path | str = sys.executable) -> Any:
    done = subprocess.run(
        [str(python), "-c", HEAD + dedent(code)], capture_output=True, text=True, check=False, env={"TZ": "UTC"}
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


ASKED = f"""
from datetime import date, datetime, timezone
import datetime as module
early_now, early_today = datetime.now, date.today
class Own(datetime): pass
clock = HeldClock({INSTANT})
clock.hold_dates(module)
from time import time as by_name
print(json.dumps({{
    "time": time.time(), "by name": by_name(), "time_ns": time.time_ns(),
    "gmtime": time.gmtime()[:6], "localtime": time.localtime()[:6], "gmtime of": time.gmtime(0)[:6],
    "ctime": time.ctime(), "ctime of": time.ctime(0),
    "asctime": time.asctime(), "asctime of": time.asctime(time.gmtime(0)),
    "strftime": time.strftime("%Y-%m-%dT%H:%M:%S"), "strftime of": time.strftime("%Y", time.gmtime(0)),
    "clock_gettime": time.clock_gettime(time.CLOCK_REALTIME), "ns": time.clock_gettime_ns(time.CLOCK_REALTIME),
    "now": datetime.now().isoformat(), "zone": datetime.now(timezone.utc).isoformat(),
    "keyword": datetime.now(tz=timezone.utc).isoformat(),
    "utcnow": datetime.utcnow().isoformat(), "today": datetime.today().isoformat(), "date": date.today().isoformat(),
    "own": [type(Own.now()).__name__, Own.now().isoformat(), type(Own.today()).__name__],
    "same class": type(datetime.now()) is datetime and isinstance(Own.now(), datetime),
    "others": abs(real_monotonic() - time.monotonic()) < 60 and time.perf_counter() > 0
        and time.clock_gettime(time.CLOCK_MONOTONIC) > 0 and time.clock_gettime_ns(time.CLOCK_MONOTONIC) > 0,
}}))
"""
SECONDS = INSTANT / 1_000_000_000
ANSWERED = {
    **dict.fromkeys(["time", "by name", "clock_gettime"], SECONDS),
    **dict.fromkeys(["time_ns", "ns"], INSTANT),
    "gmtime": [2020, 2, 3, 4, 5, 6],
    "localtime": [2020, 2, 3, 4, 5, 6],
    "gmtime of": [1970, 1, 1, 0, 0, 0],
    **dict.fromkeys(["ctime", "asctime"], "Mon Feb  3 04:05:06 2020"),
    **dict.fromkeys(["ctime of", "asctime of"], "Thu Jan  1 00:00:00 1970"),
    "strftime": "2020-02-03T04:05:06",
    "strftime of": "1970",
    **dict.fromkeys(["now", "utcnow", "today"], "2020-02-03T04:05:06.789012"),
    **dict.fromkeys(["zone", "keyword"], "2020-02-03T04:05:06.789012+00:00"),
    "date": "2020-02-03",
    "own": ["Own", "2020-02-03T04:05:06.789012", "Own"],
    "same class": True,
    "others": True,
}


@pytest.mark.parametrize("runtime", RUNTIMES)
def test_everything_that_tells_the_time_of_day_tells_that_of_the_event(runtime: str) -> None:
    python = find_interpreter(runtime)
    if python is None:
        pytest.skip(f"this machine has no {runtime}")

    assert run(ASKED, python) == ANSWERED


def test_the_time_of_the_next_event_is_another() -> None:
    code = f"""
    clock = HeldClock({INSTANT})
    before = time.time_ns()
    clock.set(7)
    print(json.dumps([before, time.time_ns()]))
    """

    assert run(code) == [INSTANT, 7]


def test_sleep_moves_the_time_on_in_the_thread_of_the_event_alone() -> None:
    code = """
    import threading
    clock = HeldClock(0)
    other = threading.Thread(target=time.sleep, args=(0.001,))
    other.start(); other.join()
    unmoved = time.time_ns()
    time.sleep(0.002)
    print(json.dumps([unmoved, time.time_ns()]))
    """

    assert run(code) == [0, 2_000_000]


def test_who_waits_for_the_time_to_pass_does_not_wait_forever() -> None:
    code = """
    clock = HeldClock(0)
    asked = 0
    while time.time() < 0.5:
        asked += 1
    print(json.dumps(1000 <= asked < 2000))
    """

    assert run(code) is True


def test_the_real_time_is_told_where_it_is_released() -> None:
    code = """
    clock = HeldClock(5)
    with clock.released():
        real = time.time()
    print(json.dumps([abs(real - real_time()) < 60, time.time_ns()]))
    """

    assert run(code) == [True, 5]


def test_libraries_in_c_and_rust_take_the_classes_for_what_they_are() -> None:
    code = f"""
    import datetime as module
    HeldClock({INSTANT}).hold_dates(module)
    import msgspec, pydantic
    class Model(pydantic.BaseModel):
        at: module.datetime = pydantic.Field(default_factory=module.datetime.now)
        day: module.date
    class Struct(msgspec.Struct):
        at: module.datetime
    model = Model(day="2020-01-01")
    struct = msgspec.json.decode(b'{{"at": "2020-02-03T04:05:06.789012"}}', type=Struct)
    print(json.dumps([model.model_dump_json(), struct.at == module.datetime.now()]))
    """

    assert run(code) == ['{"at":"2020-02-03T04:05:06.789012","day":"2020-01-01"}', True]
