from __future__ import annotations

import threading
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from biot_emulator.function_url.event_from_request import UrlRequest
from biot_emulator.lambda_function.invocation import Invocation
from biot_emulator.runtime.worker_pool import Workers
from biot_plugin_cli.dev.public.only import Only
from biot_plugin_cli.dev.public.runner import PluginRunner
from biot_plugin_cli.plugin.debugging import DebugOptions, debugging
from biot_plugin_cli.plugin.repository import Plugin
from tests.debug_adapter import Debugger
from tests.scaffold.plugins import make_plugin

pytestmark = pytest.mark.slow

INDEX = """\
from biot_plugin import Plugin
plugin = Plugin()


@plugin.endpoint(public=True)
def report(event):
    answer = 1
    return {"answer": answer}


handler = plugin.handler
"""
LINE = 8


def test_a_plugin_that_a_platform_elsewhere_calls_is_debugged_in_its_folder(tmp_path: Path) -> None:
    folder = make_plugin(tmp_path / "plugin", index=INDEX)
    records: list[Mapping[str, Any]] = []
    with (
        debugging(DebugOptions(0), folder) as settings,
        PluginRunner(Plugin.load(folder), "http://127.0.0.1:9", {}, Only.parse(()), records.append, settings) as runner,
        ThreadPoolExecutor() as threads,
    ):
        assert settings.port
        runner.load()
        for answer in (1, 2):
            with Debugger(settings.port.address) as debugger:
                debugger.attach(folder / "index.py", LINE)
                response = threads.submit(runner.respond, UrlRequest(headers={}, content=b""))
                frame = debugger.wait_until_stopped()
                assert frame["source"]["path"] == str(folder / "index.py")
                assert debugger.variables(frame)["answer"] == str(answer)
                debugger.resume()
                assert response.result().body == {"answer": answer}
                (folder / "index.py").write_text(INDEX.replace("answer = 1", "answer = 2"))
                runner.load()
                debugger.wait_for("terminated")
    assert [record["statusCode"] for record in records] == [200, 200]


def test_a_call_on_its_way_is_served_by_the_version_that_ran_then(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = make_plugin(tmp_path / "plugin", index=INDEX)
    invoke, is_there, may_go_on = Workers.invoke, threading.Event(), threading.Event()

    def invoke_late(workers: Workers, *arguments: Any) -> Invocation:
        if not is_there.is_set():
            is_there.set()
            assert may_go_on.wait(60)
        return invoke(workers, *arguments)

    monkeypatch.setattr(Workers, "invoke", invoke_late)
    with (
        debugging(None, folder) as settings,
        PluginRunner(Plugin.load(folder), "http://127.0.0.1:9", {}, Only.parse(()), lambda _: None, settings) as runner,
        ThreadPoolExecutor() as threads,
    ):
        runner.load()
        response = threads.submit(runner.respond, UrlRequest(headers={}, content=b""))
        try:
            assert is_there.wait(60)
            for answer in (2, 3):
                (folder / "index.py").write_text(INDEX.replace("answer = 1", f"answer = {answer}"))
                runner.load()
        finally:
            may_go_on.set()
        assert response.result().body == {"answer": 1}
        assert runner.respond(UrlRequest(headers={}, content=b"")).body == {"answer": 3}
        runner.load()
        assert len([*Path(runner._snapshots._place.name).iterdir()]) == 2
