"""`biot-plugin check`: all findings at once, each with its place, its code and what to do."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from biot_emulator.testing import Emulator
from biot_plugin_cli.errors import PlatformRefused, PlatformUnreachable
from biot_plugin_cli.git.runner import git
from tests.scaffold.plugins import MANIFEST, THIS, check, codes, hooked, make_plugin, the_one
from tests.scaffold.support import CHECKOUT, Program

HOOKS = ("pre-request", "post-request", "adapt-entity", "notification", "scheduled", "endpoint")


@pytest.fixture(autouse=True)
def uv_is_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(CHECKOUT / ".uv" / "bin"), prepend=":")


@pytest.mark.slow
def test_what_new_plugin_makes_has_no_finding(
    create: Program, biot_plugin: Program, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hooks = [argument for hook in HOOKS for argument in ("--hook", hook)]
    create(tmp_path / "demo", *hooks, "--runtime", THIS, "--defaults")
    (tmp_path / "demo" / ".venv").symlink_to(CHECKOUT / ".venv")
    monkeypatch.chdir(tmp_path / "demo")

    shown = biot_plugin("check", "--json")

    # It is not set up yet; and without a package index nobody can look at the dependencies.
    found = [one["code"] for one in shown.document["findings"]]
    assert found in (["dependencies-unknown", "lock-missing"], ["lock-missing"])
    assert (shown.exit_code, shown.document["ok"], shown.err) == (0, True, "")
    assert shown.document["schedule"]["meaning"] == "At 03:45, every day"


def test_everything_is_found_at_once(tmp_path: Path, biot_plugin: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    manifest = (
        MANIFEST.replace("version = 3", "version = 0") + 'memory = 1\n[tool.biot-plugin.environment]\nBIOT_X="y"\n'
    )
    index = hooked(
        'pre_request("POST/organization/v1/users/robots")',
        'pre_request("/organization/v1/users/patients")',
        'notification("patient", "_read")',
        'scheduled("60 0 * * ? *")',
    )
    make_plugin(tmp_path, manifest=manifest, index=index)
    (tmp_path / ".env").write_text("BIOT_PLUGIN_PASSWORD=correct-horse\n")
    git(tmp_path, "init", "--quiet")
    monkeypatch.chdir(tmp_path)

    shown = biot_plugin("check", "--json")

    found = [(one["severity"], one["code"], one["file"], one["line"]) for one in shown.document["findings"]]
    assert found == [
        ("error", "env-file-tracked", ".env", None),
        ("error", "secret-tracked", ".env", 1),
        ("error", "api-id-unknown", "index.py", 5),
        ("error", "hook-invalid", "index.py", 7),
        ("error", "cron-invalid", "index.py", 11),
        ("error", "version-invalid", "pyproject.toml", 4),
        ("error", "key-unknown", "pyproject.toml", 7),
        ("error", "environment-reserved", "pyproject.toml", 9),
        ("warning", "never-notified", "index.py", 9),
    ]
    assert (shown.exit_code, shown.document["errors"], shown.document["warnings"]) == (4, 8, 1)
    assert all(one["message"] and one["advice"] for one in shown.document["findings"])
    assert "correct-horse" not in shown.out


def test_nothing_wrong_is_said(tmp_path: Path, biot_plugin: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(make_plugin(tmp_path, index=hooked("endpoint()")))

    shown = biot_plugin("check")

    assert (shown.exit_code, shown.out, shown.err) == (0, "No problems found.\n", "")


def test_people_read_lines(tmp_path: Path, biot_plugin: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    make_plugin(tmp_path, manifest=MANIFEST.replace("timeout = 10", "timeout = 3"))
    monkeypatch.chdir(tmp_path)

    shown = biot_plugin("check")

    assert shown.exit_code == 0
    assert shown.out.startswith("warning timeout-short  pyproject.toml:6\n  A timeout of 3 s may be too short")
    assert "0 18 ? * MON-FRI *  At 18:00, Monday through Friday (UTC); next: " in shown.out
    assert shown.out.endswith("1 warning\n")


def test_all_else_is_found_where_the_plugin_cannot_be_imported(
    tmp_path: Path, biot_plugin: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_plugin(tmp_path, manifest=MANIFEST + "memory-size = 64\n", index="import nothing_like_it\n")
    monkeypatch.chdir(tmp_path)

    shown = biot_plugin("check", "--json")

    assert [one["code"] for one in shown.document["findings"]] == ["import-failed", "memory-size-invalid"]
    assert (shown.exit_code, shown.document["schedule"]) == (3, None)


def test_outside_of_a_plugin_there_is_nothing_to_check(
    tmp_path: Path, biot_plugin: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)

    shown = biot_plugin("check", "--json")

    assert (shown.exit_code, shown.document["exitCode"]) == (4, 4)
    assert "new-plugin" in shown.err


ENVIRONMENTS = """
[tool.biot-plugin.env.staging]
timeout = 2

