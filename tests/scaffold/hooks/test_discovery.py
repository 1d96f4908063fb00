from __future__ import annotations

import re
import subprocess
import sys
import textwrap
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psutil
import pytest

from biot_plugin_cli.errors import CliError, OperationFailed, PluginImportError
from biot_plugin_cli.hooks import discovery
from biot_plugin_cli.hooks.discovery import Hooks, discover_hooks
from biot_plugin_cli.manifest.file import ManifestFile
from biot_plugin_cli.manifest.lambda_runtimes import RUNTIMES
from biot_plugin_cli.manifest.settings import Manifest
from biot_plugin_cli.plugin.interpreters import find_interpreter
from biot_plugin_cli.plugin.repository import Plugin
from biot_plugin_cli.plugin.source_location import SourceLocation
from tests.scaffold.support import CHECKOUT

THIS = "python{}.{}".format(*sys.version_info)
NOTHING: dict[str, list[Any]] = {"interceptions": [], "notifications": []}
API = "POST/organization/v1/users/patients"
EVERY_HOOK = f"""
from biot_plugin import AdaptEntity, Notification, Plugin, PostRequest, PreRequest, Scheduled
plugin = Plugin()
@plugin.pre_request("{API}", order=5)
def before(event: PreRequest) -> None: ...
@plugin.post_request("{API}")
def after(event: PostRequest) -> None: ...
@plugin.adapt_entity("patient")
def adapt(event: AdaptEntity) -> None: ...
@plugin.notification("usage-session", "_update", template="Night")
def done(event: Notification) -> None: ...
@plugin.scheduled("0 6 ? * MON-FRI *")
def daily(event: Scheduled) -> None: ...
handler = plugin.handler
"""
ALL = {
    "interceptions": [
        {"type": "PRE_REQUEST", "apiId": API, "order": 5},
        {"type": "POST_REQUEST", "apiId": API},
        {"type": "ADAPT_ENTITY", "entityTypeName": "patient"},
    ],
    "notifications": [{"entityTypeName": "usage-session", "actionName": "_update", "templateName": "Night"}],
}
ONE = f"""
from biot_plugin import Plugin, PreRequest
plugin = Plugin()
@plugin.pre_request("{API}")
def before(event: PreRequest) -> None: ...
"""

Write = Callable[..., Plugin]


@pytest.fixture
def plugin(tmp_path: Path) -> Write:
    """Write a plugin; its environment is the one that the tests run in."""

    def write(code: str, **settings: Any) -> Plugin:
        root = tmp_path / "plugin"
        root.mkdir(exist_ok=True)
        (root / "index.py").write_text(textwrap.dedent(code), encoding="utf-8")
        if not (root / ".venv").exists():
            (root / ".venv").symlink_to(sys.prefix)
        return described(root, THIS, **settings)

    return write


def described(root: Path, runtime: str, **settings: Any) -> Plugin:
    file = ManifestFile(root / "pyproject.toml", "", {})
    return Plugin(root, file, Manifest("demo", "Demo", 1, runtime, **settings))


def read(plugin: Plugin, **options: Any) -> Hooks:
    return discover_hooks(plugin, **options)


def refusal(manifest: Plugin) -> str:
    with pytest.raises(PluginImportError) as refused:
        read(manifest)
    return str(refused.value)


def test_every_decorator_is_read(plugin: Write) -> None:
    hooks = read(plugin(EVERY_HOOK))

    assert hooks.subscriptions == ALL
    assert hooks.cron_schedule == "0 6 ? * MON-FRI *"
    assert hooks.has_framework
    assert {name: [place.line for place in each] for name, each in hooks.locations.items()} == {
        "interceptions": [4, 6, 8],
        "notifications": [10],
        "schedule": [12],
        "calls": [],
    }
    assert hooks.locations["schedule"] == [SourceLocation(hooks.module, 12)]


