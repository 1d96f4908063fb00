from __future__ import annotations

from pathlib import Path

import pytest

from biot_plugin_cli.hooks import discovery
from biot_plugin_cli.manifest.lambda_runtimes import RUNTIMES
from tests.scaffold.plugins import INDEX, MANIFEST, THIS, check, hooked, make_plugin, the_one
from tests.scaffold.support import Program

pytestmark = pytest.mark.slow

OTHER = next(runtime for runtime in RUNTIMES if runtime != THIS)


@pytest.mark.parametrize(
    ("index", "line", "said"),
    [
        ("import os\n\nimport nothing_like_it\n", 3, "ModuleNotFoundError: No module named 'nothing_like_it'"),
        ("def f(:\n", 1, "SyntaxError"),
        ("x = 1\nraise RuntimeError('not today')\n", 2, "RuntimeError: not today"),
        ("raise SystemExit(3)\n", 1, "SystemExit: 3"),
    ],
)
def test_what_cannot_be_imported_is_shown_where(tmp_path: Path, index: str, line: int, said: str) -> None:
    report = check(make_plugin(tmp_path, index=index))

    found = the_one(report)
    assert (found.code, found.severity, found.file, found.line) == ("import-failed", "error", "index.py", line)
    assert said in found.message
    assert report.exit_code == 3
    assert ("make setup" in found.advice) == ("ModuleNotFoundError" in said)


def test_a_variable_of_the_shell_is_not_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NORMS_URL", "https://example.com")

    found = the_one(check(make_plugin(tmp_path, index="import os\nURL = os.environ['NORMS_URL']\n")))

    assert (found.code, found.line) == ("import-failed", 2)
    assert found.advice.startswith("set NORMS_URL in [tool.biot-plugin.environment]")


def test_a_process_that_ends_at_import_is_told(tmp_path: Path) -> None:
    report = check(make_plugin(tmp_path, index="import os\nos._exit(7)\n"))

    assert "ended with exit status 7" in the_one(report).message
    assert the_one(report).advice == "a plugin must return or raise, and never end its process"
    assert report.exit_code == 3


