"""What the emulator does not protect from plugins, so that the security model says no more than is true."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from biot_emulator import Runtime
from tests.emulator.conftest import MakeFunction

pytestmark = pytest.mark.slow


def test_a_plugin_reads_what_the_users_files_say(make_function: MakeFunction, tmp_path: Path) -> None:
    file = tmp_path.parent / f"{tmp_path.name}-of-the-developer"
    file.write_text("a key of the developer's")
    file.chmod(0o600)
    code = f"def handler(event, context): return open({str(file)!r}).read()"
    with Runtime(make_function(code)) as runtime:
        assert runtime.invoke({}).reply == "a key of the developer's"


def test_a_plugin_reaches_every_address_that_the_user_reaches(make_function: MakeFunction) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        answering = threading.Thread(target=lambda: server.accept()[0].close())
        answering.start()
        code = f"import socket\ndef handler(event, context): socket.create_connection(('127.0.0.1', {port})).close()"
        with Runtime(make_function(code)) as runtime:
            assert runtime.invoke({}).error is None
        answering.join(20)


def test_a_plugin_signals_the_users_processes(make_function: MakeFunction) -> None:
    with subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"]) as process:
        code = f"import os\ndef handler(event, context): os.kill({process.pid}, {int(signal.SIGTERM)})"
        with Runtime(make_function(code)) as runtime:
            assert runtime.invoke({}).error is None
        assert process.wait(20) == -signal.SIGTERM


def test_a_plugin_changes_what_is_in_the_machines_temporary_folder(make_function: MakeFunction, tmp_path: Path) -> None:
    file = tmp_path.parent / f"{tmp_path.name}-of-another-program"
    file.write_text("before")
    code = f"def handler(event, context): return open({str(file)!r}, 'w').write('after')"
    with Runtime(make_function(code)) as runtime:
        assert runtime.invoke({}).error is None
    assert file.read_text() == "after"


def test_a_plugin_that_is_run_in_place_changes_its_folder(make_function: MakeFunction, tmp_path: Path) -> None:
    with Runtime(make_function("def handler(event, context): return open('new', 'w').write('x')")) as runtime:
        assert runtime.invoke({}).reply == 1
    assert (tmp_path / "new").exists()


def test_between_events_a_plugins_processes_go_on(make_function: MakeFunction) -> None:
    code = """
    import threading
    seen = threading.Event()
    def handler(event, context):
        if event == "start":
            threading.Timer(0, seen.set).start()
            return None
        return seen.wait(10)
    """
    with Runtime(make_function(code)) as runtime:
        runtime.invoke("start")
        assert runtime.invoke("look").reply is True


@pytest.mark.usefixtures("not_isolating")
@pytest.mark.skipif(os.geteuid() == 0, reason="the administrator's plugins lose the right to it anywhere")
def test_where_nothing_isolates_it_a_plugin_reads_the_emulators_variables(make_function: MakeFunction) -> None:
    code = f"def handler(event, context): return len(open('/proc/{os.getpid()}/environ', 'rb').read())"
    with Runtime(make_function(code)) as runtime:
        assert runtime.invoke({}).reply > 0


@pytest.mark.usefixtures("not_isolating")
def test_where_nothing_isolates_it_a_plugin_reads_the_state(make_function: MakeFunction, tmp_path: Path) -> None:
    database = tmp_path.parent / f"{tmp_path.name}.sqlite"
    database.write_text("the keys")
    code = f"def handler(event, context): return open({str(database)!r}).read()"
    with Runtime(make_function(code, hidden=(database,))) as runtime:
        assert runtime.invoke({}).reply == "the keys"


@pytest.mark.usefixtures("not_isolating")
def test_where_nothing_isolates_it_code_that_is_changed_after_its_verification_runs(
    make_function: MakeFunction, tmp_path: Path
) -> None:
    function = make_function("def handler(event, context): return 'verified'", read_only=(tmp_path,))

    def verify_and_change() -> None:
        (tmp_path / "index.py").write_text("def handler(event, context): return 'changed'")

    runtime = Runtime(function)
    try:
        assert runtime.invoke({}, prepare=verify_and_change).reply == "changed"
    finally:
        runtime.close()
