"""Deploys of several people at once: what is there then, and what each of them is told."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from biot_emulator.testing import Emulator
from tests.scaffold.deployments import SECOND, answer, deploy
from tests.scaffold.faulty_platform import FaultyPlatform
from tests.scaffold.packages import Repository

pytestmark = pytest.mark.slow


def meanwhile(platform: FaultyPlatform, method: str, do: Callable[[], object]) -> None:
    """Do something just before the platform gets the next call of a method."""
    original, waiting = platform.ask, [do]

    def ask(request: bytes) -> bytes:
        if waiting and request.startswith(f"{method} /settings".encode()):
            waiting.pop()()
        return original(request)

    platform.ask = ask


def without_trace(line: str) -> str:
    return re.sub(r" \(trace \w+\)", "", line)


def test_of_two_deploys_at_once_one_is_told_that_the_other_was_faster(
    plugin: Repository, emulator: Emulator, platform: FaultyPlatform
) -> None:
    deploy(plugin)
    plugin.write("index.py", SECOND)
    meanwhile(platform, "PUT", lambda: emulator.deploy(plugin.root / "dist" / "demo.zip"))
    outcome = plugin.program("deploy", "--yes")
    assert outcome.exit_code == 5
    assert without_trace(outcome.err.splitlines()[-1]) == (
        "error: The platform already has version 2, and 2 is not newer: somebody else has deployed in the meantime, "
        "run deploy again. The platform has version 2 of demo, which is another one"
    )


def test_who_is_second_with_the_very_same_plugin_has_what_was_wanted(
    plugin: Repository, emulator: Emulator, platform: FaultyPlatform
) -> None:
    deploy(plugin)
    plugin.write("index.py", SECOND)
    original = platform.ask
    meanwhile(platform, "PUT", lambda: original(platform.requests[-1]))
    assert deploy(plugin)["version"] == 2
    assert answer(emulator) == {"n": 2}


def test_of_a_plugin_that_somebody_has_removed_nobody_says_that_it_is_still_there(
    plugin: Repository, emulator: Emulator, platform: FaultyPlatform
) -> None:
    deploy(plugin)
    plugin.write("index.py", SECOND)
    meanwhile(platform, "PUT", lambda: emulator.call("DELETE", "/settings/v2/plugins/Plugin-demo"))
    outcome = plugin.program("deploy", "--yes")
    assert outcome.exit_code == 5
    assert without_trace(outcome.err.splitlines()[-1]) == (
        "error: No plugin Plugin-demo on the platform: deploy it first, or see biot-plugin list. "
        "The platform has no plugin demo any more"
    )


def test_of_a_plugin_that_somebody_else_has_made_nobody_says_that_nothing_is_there(
    plugin: Repository, emulator: Emulator, platform: FaultyPlatform
) -> None:
    meanwhile(platform, "POST", lambda: emulator.deploy(plugin.root / "dist" / "demo.zip"))
    outcome = plugin.program("deploy", "--yes")
    assert outcome.exit_code == 5
    assert without_trace(outcome.err.splitlines()[-1]) == (
        "error: The plugin demo already exists: run deploy again to update it. "
        "The platform has version 1 of demo, which is another one"
    )


def test_what_somebody_else_has_set_meanwhile_is_not_as_it_was(
    plugin: Repository, emulator: Emulator, platform: FaultyPlatform
) -> None:
    deploy(plugin)
    plugin.write("index.py", SECOND)
    original = platform.ask

    def another_instead(request: bytes) -> bytes:
        if not request.startswith(b"PUT"):
            return original(request)
        form = {"config": b'{"timeout": 33}'}
        assert emulator.call("PATCH", "/settings/v2/plugins/Plugin-demo", form=form).status_code == 200
        return b""

    platform.ask = another_instead
    platform.fault = "500"
    outcome = plugin.program("deploy", "--yes")
    assert outcome.exit_code == 5
    assert "The platform has version 1 of demo, which is another one: run biot-plugin status" in outcome.err


def test_many_deploys_at_once_leave_one_whole_plugin(
    plugin: Repository, emulator: Emulator, platform: FaultyPlatform, tmp_path: Path
) -> None:
    deploy(plugin)
    package = (plugin.root / "dist" / "demo.zip").read_bytes()
    statuses: list[int] = []

    def change() -> None:
        form = {"code": package, "config": b'{"version": 2}'}
        statuses.append(emulator.call("PATCH", "/settings/v2/plugins/Plugin-demo", form=form).status_code)

    threads = [threading.Thread(target=change) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(statuses) == [200, 400, 400, 400]
    assert answer(emulator) == {"n": 1}
