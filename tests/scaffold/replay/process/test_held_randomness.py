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

HEAD = f"""
import json, os, sys
sys.path.insert(0, {str(CHECKOUT / "scaffold" / "src")!r})
from biot_plugin_cli.replay.process.held_randomness import HeldRandomness
held = HeldRandomness(7)
"""
#: One draw from each source, those from Python's modules after the modules were held.
DRAW = """
def draw():
    return {
        "random": [random.random(), random.randint(1, 10**9), random.choice(range(10**9)), by_name()],
        "own": random.Random().random(), "seeded": random.Random(3).random(), "system": random.SystemRandom().random(),
        "urandom": os.urandom(8).hex(), "secrets": [secrets.token_hex(8), secrets.randbelow(10**9)],
        "uuid": [str(uuid.uuid4()), str(uuid.uuid1(clock_seq=1))[8:], str(uuid.uuid1())[18:]],
    }
"""
MODULES = """
import random, secrets, uuid
from random import random as by_name
held.hold_random(random)
held.hold_uuid(uuid)
"""


def run(code: str, python: Path | str = sys.executable) -> Any:
    done = subprocess.run([str(python), "-c", HEAD + dedent(code)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.mark.parametrize("runtime", RUNTIMES)
def test_every_run_of_an_event_draws_the_same(runtime: str) -> None:
    python = find_interpreter(runtime)
    if python is None:
        pytest.skip(f"this machine has no {runtime}")
    code = (
        "held.start(1); first = draw(); again = draw(); held.start(1); second = draw(); held.start(2); third = draw()"
    )

    first, again, second, third = run(
        f"{MODULES}{DRAW}{code}\nprint(json.dumps([first, again, second, third]))", python
    )

    assert first == second
    # Not for lack of randomness.
    for other in (again, third):
        assert {name for name in first if first[name] == other[name]} == {"seeded"}


def test_a_uuid_is_a_valid_one() -> None:
    code = f"{MODULES}u = uuid.uuid4(); print(json.dumps([u.version, u.variant, str(u) == str(uuid.UUID(str(u)))]))"

    assert run(code) == [4, "specified in RFC 4122", True]


def test_one_more_draw_for_one_purpose_changes_none_of_the_others() -> None:
    code = f"""{MODULES}{DRAW}
held.start(1); first = draw()
held.start(1); uuid.uuid4(); second = draw()
held.start(1); os.urandom(3); third = draw()
print(json.dumps([first, second, third]))"""

    first, second, third = run(code)

    assert {name for name in first if first[name] != second[name]} == {"uuid"}
    assert {name for name in first if first[name] != third[name]} == {"system", "urandom", "secrets"}


def test_seeding_with_nothing_is_held_too() -> None:
    code = f"{MODULES}\nheld.start(1); random.seed(); a = random.random()"
    again = "held.start(1); random.seed(); print(json.dumps(a == random.random()))"

    assert run(f"{code}\n{again}") is True


def test_sizes_are_as_ever() -> None:
    code = """
    sizes = [len(os.urandom(size)) for size in (0, 1, 31)]
    try:
        os.urandom(-1)
    except ValueError as error:
        print(json.dumps([sizes, str(error)]))
    """

    assert run(code) == [[0, 1, 31], "negative argument not allowed"]