@pytest.mark.parametrize(
    "entry_point",
    [
        "handler = plugin.handler",
        "def handler(event, context): return plugin.handler(event, context)",
        "import functools\nhandler = functools.partial(plugin.handler)",
        "import functools\n@functools.wraps(plugin.handler)\ndef handler(*both): return 1",
        "def around(inner): return lambda *both: inner(*both)\nhandler = around(plugin.handler)",
        "def around(owner): return lambda *both: owner.handler(*both)\nhandler = around(plugin)",
        "class Entry:\n    def __call__(self, *both): return plugin.handler(*both)\nhandler = Entry()",
        "other = Plugin()\nhandler = plugin.handler",
        "other = Plugin()\ndef handler(event, context): return plugin.handler(event, context)",
        "others = [Plugin()]\nentry = {'h': plugin.handler}\ndef handler(*both): return entry['h'](*both)",
        "def inner(*both): return plugin.handler(*both)\ndef handler(*both): return (lambda: inner(*both))()",
        "class Entry:\n    def __init__(self, owner): self.owner = owner\n    def handle(self, *both): return"
        " self.owner.handler(*both)\nhandler = Entry(plugin).handle",
        "import index\ndef handler(*both): return index.plugin.handler(*both)",
        "def handler(*both):\n    from index import plugin as found\n    return found.handler(*both)",
    ],
)
def test_the_plugin_is_found_from_its_entry_point(plugin: Write, entry_point: str) -> None:
    hooks = read(plugin(ONE + entry_point))

    assert [item["type"] for item in hooks.subscriptions["interceptions"]] == ["PRE_REQUEST"]


def test_several_plugins_of_which_none_is_meant_are_told(plugin: Write) -> None:
    code = "plugins = {'a': plugin, 'b': Plugin()}\ndef handler(*both): return plugins['a'].handler(*both)"
    said = refusal(plugin(ONE + code))

    assert said.endswith("the handler belongs to none of them; write handler = plugin.handler")


def test_a_handler_that_leads_to_no_plugin_is_told(plugin: Write) -> None:
    manifest = plugin(ONE + "import logging\ndef handler(event, context): logging.info(event)")

    assert refusal(manifest) == (
        "The plugin cannot be imported: There is a Plugin object, and the handler does not belong to it; "
        "write handler = plugin.handler"
    )
    hooks = read(manifest, lenient=True)
    assert (hooks.has_framework, hooks.plugins, hooks.subscriptions) == (False, 1, NOTHING)


@pytest.mark.parametrize(("handler", "file"), [("app.main.run", "app/main.py"), ("app/main.run", "app/main.py")])
def test_the_manifests_handler_is_imported(plugin: Write, handler: str, file: str) -> None:
    manifest = plugin("raise RuntimeError", handler=handler)
    (manifest.root / "app").mkdir()
    (manifest.root / file).write_text(ONE + "run = plugin.handler")

    assert read(manifest).has_framework


@pytest.mark.parametrize(
    "code",
    [
        "def handler(event, context): return {}",
        "import biot_plugin\ndef handler(event, context): return {}",
        "class H:\n    def handle(self, event, context): return {}\nhandler = H().handle",
    ],
)
def test_a_plugin_of_another_kind_is_told_apart(plugin: Write, code: str) -> None:
    hooks = read(plugin(code))

    assert not hooks.has_framework
    assert (hooks.subscriptions, hooks.cron_schedule) == (NOTHING, None)


@pytest.mark.sampled(5)
@pytest.mark.slow
@pytest.mark.parametrize("runtime", RUNTIMES)
def test_each_python_of_this_machine(runtime: str, tmp_path: Path) -> None:
    python = find_interpreter(runtime)
    if python is None:
        pytest.skip(f"this machine has no {runtime}")
    uv = CHECKOUT / ".uv" / "bin" / "uv"
    subprocess.run([uv, "venv", "--quiet", "--python", python, tmp_path / ".venv"], check=True)
    subprocess.run(
        [uv, "pip", "install", "--quiet", "--python", tmp_path / ".venv/bin/python", "./framework"],
        cwd=CHECKOUT,
        check=True,
    )
    version = "import sys\nassert sys.version_info[:2] == ({}, {})\n".format(*runtime.removeprefix("python").split("."))
    (tmp_path / "index.py").write_text(version + EVERY_HOOK)
    hooks = read(described(tmp_path, runtime))
    (tmp_path / "index.py").write_text("def handler(:")

    assert (hooks.subscriptions, hooks.cron_schedule, hooks.has_framework) == (ALL, "0 6 ? * MON-FRI *", True)
    assert "SyntaxError" in refusal(described(tmp_path, runtime))


