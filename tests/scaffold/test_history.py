"""Older packages, kept and deployed again."""

from __future__ import annotations

import re
import sys

import pytest

from biot_emulator.testing import Emulator
from tests.scaffold.deployments import FIRST, HOOKED, SECOND, answer, configured, deploy, shown
from tests.scaffold.faulty_platform import FaultyPlatform
from tests.scaffold.packages import Repository

pytestmark = pytest.mark.slow


def test_older_code_goes_up_again_as_a_newer_version(
    plugin: Repository, emulator: Emulator, platform: FaultyPlatform
) -> None:
    first = deploy(plugin)
    outcome = plugin.program("rollback", "--yes")
    assert (outcome.exit_code, "not kept" in outcome.err) == (1, True)
    plugin.write("index.py", SECOND)
    deploy(plugin)
    back = plugin.program("rollback", "--yes", "--json").document
    assert (back["version"], back["codeOf"], back["contentHash"]) == (3, 1, first["contentHash"])
    assert answer(emulator) == {"n": 1}
    forth = plugin.program("rollback", "--yes", "--json", "--to", "2").document
    assert (forth["version"], forth["codeOf"]) == (4, 2)
    assert answer(emulator) == {"n": 2}
    # Version 2 has the code that is there.
    assert plugin.program("rollback", "--yes", "--json", "--to", "2").document["action"] == "none"
    assert "already" in plugin.program("rollback", "--yes", "--to", "2").out
    assert "version 99" in plugin.program("rollback", "--yes", "--to", "99").err
    # What is in this folder is what is there.
    assert deploy(plugin)["action"] == "none"


def test_the_packages_that_are_kept_are_few_and_git_does_not_see_them(
    plugin: Repository, emulator: Emulator, platform: FaultyPlatform
) -> None:
    for number in range(8):
        plugin.write("index.py", FIRST.replace("1", str(number)))
        deploy(plugin)
    kept = sorted(path.name for path in (plugin.root / ".biot-plugin").rglob("*.zip"))
    assert kept == [f"{version:05d}.zip" for version in range(4, 9)]
    assert (plugin.root / ".biot-plugin" / ".gitignore").read_text() == "*\n"


def test_with_the_code_goes_back_what_its_decorators_said(
    plugin: Repository, emulator: Emulator, platform: FaultyPlatform
) -> None:
    (plugin.root / ".venv").symlink_to(sys.prefix)
    plugin.write("index.py", HOOKED)
    deploy(plugin)
    before = shown(emulator)
    plugin.write("index.py", re.sub(r"@plugin.(notification|scheduled).*\n.*\n", "", HOOKED))
    configured(plugin, timeout=9)
    deploy(plugin)
    back = plugin.program("rollback", "--yes", "--json")
    assert back.exit_code == 0, back.err
    after = shown(emulator)
    assert before
    assert after
    assert after["subscriptions"] == before["subscriptions"]
    assert after["cronSchedule"] == before["cronSchedule"]
    # What is not the code's own stays as it is.
    assert after["timeout"] == 9
