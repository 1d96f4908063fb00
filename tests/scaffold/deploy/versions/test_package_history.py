"""Older packages, kept and deployed again."""

from __future__ import annotations

import json
import re
import shutil
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from biot_emulator.testing import Emulator
from biot_plugin_cli.deploy import rollback
from biot_plugin_cli.deploy.code.zip_file import ZipCode
from biot_plugin_cli.deploy.versions.package_history import PackageHistory
from tests.scaffold.deployments import FIRST, HOOKED, SECOND, answer, configured, deploy, deploy_hooked, shown
from tests.scaffold.faulty_platform import FaultyPlatform
from tests.scaffold.packages import Repository

pytestmark = pytest.mark.slow


def test_older_code_goes_up_again_as_a_newer_version(
    plugin: Repository, emulator: Emulator, platform: FaultyPlatform
) -> None:
    first = deploy(plugin)
    outcome = plugin.program("rollback", "--yes")
    assert (outcome.exit_code, "Version 1 is the only one that there is" in outcome.err) == (1, True)
    # The same is said of the live version wherever the plugin runs.
    assert "has the code of version 1 already" in plugin.program("rollback", "--yes", "--to", "1").out
    assert "No stored package of version 2 (this folder has 1)" in plugin.program("rollback", "--to", "2").err
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


def test_a_package_that_cannot_be_kept_is_deployed_all_the_same(
    plugin: Repository, emulator: Emulator, platform: FaultyPlatform
) -> None:
    plugin.write(".biot-plugin", "in the way\n")
    done = plugin.program("deploy", "--yes", "--json")
    assert (done.exit_code, done.document["version"]) == (0, 1)
    assert "version 1 is not stored for rollback" in done.err
    assert answer(emulator) == {"n": 1}


def numbered(plugin: Repository, *numbers: int) -> None:
    """Deploy one version after the other, each with code of its own."""
    for number in numbers:
        plugin.write("index.py", FIRST.replace("1", str(number)))
        deploy(plugin)


def elsewhere(plugin: Repository, *numbers: int) -> None:
    """Deploy from another checkout."""
    kept, away = plugin.root / ".biot-plugin", plugin.root.parent / "kept"
    kept.rename(away)
    numbered(plugin, *numbers)
    shutil.rmtree(kept)
    away.rename(kept)


@pytest.fixture
def full(plugin: Repository, platform: FaultyPlatform) -> Repository:
    """A plugin in version 6, with a full history."""
    numbered(plugin, *range(1, 7))
    return plugin


def test_a_plugin_that_was_removed_and_made_again_has_a_history_of_its_own(
    full: Repository, emulator: Emulator
) -> None:
    assert full.program("delete", "--yes").exit_code == 0
    assert list((full.root / ".biot-plugin").rglob("*.zip")) == []
    numbered(full, 11)
    outcome = full.program("rollback", "--yes")
    assert (outcome.exit_code, "nothing to roll back to" in outcome.err) == (1, True)
    numbered(full, 12)
    back = full.program("rollback", "--yes", "--json").document
    assert (back["version"], back["codeOf"]) == (3, 1)
    assert answer(emulator) == {"n": 11}


def test_a_history_that_outlives_its_plugin_is_not_taken_for_that_of_the_next_one(
    full: Repository, emulator: Emulator
) -> None:
    assert emulator.call("DELETE", "/settings/v2/plugins/Plugin-demo").status_code == 204
    elsewhere(full, *range(11, 18))
    for arguments in ([], ["--to", "6"]):
        outcome = full.program("rollback", "--yes", *arguments)
        assert (outcome.exit_code, "this folder has none" in outcome.err) == (1, True)
    assert answer(emulator) == {"n": 17}
    # What is deployed now is kept, though its number is not among the highest.
    assert emulator.call("DELETE", "/settings/v2/plugins/Plugin-demo").status_code == 204
    numbered(full, 21, 22)
    assert full.program("rollback", "--yes").exit_code == 0
    assert answer(emulator) == {"n": 21}
    assert len(list((full.root / ".biot-plugin").rglob("*.zip"))) == 2


def test_where_the_version_before_was_deployed_from_elsewhere_no_other_one_is_taken_for_it(
    full: Repository, emulator: Emulator
) -> None:
    elsewhere(full, 7, 8)
    outcome = full.program("rollback", "--yes")
    assert (outcome.exit_code, outcome.err) == (
        1,
        "error: Version 7 was not deployed from this folder, which has 6, 5, 4, 3, 2: choose one of them with --to, "
        "or check out the older code and deploy it\n",
    )
    assert full.program("rollback", "--yes", "--to", "6").exit_code == 0
    assert answer(emulator) == {"n": 6}


def test_a_plugin_that_could_not_be_removed_keeps_its_history(
    full: Repository, emulator: Emulator, platform: FaultyPlatform
) -> None:
    platform.fault, platform.reaches = "500", False
    assert full.program("delete", "--yes").exit_code == 5
    assert full.program("rollback", "--yes").exit_code == 0
    assert answer(emulator) == {"n": 5}


