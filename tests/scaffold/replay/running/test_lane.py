from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from biot_plugin_cli.errors import OperationFailed, PluginImportError
from biot_plugin_cli.replay.differences.comparison import compare
from biot_plugin_cli.replay.running.held_tokens import HeldTokens
from biot_plugin_cli.replay.running.lane import Lane, Observations, open_lane
from tests.scaffold.replay_codes import AT, case, pair_of

pytestmark = pytest.mark.slow

#: What an event asks for is done; `VERSION` tells the two codes apart.
INDEX = """
import os, sys, time
import shadowed, random

VERSION = "{version}"
IMPORTED_AT = time.time()
seen = []

def handler(event, context):
    seen.append(event.get("remember"))
    return globals()[event["do"]](event, context)

def moments(event, context):
    import datetime, secrets, uuid  # only now
    return {{
        "time": time.time(), "now": datetime.datetime.now().isoformat(), "date": datetime.date.today().isoformat(),
        "imported": IMPORTED_AT, "random": random.random(), "uuid": str(uuid.uuid4()), "token": secrets.token_hex(4),
        "request": context.aws_request_id, "stream": context.log_stream_name, "trace": os.environ["_X_AMZN_TRACE_ID"],
        "set": list({{"a", "b", "c", "d", "e", "f", "g"}}),
        "left": 0 < context.get_remaining_time_in_millis() <= 10_000,
        "hash": os.environ.get("PYTHONHASHSEED"), "settings": os.environ.get("BIOT_PLUGIN_REPLAY"),
        "member": [name for name in event if "replay" in name], "shadow": shadowed.NAME,
    }}

def own(event, context):
    return {{"pid": os.getpid(), "same": 1}}

def noise(event, context):
    sys.stdout.write("x" * 100_000 + "\\n[ERROR]\\t2026-01-01T00:00:00.000Z\\tid\\tbad\\n")
    return "fine"

def memory(event, context):
    return seen[-3:]

def ends(event, context):
    os._exit(3) if VERSION == "new" else None
    return "alive"

def raises(event, context):
    raise KeyError("Ada") if VERSION == "new" else ValueError("Ada")

def outwards(event, context):
    import urllib.request
    try:
        urllib.request.urlopen("https://example.com/" + VERSION)
    except OSError as error:
        return type(error).__name__

def asks(event, context):
    import json, urllib.error, urllib.request
    request = urllib.request.Request(os.environ["BIOT_BASE_URL"] + event["path"], json.dumps(VERSION).encode())
    try:
        return json.load(urllib.request.urlopen(request))
    except urllib.error.HTTPError as error:
        return error.code
"""
SHADOW = "NAME = 'own'\n"


def codes(folder: Path, **more: Any) -> Any:
    return pair_of(folder, INDEX.format(version="old"), INDEX.format(version="new"), shadowed=SHADOW, **more)


@pytest.fixture(scope="module")
def lane(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lane]:
    folder = tmp_path_factory.mktemp("lane")
    first = case(0)
    with open_lane(codes(folder), folder / "processes", {}, first, HeldTokens()) as lane:
        lane.start(first)
        yield lane


def run(lane: Lane, do: str, answers: Any = None, **event: Any) -> Observations:
    return lane.run(case(1, answers, do=do, **event))


def between(observations: Observations) -> list[str]:
    return [difference.id for difference in compare(observations.old, observations.new)]


def by_itself(observations: Observations) -> list[str]:
    return [difference.id for difference in compare(observations.old, observations.again)]


def test_time_and_randomness_are_the_same_in_every_process(lane: Lane) -> None:
    observed = run(lane, "moments")
    body = observed.old.body

    assert body == observed.again.body == observed.new.body == run(lane, "moments").new.body
    assert body["time"] == body["imported"] == AT.timestamp()
    assert (body["now"], body["date"]) == ("2020-02-03T04:05:06.789012", "2020-02-03")
    assert body["left"] is True
    assert (body["hash"], body["settings"], body["member"], body["shadow"]) == (None, None, [], "own")


def test_what_is_held_is_another_for_another_event(lane: Lane) -> None:
    first, second = (lane.run(case(position, do="moments")).new.body for position in (1, 2))

    assert {name for name in first if first[name] != second[name]} == {"random", "uuid", "token", "request", "trace"}


