"""A plugin that changes its own code changes it for nobody: no other plugin, no later version, and not for good.

Also where the emulator cannot isolate plugins, and these may change every file that the emulator may.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from biot_emulator.build import build_platform
from biot_emulator.client import Client
from biot_emulator.server.background_thread import Server
from biot_emulator.state.folder_lock import locked
from biot_emulator.state.store import Store
from biot_emulator.testing import Emulator, running
from tests.emulator.conftest import code_zip
from tests.emulator.services.files.contents import stored

pytestmark = pytest.mark.slow

ADMIN = ("ada@example.com", "pass:word")
#: Rewrites itself in every way that it can think of, and then ends its process.
CHANGES_ITSELF = """
    import os, pathlib

    def attempt(act, *arguments):
        try:
            act(*arguments)
        except OSError as error:
            return error.strerror

    def handler(event, context):
        if event["rawQueryString"] != "attack":
            import helper
            return [helper.WHO, sorted(os.listdir())]
        root = pathlib.Path(os.environ["LAMBDA_TASK_ROOT"])
        files = [path for path in root.rglob("*") if path.is_file()]
        results = [attempt(path.chmod, 0o777) for path in (root, *files)]
        evil = "WHO = 'evil'\\ndef handler(event, context): return 'evil'"
        results += [attempt(path.write_text, evil) for path in files]
        results.append(attempt((root / "os.py").write_text, "raise SystemExit"))
        results.append(attempt((root / "helper").mkdir))
        results.append(attempt((root / "helper" / "__init__.py").write_text, "WHO = 'evil'"))
        print(*results, sep="\\n", flush=True)
        if os.environ.get("STAY") != "yes":
            os._exit(0)