def test_a_plugin_that_hangs_is_shown_where(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(discovery, "_INIT_SECONDS", 3.0)
    report = check(make_plugin(tmp_path, index="import time\n\ntime.sleep(60)\n"))

    found = the_one(report)
    assert (found.code, found.file, found.line) == ("import-failed", "index.py", 3)
    assert "the import did not finish within 3 s" in found.message
    assert found.advice == "do less at import, and the rest on the first event"
    assert report.exit_code == 3


def test_several_plugins_of_which_none_is_meant_are_told(tmp_path: Path) -> None:
    index = "from biot_plugin import Plugin\nboth = [Plugin(), Plugin()]\n"
    index += "handler = lambda *event: both[0].handler(*event)\n"
    found = the_one(check(make_plugin(tmp_path, index=index)))

    assert (found.code, found.advice) == ("import-failed", "write handler = plugin.handler")
    assert "There are several Plugin objects" in found.message


@pytest.mark.parametrize(
    ("handler", "said", "file", "line"),
    [
        ("index.main", "Handler 'main' missing on module 'index'", "pyproject.toml", 7),
        ("other.handler", "No module named 'other'", "pyproject.toml", 7),
    ],
)
def test_an_entry_point_that_is_not_there(tmp_path: Path, handler: str, said: str, file: str, line: int) -> None:
    report = check(make_plugin(tmp_path, more=f'handler = "{handler}"\n'))

    found = the_one(report)
    assert (found.code, found.file, found.line) == ("handler-missing", file, line)
    assert f"There is no {handler}" in found.message
    assert said in found.message
    assert "handler = plugin.handler" in found.advice
    assert report.exit_code == 3


@pytest.mark.parametrize(
    ("index", "code", "severity", "said"),
    [
        (
            INDEX.replace("handler = plugin.handler", "def handler(event, context): ..."),
            "handler-foreign",
            "error",
            "belongs to no Plugin",
        ),
        ("def handler(event, context): ...\n", "hooks-unknown", "warning", "does not use biot_plugin"),
        (
            "from biot_plugin import Plugin\nhandler = Plugin().handler\n",
            "no-hooks",
            "warning",
            "The plugin has no hook",
        ),
    ],
)
def test_an_entry_point_that_is_not_the_plugins(
    tmp_path: Path, index: str, code: str, severity: str, said: str
) -> None:
    report = check(make_plugin(tmp_path, index=index))

    found = the_one(report)
    assert (found.code, found.severity, found.file) == (code, severity, "index.py")
    assert said in found.message
    assert report.exit_code == (4 if severity == "error" else 0)


def test_an_entry_point_that_came_with_a_dependency(tmp_path: Path) -> None:
    found = the_one(check(make_plugin(tmp_path, more='handler = "json.loads"\n')))

    assert (found.code, found.file, found.line) == ("handler-foreign", "pyproject.toml", 7)
    assert "json.loads is not in this repository, but in " in found.message


def test_an_endpoint_is_a_hook_too(tmp_path: Path) -> None:
    assert check(make_plugin(tmp_path, index=hooked("endpoint()"))).findings == ()


def test_an_environment_of_another_version_is_told(tmp_path: Path) -> None:
    make_plugin(tmp_path, manifest=MANIFEST.replace(THIS, OTHER))

    found = next(one for one in check(tmp_path).findings if one.code == "python-missing")

    assert (found.severity, found.line) == ("error", 5)
    assert f"has {THIS}, but the plugin's runtime is {OTHER}" in found.message
    assert found.advice == "run make setup"


@pytest.mark.parametrize(
    ("decorators", "code", "line", "said"),
    [
        (['scheduled("0 10 * * * *")'], "cron-invalid", 5, "exactly one of day of month and day of week must be ?"),
        (['pre_request("POST organization")'], "hook-invalid", 5, "'POST organization' is not an API id"),
        (['pre_request("GET/x", order=0)'], "hook-invalid", 5, "the order must be a positive number, not 0"),
        (['adapt_entity("Patient")'], "hook-invalid", 5, "'Patient' is not an entity type"),
        (['notification("patient", "create")'], "hook-invalid", 5, "'create' is not an action"),
        (["endpoint()", "endpoint()"], "hook-invalid", 7, "DIRECT has two handlers: f0 (index.py:5) and f1"),
        (
            ['scheduled("0 1 * * ? *")', 'scheduled("0 2 * * ? *")'],
            "hook-invalid",
            7,
            "SCHEDULED has two handlers",
        ),
    ],
)
def test_hooks_that_cannot_be(tmp_path: Path, decorators: list[str], code: str, line: int, said: str) -> None:
    report = check(make_plugin(tmp_path, index=hooked(*decorators)))

    found = the_one(report)
    assert (found.code, found.severity, found.file, found.line) == (code, "error", "index.py", line)
    assert said in found.message
    assert report.exit_code == 4


@pytest.mark.parametrize(
    ("index", "line"),
    [
        (hooked('pre_request("GET/x", order=0)'), 5),
        (hooked("endpoint()").replace("f0(event)", "f0()"), 5),
        (hooked("endpoint()", "endpoint()"), 7),
        ("\ndef f(:\n", 2),
    ],
)
def test_a_place_is_told_once(
    tmp_path: Path, index: str, line: int, biot_plugin: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(make_plugin(tmp_path, index=index))

    shown = biot_plugin("check")

    assert shown.out.count(f"index.py:{line}") == 1
    assert f"index.py, line {line}" not in shown.out


def test_a_function_that_cannot_take_the_event(tmp_path: Path) -> None:
    index = hooked("endpoint()").replace("f0(event)", "f0()")

    found = the_one(check(make_plugin(tmp_path, index=index)))

    assert (found.code, found.line, found.advice) == ("hook-invalid", 5, "fix the function")
    assert "must take the event" in found.message