def test_what_cannot_be_held_differs_by_itself(lane: Lane) -> None:
    observed = run(lane, "own")

    assert by_itself(observed) == ["changed:pid"]
    assert between(observed) == ["changed:pid"]


def test_what_is_printed_is_in_no_reply(lane: Lane) -> None:
    observed = run(lane, "noise")

    assert (observed.new.body, observed.new.levels) == ("fine", {"ERROR": 1})
    assert between(observed) == []


def test_each_process_remembers_the_same_events(lane: Lane) -> None:
    lane.run(case(1, do="own", remember="a"))
    lane.run(case(1, do="own", remember="b"))

    observed = run(lane, "memory", remember="c")

    assert observed.old.body == observed.again.body == observed.new.body == ["a", "b", "c"]


def test_where_one_process_ends_all_of_them_begin_anew(lane: Lane) -> None:
    observed = run(lane, "ends", remember="a")

    assert between(observed) == ["error:none->Runtime.ExitError"]
    assert observed.new.has_ended and not observed.old.has_ended

    after = run(lane, "memory", remember="b")

    assert after.old.body == after.again.body == after.new.body == ["b"]
    assert after.old.init_ms and after.again.init_ms and after.new.init_ms


def test_an_exception_is_compared_by_its_type(lane: Lane) -> None:
    observed = run(lane, "raises")

    assert between(observed) == ["error:ValueError->KeyError"]
    assert "Ada" not in repr(observed)


def test_nothing_is_sent_elsewhere(lane: Lane) -> None:
    observed = run(lane, "outwards")

    assert observed.new.body == "URLError"
    assert observed.old.refused == observed.new.refused == ("example.com:443",)
    assert between(observed) == ["refused:example.com:443"]
    assert run(lane, "own").new.refused == ()


def test_calls_get_the_answers_of_the_event_in_each_process(lane: Lane) -> None:
    observed = run(lane, "asks", {"POST /x": [{"answer": 1}, {"answer": 2}]}, path="/x")

    assert (observed.old.body, observed.again.body, observed.new.body) == (1, 1, 1)
    assert between(observed) == ["call-changed:POST /x:body"]
    assert by_itself(observed) == []


def test_a_call_without_an_answer_is_a_difference(lane: Lane) -> None:
    observed = run(lane, "asks", path="/y")

    assert observed.old.body == observed.new.body == 404
    assert between(observed) == ["call-changed:POST /y:body", "unanswered:POST /y"]


def test_an_event_that_takes_too_long_ends_for_its_code_alone(tmp_path: Path) -> None:
    slow = "import time\ndef handler(event, context):\n    time.sleep({})\n"
    first = case(0)
    with open_lane(
        pair_of(tmp_path, slow.format(0), slow.format(60), timeout=1), tmp_path / "p", {}, first, HeldTokens()
    ) as lane:
        lane.start(first)
        assert between(lane.run(first)) == ["error:none->Sandbox.Timedout"]


@pytest.mark.parametrize(
    ("old", "new", "error", "message"),
    [
        ("def handler(*_): pass", "import nothing_like_it", PluginImportError, "The plugin cannot be imported: "),
        (
            "import nothing_like_it",
            "def handler(*_): pass",
            OperationFailed,
            "The older code, the old code, cannot be imp",
        ),
        (
            "import os; os._exit(1)",
            "def handler(*_): pass",
            OperationFailed,
            "The older code, the old code, cannot be imp",
        ),
    ],
)
def test_code_that_cannot_be_imported_is_one_sentence(
    old: str, new: str, error: type[Exception], message: str, tmp_path: Path
) -> None:
    first = case(0)
    processes = open_lane(pair_of(tmp_path, old, new), tmp_path / "p", {}, first, HeldTokens())
    with processes as lane, pytest.raises(error) as failure:
        lane.start(first)

    assert message in str(failure.value)
    assert "\n" not in str(failure.value)


def test_nothing_remains(tmp_path: Path) -> None:
    index = "import os\ndef handler(*_): return os.getpid()"
    first = case(0)
    with open_lane(pair_of(tmp_path, index, index), tmp_path / "p", {}, first, HeldTokens()) as lane:
        lane.start(first)
        observed = lane.run(first)
        pids = [observed.old.body, observed.again.body, observed.new.body]
        assert all(Path(f"/proc/{pid}").exists() for pid in pids) or not Path("/proc").is_dir()

    assert not any(Path(f"/proc/{pid}").exists() for pid in pids)