def test_it_runs_as_in_the_platform_and_not_as_here(plugin: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MINE", "of the developer")
    manifest = plugin(
        """
        import json, os, pathlib, sys, urllib.request
        import platform, helper
        assert "MINE" not in os.environ and "biot_plugin_cli" not in sys.modules
        assert (os.environ["COLOUR"], os.environ["BIOT_APP_NAME"], os.environ["SIZE"]) == ("red", "Demo", "2")
        assert os.environ["AWS_LAMBDA_RUNTIME_API"] and os.environ["_HANDLER"] == "index.handler"
        assert sys.path[0] == os.environ["LAMBDA_TASK_ROOT"] == os.getcwd() == str(pathlib.Path(__file__).parent)
        assert sys.stdin.read() == ""
        url = os.environ["BIOT_BASE_URL"] + "/ums/v1/security/public-key"
        assert "publicKey" in json.load(urllib.request.urlopen(url))
        def handler(event, context): return platform.system()
        """,
        environment={"COLOUR": "red", "SIZE": "1"},
    )
    (manifest.root / "helper.py").write_text("")
    before = sorted(manifest.root.rglob("*.py*"))

    assert not read(manifest, variables={"SIZE": "2"}).has_framework
    assert sorted(manifest.root.rglob("*.py*")) == before


def test_the_callers_platform_is_used(plugin: Write) -> None:
    manifest = plugin("import os\nassert os.environ['BIOT_BASE_URL'] == 'http://there'\nhandler = print")

    assert not read(manifest, platform={"BIOT_BASE_URL": "http://there"}).has_framework


def test_what_it_prints_breaks_nothing(plugin: Write) -> None:
    noise = "import os, sys\nprint('x' * 3_000_000)\nprint('{}', file=sys.stderr)\nos.write(1, b'\\xff{\"error\"')\n"

    assert read(plugin(noise + EVERY_HOOK)).subscriptions == ALL


def test_what_it_leaves_running_is_ended(plugin: Write, tmp_path: Path) -> None:
    manifest = plugin(
        f"""
        import atexit, subprocess, sys, threading, time
        child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
        open({str(tmp_path / "pid")!r}, "w").write(str(child.pid))
        threading.Thread(target=time.sleep, args=[60]).start()
        """
        + textwrap.indent(ONE + "handler = plugin.handler", " " * 8)
    )

    assert read(manifest).has_framework
    deadline = time.monotonic() + 20
    child = int((tmp_path / "pid").read_text())
    while _runs(child) and time.monotonic() < deadline:
        time.sleep(0.02)
    assert not _runs(child)


_BROKEN = {
    "missing module": (
        "import nothing_there",
        "Unable to import module 'index': No module named 'nothing_there'; install what is missing with make setup",
        "    import nothing_there",
    ),
    "syntax": ("x = 1\ndef handler(:", "fix the line that the text below shows", "    def handler(:"),
    "exception": (
        "raise LookupError('odd')",
        "LookupError: odd; the text below shows the traceback",
        "LookupError: odd",
    ),
    "two handlers": (
        ONE + f"@plugin.pre_request('{API}')\ndef again(event: PreRequest) -> None: ...\n",
        "RegistrationError: ",
        "index.py",
    ),
    "sys.exit": (
        "import sys\nsys.exit('no licence')",
        "SystemExit('no licence'); a plugin must",
        "    sys.exit('no li",
    ),
    "os._exit": (
        "import os\nprint('no licence', flush=True)\nos._exit(3)",
        "exit status 3; a plugin must",
        "no licence",
    ),
    "crash": ("import os\nos.kill(os.getpid(), 9)", "ended with signal 9; a plugin must", ""),
    "no handler": ("x = 1", "'handler' missing on module 'index'; set handler in [tool.biot-plugin]", ""),
    "no function": ("handler = 1", "'handler' of module 'index' is not a function; set handler", ""),
}


@pytest.mark.parametrize("name", _BROKEN)
def test_a_plugin_that_cannot_be_imported(plugin: Write, name: str) -> None:
    code, said, shown = _BROKEN[name]
    sentence, *lines = refusal(plugin(code)).split("\n")

    assert sentence.startswith("The plugin cannot be imported: ")
    assert said in sentence
    assert len(lines) <= 12
    assert shown in "\n".join(lines)
    assert "hooks/probe" not in "\n".join(lines)


def test_only_the_last_lines_of_a_long_traceback_are_shown(plugin: Write) -> None:
    steps = "".join(f"def f{number}(): f{number + 1}()\n" for number in range(30))
    lines = refusal(plugin(steps + "def f30(): raise LookupError('deep')\nf0()")).split("\n")

    assert lines[-1] == "LookupError: deep"
    assert len(lines) == 13


def test_a_token_or_the_secret_in_an_error_is_not_shown(plugin: Write) -> None:
    said = refusal(
        plugin("import os\nraise ValueError(os.environ['BIOT_SERVICE_USER_SECRET_KEY'] + ' Bearer abc.def')")
    )

    assert "ValueError: … Bearer …; " in said
    assert not re.search(r"ValueError: [\w-]{8}", said)


@pytest.mark.slow
def test_a_plugin_that_hangs_is_ended_and_its_place_told(plugin: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(discovery, "_INIT_SECONDS", 2.0)
    before = set(psutil.Process().children(recursive=True))
    manifest = plugin("import helper")
    (manifest.root / "helper.py").write_text("import threading\n\nthreading.Event().wait()\n")

    assert refusal(manifest) == (
        "The plugin took too long to load: the import did not finish within 2 s, and still at line 3 of helper.py; "
        "do less at import, and the rest on the first event"
    )
    assert set(psutil.Process().children(recursive=True)) <= before


@pytest.mark.slow
def test_a_plugin_that_closes_its_output_and_hangs_is_ended(plugin: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(discovery, "_INIT_SECONDS", 2.0)

    assert "took too long to load" in refusal(plugin("import os, time\nos.close(1)\nos.close(2)\ntime.sleep(60)"))


@pytest.mark.slow
def test_a_plugin_that_prints_for_ever_is_ended(plugin: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(discovery, "_INIT_SECONDS", 2.0)

    assert "still at line 1 of index.py" in refusal(plugin("while True: print('again')"))


@pytest.mark.slow
@pytest.mark.parametrize("code", ["handler = print", "import time\n\ntime.sleep(60)"])
def test_the_time_begins_with_the_plugin(
    plugin: Write, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: str
) -> None:
    monkeypatch.setattr(discovery, "_INIT_SECONDS", 2.0)
    slow = tmp_path / "plugin" / ".venv" / "bin" / "python"
    slow.parent.mkdir(parents=True)
    slow.write_text(f'#!/bin/sh\nsleep 3\nexec {sys.executable} "$@"\n')
    slow.chmod(0o755)
    manifest = plugin(code)

    if "sleep" not in code:
        assert read(manifest).module == str(manifest.root / "index.py")
        return
    with pytest.raises(PluginImportError, match=r"did not finish within 2 s, and still at line 3 of index\.py"):
        read(manifest)


@pytest.mark.slow
def test_a_plugin_that_switches_the_alarm_off_is_ended_all_the_same(
    plugin: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(discovery, "_INIT_SECONDS", 1.0)
    monkeypatch.setattr(discovery, "_START_SECONDS", 1.0)
    manifest = plugin("import faulthandler, time\nfaulthandler.cancel_dump_traceback_later()\ntime.sleep(60)")

    assert "took too long to load" in refusal(manifest)


def test_lambdas_limit_is_the_limit() -> None:
    assert discovery._INIT_SECONDS == 10


def test_no_interpreter_is_told(plugin: Write) -> None:
    manifest = plugin(ONE)
    (manifest.root / ".venv").unlink()
    (manifest.root / ".venv" / "bin").mkdir(parents=True)
    (manifest.root / ".venv" / "bin" / "python").write_text("no program")

    with pytest.raises(OperationFailed, match="cannot be started"):
        read(manifest)


def test_the_exit_code_is_that_of_an_import(plugin: Write) -> None:
    with pytest.raises(CliError) as refused:
        read(plugin("import nothing_there"))

    assert refused.value.exit_code == 3


def test_it_loads_little_until_it_runs(in_process: Callable[[str], str]) -> None:
    loaded = in_process("import sys, biot_plugin_cli.hooks.discovery; print(*sys.modules)").split()

    assert not {"biot_emulator", "biot_plugin", "watchfiles", "psutil", "cryptography"} & {*loaded}


def _runs(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False