def test_with_the_code_goes_back_what_its_decorators_said(
    plugin: Repository, emulator: Emulator, platform: FaultyPlatform
) -> None:
    deploy_hooked(plugin)
    before = shown(emulator)
    plugin.write("index.py", re.sub(r"@plugin.(notification|scheduled).*\n.*\n", "", HOOKED))
    configured(plugin, timeout=9)
    deploy(plugin)
    form = {"config": b'{"subscriptions": {"interceptionOrder": 50}}'}
    assert emulator.call("PATCH", "/settings/v2/plugins/Plugin-demo", form=form).status_code == 200
    back = plugin.program("rollback", "--yes", "--json")
    assert back.exit_code == 0, back.err
    after = shown(emulator)
    assert before
    assert after
    assert after["subscriptions"] == {**before["subscriptions"], "interceptionOrder": 50}
    assert after["cronSchedule"] == before["cronSchedule"]
    # What is not the code's own stays as it is.
    assert after["timeout"] == 9


def test_what_nobody_can_tell_of_the_code_stays_when_it_goes_back(
    plugin: Repository, emulator: Emulator, platform: FaultyPlatform
) -> None:
    numbered(plugin, 1, 2)
    hook = {"type": "PRE_REQUEST", "apiId": "POST/organization/v1/users/patients"}
    console = {"cronSchedule": "0 3 * * ? *", "subscriptions": {"interceptions": [hook], "interceptionOrder": 50}}
    form = {"config": json.dumps(console).encode()}
    assert emulator.call("PATCH", "/settings/v2/plugins/Plugin-demo", form=form).status_code == 200
    before = shown(emulator)
    assert plugin.program("rollback", "--yes").exit_code == 0
    after = shown(emulator)
    assert before
    assert after
    assert answer(emulator) == {"n": 1}
    assert (after["cronSchedule"], after["subscriptions"]) == (before["cronSchedule"], before["subscriptions"])


def append_to_code(zip_file: Path) -> None:
    with zipfile.ZipFile(zip_file, "a") as archive:
        archive.writestr("__pycache__/index.pyc", b"code that the content hash leaves out")


def replace_by_another(zip_file: Path) -> None:
    shutil.copy(zip_file.with_name("00002.zip"), zip_file)


def empty(zip_file: Path) -> None:
    zip_file.write_bytes(b"")


@pytest.mark.parametrize("change", [append_to_code, replace_by_another, empty])
def test_a_package_that_was_changed_since_is_not_sent(
    plugin: Repository, emulator: Emulator, platform: FaultyPlatform, change: Callable[[Path], None]
) -> None:
    numbered(plugin, 1, 2)
    [first] = (plugin.root / ".biot-plugin").rglob("00001.zip")
    change(first)
    before = shown(emulator)
    platform.requests.clear()
    for arguments in ([], ["--to", "1"]):
        outcome = plugin.program("rollback", "--yes", *arguments)
        assert outcome.exit_code == 1
        assert outcome.err.splitlines()[-1] == (
            f"error: {first} is not the package that was deployed as version 1: it was changed since; "
            "check out the older code and deploy it"
        )
    assert platform.requests == []
    assert shown(emulator) == before


def test_a_package_that_is_changed_during_the_confirmation_is_sent_as_it_was(
    plugin: Repository, emulator: Emulator, platform: FaultyPlatform, monkeypatch: pytest.MonkeyPatch
) -> None:
    numbered(plugin, 1, 2)
    [first] = (plugin.root / ".biot-plugin").rglob("00001.zip")
    monkeypatch.setattr(rollback, "confirm", lambda *_, **__: empty(first))
    assert plugin.program("rollback").exit_code == 0
    assert answer(emulator) == {"n": 1}


CONFIG = {"handler": "index.handler", "runtime": "python3.11", "subscriptions": None, "cronSchedule": None}


@pytest.mark.parametrize(
    "changes",
    [
        {"version": "1"},
        {"version": True},
        {"version": None},
        {"content_hash": 7},
        {"sha256": None},
        {"endpoint_url": ["x"]},
        {"file": 7},
        {"file": "../00001.zip"},
        {"file": "missing.zip"},
        {"config": []},
        {"config": {"subscriptions": [1]}},
        {"more": 1},
    ],
)
def test_a_record_of_another_shape_is_no_package(tmp_path: Path, changes: dict[str, Any]) -> None:
    history = PackageHistory(tmp_path, "https://platform.example", "demo")
    history.add(ZipCode("1.zip", b"1", "a" * 64), 1, CONFIG, None)
    history.add(ZipCode("2.zip", b"2", "b" * 64), 2, CONFIG, None)
    codes = [package.read() for package in history.all()]
    assert [code.content for code in codes if isinstance(code, ZipCode)] == [b"2", b"1"]
    [record] = tmp_path.rglob("00001.json")
    record.write_text(json.dumps({**json.loads(record.read_text()), **changes}))
    assert [package.version for package in history.all()] == [2]


@pytest.mark.parametrize("content", [b"", b"[]", b"\xff", b"[" * 100_000, b"7", b"{}"])
def test_a_record_that_is_not_json_is_no_package(tmp_path: Path, content: bytes) -> None:
    history = PackageHistory(tmp_path, "https://platform.example", "demo")
    history.add(ZipCode("1.zip", b"1", "a" * 64), 1, CONFIG, None)
    [record] = tmp_path.rglob("00001.json")
    record.write_bytes(content)
    assert history.all() == []