[tool.biot-plugin.env.prod]
timeout = 0
"""


def test_without_an_environment_the_mistakes_of_all_of_them_count(tmp_path: Path) -> None:
    found = the_one(check(make_plugin(tmp_path, more=ENVIRONMENTS)))

    assert (found.code, found.file, found.line) == ("timeout-invalid", "pyproject.toml", 12)
    assert found.message == "'timeout' of [tool.biot-plugin.env.prod] is 0"


def test_an_environment_is_checked_as_it_is_there(
    tmp_path: Path, biot_plugin: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(make_plugin(tmp_path, more=ENVIRONMENTS))

    [found] = biot_plugin("check", "--json", "--env", "staging").document["findings"]
    assert (found["code"], found["line"]) == ("timeout-short", 9)
    assert biot_plugin("check", "--env", "nowhere").exit_code == 4


def test_a_mistake_in_another_environment_hides_nothing(tmp_path: Path) -> None:
    make_plugin(tmp_path, manifest=MANIFEST.replace("timeout = 10", "timeout = 1"), more=ENVIRONMENTS)

    assert codes(check(tmp_path)) == ["timeout-invalid", "timeout-short"]
    assert codes(check(tmp_path, "prod")) == ["timeout-invalid"]


def _asking(emulator: Emulator) -> Any:
    def get(path: str) -> Mapping[str, Any]:
        reply = emulator.call("GET", path)
        assert reply.status_code == 200
        return dict(reply.body)

    return get


@pytest.mark.slow
def test_the_platform_itself_says_what_can_be_intercepted(tmp_path: Path, biot_emulator: Emulator) -> None:
    index = hooked('pre_request("POST/organization/v1/users/patients")', 'adapt_entity("robot")')
    make_plugin(tmp_path, index=index)

    found = the_one(check(tmp_path, get=_asking(biot_emulator)))

    assert (found.code, found.line) == ("entity-type-unknown", 7)
    assert "the type is not in the platform's list" in found.message
    assert "--online" not in found.advice


def test_a_long_list_is_asked_for_page_by_page(tmp_path: Path) -> None:
    listed = [{"entityTypeName": "x", "servicePrefix": "/x", "apiId": f"GET/x/v1/{number}"} for number in range(250)]
    asked: list[str] = []

    def get(path: str) -> Mapping[str, Any]:
        asked.append(path)
        start = 100 * (len(asked) - 1)
        return {"data": listed[start : start + 100]}

    make_plugin(tmp_path, index=hooked('pre_request("GET/x/v1/249")', 'pre_request("GET/x/v1/250")'))

    assert the_one(check(tmp_path, get=get)).line == 7
    assert len(asked) == 3


@pytest.mark.parametrize(("error", "exit_code"), [(PlatformUnreachable, 6), (PlatformRefused, 5)])
def test_all_else_is_found_where_the_platform_cannot_be_asked(
    tmp_path: Path, error: type[PlatformRefused | PlatformUnreachable], exit_code: int
) -> None:
    def get(path: str) -> Mapping[str, Any]:
        raise error("It does not answer")

    report = check(make_plugin(tmp_path), get=get)
    assert (codes(report), report.exit_code, str(report.platform_error)) == ([], exit_code, "It does not answer")
    (tmp_path / "index.py").write_text(hooked('adapt_entity("robot")'))
    report = check(tmp_path, get=get)
    assert (codes(report), report.exit_code) == (["entity-type-unknown"], 4)