"""
CODE = code_zip(CHANGES_ITSELF, **{"helper.py": "WHO = 'good'"})
GOOD = ["good", ["helper.py", "index.py"]]


@pytest.fixture(params=["isolated", "not isolated"], autouse=True)
def isolation(request: pytest.FixtureRequest) -> str:
    request.getfixturevalue("isolating" if request.param == "isolated" else "not_isolating")
    return str(request.param)


@contextmanager
def emulator_in(folder: Path) -> Iterator[Emulator]:
    with locked(folder), Server(build_platform(Store(folder), admin=ADMIN)) as server:
        token = Client(server.url).log_in(*ADMIN).token
        yield Emulator(server.url, token, server.platform, ADMIN)


def call(emulator: Emulator, name: str, query: str = "") -> Any:
    url = emulator.call("GET", f"/settings/v2/plugins/Plugin-{name}").body["endpointUrl"]
    return Client(emulator.url).call("GET", f"{url.removeprefix(emulator.url)}?{query}").body


def attack(emulator: Emulator, name: str) -> set[str]:
    """Have a plugin change itself; return what it was told of its attempts."""
    call(emulator, name, "attack")
    return set(emulator.invocations(name)[-1]["logs"])


def test_changed_code_runs_nowhere(tmp_path: Path, isolation: str) -> None:
    with emulator_in(tmp_path / "state") as emulator:
        for name in ("first", "second"):
            emulator.deploy(CODE, name)
        results = attack(emulator, "first")
        if isolation == "isolated":
            assert results == {"Read-only file system", "No such file or directory"}
        elif os.geteuid() == 0:
            assert results == {"None"}, "the attack would show nothing"
        assert call(emulator, "first") == GOOD
        attack(emulator, "first")
        assert call(emulator, "second") == GOOD
        attack(emulator, "first")
        emulator.deploy(CODE, "first")
        emulator.deploy(CODE, "third")
        assert [call(emulator, name) for name in ("first", "third")] == [GOOD, GOOD]
        attack(emulator, "first")
    with emulator_in(tmp_path / "state") as emulator:
        assert [call(emulator, name) for name in ("first", "second", "third")] == [GOOD] * 3


def test_a_second_execution_environment_runs_unchanged_code(emulator: Emulator) -> None:
    emulator.deploy(CODE, environmentVariables={"STAY": "yes"})
    attack(emulator, "demo")
    emulator.deploy(CODE, environmentVariables={"STAY": "no"})
    assert call(emulator, "demo") == GOOD


def test_code_that_is_gone_is_extracted_again(emulator: Emulator, isolation: str) -> None:
    code = code_zip("""
        import os, shutil
        def handler(event, context):
            if event["rawQueryString"] == "attack":
                shutil.rmtree(os.environ["LAMBDA_TASK_ROOT"], ignore_errors=True)
                os._exit(0)
            return "here"
    """)
    emulator.deploy(code)
    call(emulator, "demo", "attack")
    assert call(emulator, "demo") == "here"


@pytest.mark.sampled(3)
@pytest.mark.parametrize("content", [b"", b"PK", "a text"])
def test_a_zip_that_is_damaged_where_it_is_stored_can_be_deployed_again(tmp_path: Path, content: bytes | str) -> None:
    with emulator_in(tmp_path / "state") as emulator:
        emulator.deploy(CODE)
    with sqlite3.connect(tmp_path / "state" / "platform.sqlite") as database:
        database.execute("UPDATE files SET content = ?", (content,))
    database.close()
    shutil.rmtree(next((tmp_path / "state" / "code").iterdir()))
    with emulator_in(tmp_path / "state") as emulator:
        url = emulator.call("GET", "/settings/v2/plugins/Plugin-demo").body["endpointUrl"]
        assert Client(emulator.url).call("GET", url.removeprefix(emulator.url)).status_code == 502
        emulator.deploy(CODE)
        assert call(emulator, "demo") == GOOD
    with emulator_in(tmp_path / "state") as emulator:
        assert call(emulator, "demo") == GOOD


def test_the_files_of_people_are_not_shown_to_a_plugin(tmp_path: Path, isolation: str) -> None:
    if isolation != "isolated":
        pytest.skip("nothing prevents it there")
    code = code_zip("""
        import os
        def handler(event, context):
            return [name for _, _, names in os.walk(os.environ["FILES"]) for name in names]
    """)
    for state in (tmp_path / "state", None):
        with emulator_in(state) if state else running() as emulator:
            stored(emulator)
            root = emulator.platform.files._folders.root
            assert [path for path in root.rglob("*") if path.is_file()]
            emulator.deploy(code, environmentVariables={"FILES": str(root)})
            assert call(emulator, "demo") == []


def test_another_plugins_code_and_the_keys_are_out_of_reach(tmp_path: Path, isolation: str) -> None:
    if isolation != "isolated":
        pytest.skip("nothing prevents it there")
    code = code_zip("""
        import glob, os
        def attempt(act, *arguments):
            try:
                return act(*arguments)
            except OSError as error:
                return error.strerror
        def handler(event, context):
            state = os.environ["STATE"]
            codes = glob.glob(f"{state}/code/*/index.py")
            return {
                "others": [attempt(open, file, "a") for file in codes],
                "database": [len(attempt(open, file).read()) for file in glob.glob(f"{state}/platform.sqlite*")],
                "new": attempt(open, f"{state}/new", "w"),
                "home": attempt(open, os.path.expanduser("~/.biot-file"), "w"),
            }
    """)
    with emulator_in(tmp_path / "state") as emulator:
        emulator.deploy(CODE, "other")
        emulator.deploy(code, "demo", environmentVariables={"STATE": str(tmp_path / "state")})
        assert call(emulator, "demo") == {
            "others": ["Read-only file system"] * 2,
            "database": [0] * len(list((tmp_path / "state").glob("platform.sqlite*"))),
            "new": "Read-only file system",
            "home": "Read-only file system",
        }


def test_the_state_is_private(tmp_path: Path, isolation: str) -> None:
    with emulator_in(tmp_path / "state") as emulator:
        emulator.deploy(CODE)
        assert (tmp_path / "state").stat().st_mode & 0o777 == 0o700
        files = [path for path in (tmp_path / "state").iterdir() if path.is_file()]
        assert {path.stat().st_mode & 0o777 for path in files} == {0o600}
        assert (tmp_path / "state" / "code").stat().st_mode & 0o777 == 0o700
