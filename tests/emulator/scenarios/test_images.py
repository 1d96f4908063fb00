"""Plugins that are container images: created, called, changed and isolated, by what is in them or by this machine."""

from __future__ import annotations

import gzip
import os
import platform
import shutil
import subprocess
import sys
import sysconfig
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from biot_emulator.build import build_platform
from biot_emulator.client import Client, Reply
from biot_emulator.server.background_thread import Server
from biot_emulator.state.folder_lock import locked
from biot_emulator.state.store import Store
from biot_emulator.testing import Emulator
from biot_emulator.wire_json import encode
from tests.emulator.conftest import ADA, PATIENTS, interception

pytestmark = pytest.mark.slow

ADMIN = ("ada@example.com", "pass:word")
PLUGINS = "/settings/v2/plugins"
RUNTIME = "python{}.{}".format(*sys.version_info)
LABELS = {"biot-plugin.runtime": RUNTIME}
#: Speaks to the Runtime API by itself: what is in an image needs no client of the emulator's.
BOOTSTRAP = """
import json, os, sys, urllib.request
api = f"http://{os.environ['AWS_LAMBDA_RUNTIME_API']}/2018-06-01/runtime/invocation"
sys.path.insert(0, os.environ["LAMBDA_TASK_ROOT"])
module, _, name = sys.argv[1].rpartition(".")
handler = getattr(__import__(module), name)
while True:
    with urllib.request.urlopen(f"{api}/next") as response:
        id, event = response.headers["lambda-runtime-aws-request-id"], json.load(response)
    reply = json.dumps(handler(event, None)).encode()
    urllib.request.urlopen(urllib.request.Request(f"{api}/{id}/response", reply, method="POST")).close()
"""
#: Evaluates expressions, and says what came of each.
EVALUATE = """
import glob, json, os, socket, sys
def attempt(text):
    try:
        return eval(text)
    except OSError as error:
        return error.strerror
def handler(event, context):
    return [attempt(text) for text in json.loads(event["body"])]
"""
FILES = {"var/task/index.py": EVALUATE.encode(), "opt/bootstrap.py": BOOTSTRAP.encode()}


@pytest.fixture(autouse=True)
def on_this_processor() -> None:
    if platform.machine() not in ("x86_64", "AMD64"):
        pytest.skip("the platform takes images for x86-64 alone")


@pytest.fixture(autouse=True)
def quick_layers(monkeypatch: pytest.MonkeyPatch) -> None:
    """Do not compress what is uncompressed at once: a Python is large."""
    compress = gzip.compress
    monkeypatch.setattr(gzip, "compress", lambda content, **settings: compress(content, 0, **settings))


@contextmanager
def emulator_in(folder: Path) -> Iterator[Emulator]:
    with locked(folder), Server(build_platform(Store(folder), admin=ADMIN)) as server:
        yield Emulator(server.url, Client(server.url).log_in(*ADMIN).token, server.platform, ADMIN)


@pytest.fixture(scope="session")
def python_files() -> Mapping[str, bytes]:
    """This Python with what it needs to run: its program, its libraries and the system's, without the packages."""
    if sys.platform != "linux":
        pytest.skip("images are for Linux")
    program = Path(sys.executable).resolve()
    imported = "import glob, encodings.idna, json, socket, sys, time, urllib.request"
    loaded = f"{imported}\nfor module in sys.modules.values(): print(getattr(module, '__file__', None))"
    printed = subprocess.run([program, "-I", "-S", "-c", loaded], capture_output=True, text=True, check=True).stdout
    modules = [Path(line) for line in printed.split("\n") if line.startswith("/")]
    files = [program, *modules, Path(sysconfig.get_path("stdlib"), "os.py")]
    programs = [str(file) for file in files if file.suffix == ".so" or file == program]
    listed = subprocess.run(["ldd", *programs], capture_output=True, text=True).stdout.split()
    libraries = {Path(word) for word in listed if word.startswith("/") and not word.endswith(":")}
    return {str(file)[1:]: file.read_bytes() for file in [*files, *libraries]}


def create(emulator: Emulator, tag: str, name: str = "demo", **config: Any) -> Reply:
    complete = {"name": name, "displayName": name, "version": 1, "deploymentPackageType": "IMAGE", "imageTag": tag}
    return emulator.call("POST", PLUGINS, form={"config": encode({"memorySize": 512, **complete, **config})})


def evaluate(emulator: Emulator, *expressions: str, name: str = "demo") -> list[Any]:
    url = emulator.call("GET", f"{PLUGINS}/Plugin-{name}").body["endpointUrl"]
    reply = Client(emulator.url).call("POST", url.removeprefix(emulator.url), json=list(expressions))
    assert reply.status_code == 200, emulator.invocations(name)[-1]
    return list(reply.body)


def failure(emulator: Emulator, name: str = "demo") -> tuple[int, str, str]:
    """Call a plugin that fails; return the status and its error."""
    url = emulator.call("GET", f"{PLUGINS}/Plugin-{name}").body["endpointUrl"]
    status = Client(emulator.url).call("GET", url.removeprefix(emulator.url)).status_code
    error = emulator.invocations(name)[-1]["error"]
    return status, error["type"], error["message"]


# An image with a Python of its own


@pytest.fixture
def own(emulator: Emulator, isolating: None, python_files: Mapping[str, bytes]) -> Emulator:
    """An emulator with the plugin [demo], whose image brings everything."""
    python = str(Path(sys.executable).resolve())
    emulator.push_image(
        {**python_files, **FILES, "work/here": b"", "etc/hosts": b"1.2.3.4 wrong"},
        "own",
        Entrypoint=[python, "-I", "/opt/bootstrap.py"],
        Cmd=["index.handler"],
        WorkingDir="/work",
        Env=["FROM=image", "BOTH=image", "AWS_REGION=mars-north-1", "LANG=C.UTF-8", "AWS_LAMBDA_RUNTIME_API=evil:1"],
    )
    created = create(emulator, "own", environmentVariables={"BOTH": "function"}, timeout=20)
    assert created.status_code == 201, created.body
    return emulator


def test_entry_point_command_folder_and_variables_count(own: Emulator) -> None:
    names = [
        "FROM",
        "BOTH",
        "AWS_REGION",
        "LANG",
        "LAMBDA_TASK_ROOT",
        "AWS_LAMBDA_FUNCTION_NAME",
        "_HANDLER",
        "AWS_EXECUTION_ENV",
    ]
    results = evaluate(own, "os.getcwd()", "os.listdir()", "sys.argv", *(f"os.environ.get({name!r})" for name in names))
    assert results[:3] == ["/work", ["here"], ["/opt/bootstrap.py", "index.handler"]]
    assert results[3:] == [
        "image",
        "function",
        "eu-central-1",
        "C.UTF-8",
        "/var/task",
        "Plugin-demo",
        "index.handler",
        None,
    ]


def test_nothing_of_this_machine_is_there_but_what_a_process_needs(own: Emulator) -> None:
    mine = Path(__file__)
    results = evaluate(
        own,
        "sorted(os.listdir('/dev'))",
        "open('/dev/null', 'w').write('x')",
        "len(os.urandom(4))",
        "open('/etc/hosts').read()",
        "socket.gethostbyname('localhost')",
        f"open({str(mine)!r})",
        "os.listdir('/home')",
        "glob.glob('/proc/[0-9]*/root/etc/passwd')",
        f"open('/proc/{os.getpid()}/environ').read()",
        f"os.listdir('/proc/{os.getpid()}/cwd')",
        "os.chroot('/')",
        "os.listdir('/..') == os.listdir('/')",
        "[line for line in open('/proc/self/mountinfo') if ' / / ' in line]",
    )
    assert results[0] == ["fd", "full", "null", "random", "stderr", "stdin", "stdout", "urandom", "zero"]
    assert results[1:5] == [1, 4, Path("/etc/hosts").read_text(), "127.0.0.1"]
    assert results[5:8] == ["No such file or directory", "No such file or directory", []]
    assert results[8:11] == ["Permission denied", "Permission denied", "Operation not permitted"]
    assert results[11:] == [True, []]


def test_nothing_of_it_can_be_changed_but_its_temporary_folder(own: Emulator) -> None:
    results = evaluate(
        own,
        "open('/var/task/index.py', 'a')",
        "open('/new', 'w')",
        "os.unlink('/opt/bootstrap.py')",
        "open('/etc/hosts', 'w')",
        "open('/dev/new', 'w')",
        "os.chmod('/work', 0o777)",
        "open('/tmp/x', 'w').write('x')",
        "os.listdir('/tmp')",
    )
    assert results == ["Read-only file system"] * 6 + [1, ["x"]]


def test_the_next_process_has_its_own_temporary_folder_and_the_same_image(own: Emulator) -> None:
    assert evaluate(own, "open('/tmp/x', 'w').write('x')", "os.getpid()")[0] == 1
    assert evaluate(own, "os.listdir('/tmp')") == [["x"]], "it is warm"
    own.call("PATCH", f"{PLUGINS}/Plugin-demo", form={"config": encode({"memorySize": 300})})
    assert evaluate(own, "os.listdir('/tmp')") == [[]]


def test_time_memory_and_output_are_those_of_any_plugin(own: Emulator) -> None:
    own.call("PATCH", f"{PLUGINS}/Plugin-demo", form={"config": encode({"timeout": 1, "memorySize": 128})})
    assert evaluate(own, "print('hello', flush=True)") == [None]
    assert own.invocations("demo")[-1]["logs"] == ["hello"]
    url = own.call("GET", f"{PLUGINS}/Plugin-demo").body["endpointUrl"].removeprefix(own.url)
    types = []
    for expression in ("__import__('time').sleep(60)", "len(b'x' * 400_000_000)", "os._exit(3)"):
        Client(own.url).call("POST", url, json=[expression])
        types.append(own.invocations("demo")[-1]["error"]["type"])
    assert types == ["Sandbox.Timedout", "Runtime.OutOfMemory", "Runtime.ExitError"]


def test_two_plugins_share_one_folder(own: Emulator) -> None:
    assert create(own, "own", "second").status_code == 201
    numbers = [evaluate(own, "os.stat('/opt/bootstrap.py').st_ino", name=name) for name in ("demo", "second")]
    assert numbers[0] == numbers[1]


def test_an_interceptor_is_called(own: Emulator) -> None:
    hook = {"interceptions": [interception("PRE_REQUEST", "POST/organization/v1/users/patients")]}
    program = "import json\ndef handler(event, context): return {'statusCode': 200, 'body': event['body']}"
    own.push_image({"var/task/index.py": program.encode()}, "hook", Cmd=["index.handler"], Labels=LABELS)
    assert create(own, "hook", "hook", subscriptions=hook).status_code == 201
    assert own.call("POST", PATIENTS, json=ADA).status_code == 201
    assert [record["kind"] for record in own.invocations("hook")] == ["PRE_REQUEST"]


# Others


def test_a_script_as_entry_point(emulator: Emulator, isolating: None, python_files: Mapping[str, bytes]) -> None:
    python = str(Path(sys.executable).resolve())
    script = f"#!{python} -I\nimport os\nos.execv({python!r}, [{python!r}, '-I', '/opt/bootstrap.py', 'index.handler'])"
    emulator.push_image({**python_files, **FILES, "usr/bin/start": script.encode()}, Entrypoint=["start"])
    assert create(emulator, "test").status_code == 201
    assert evaluate(emulator, "os.getcwd()", "os.listdir('/home')") == ["/var/task", "No such file or directory"]


def test_an_image_from_nothing_runs_on_this_machines_python(emulator: Emulator) -> None:
    files = {**FILES, "opt/python/beside.py": b"X = 1", "var/task/inside.py": b"import beside\nY = beside.X"}
    variables = ["FROM=image", "LD_LIBRARY_PATH=/var/lang/lib", "PATH=/nowhere", "PYTHONHOME=/nowhere"]
    emulator.push_image(files, Cmd=["index.handler"], Labels=LABELS, Env=variables)
    assert create(emulator, "test").status_code == 201
    expressions = [
        "'{}.{}'.format(*sys.version_info)",
        "__import__('inside').Y",
        "os.environ['FROM']",
        "os.getcwd() == os.environ['LAMBDA_TASK_ROOT']",
    ]
    assert evaluate(emulator, *expressions) == [RUNTIME.removeprefix("python"), 1, "image", True]


def test_what_this_machine_cannot_run_is_run_by_its_python(emulator: Emulator, not_isolating: None) -> None:
    emulator.push_image(
        {**FILES, "usr/bin/python3": b"", f"usr/bin/{RUNTIME}": b""},
        Entrypoint=["/usr/bin/python3", "-m", "awslambdaric"],
        Cmd=["index.handler"],
    )
    assert create(emulator, "test").status_code == 201
    assert evaluate(emulator, "1") == [1]


def test_where_nothing_can_run_it_a_sentence_says_why(emulator: Emulator) -> None:
    emulator.push_image(
        {"bootstrap": b"\x7fELF\x02\x01\x01".ljust(18, b"\0") + b"\xb7\0".ljust(100, b"\0")}, Entrypoint=["/bootstrap"]
    )
    assert create(emulator, "test").status_code == 201
    status, kind, message = failure(emulator)
    assert (status, kind) == (502, "Sandbox.Unavailable")
    assert message == (
        "The image cannot be run here, as its program /bootstrap is for another processor than this machine's, and "
        "nothing in it says for which Python it is: have it built by biot-plugin"
    )


@pytest.mark.usefixtures("isolating")
def test_changed_deleted_and_restarted(tmp_path: Path) -> None:
    state = tmp_path / "state"
    with emulator_in(state) as emulator:
        for text in ("one", "two"):
            emulator.push_image(
                {"var/task/index.py": f"def handler(event, context): return [{text!r}]".encode()},
                text,
                Cmd=["index.handler"],
                Labels=LABELS,
            )
        assert create(emulator, "one").status_code == 201
        assert evaluate(emulator) == ["one"]
        changed = {"version": 2, "imageTag": "two"}
        assert emulator.call("PATCH", f"{PLUGINS}/Plugin-demo", form={"config": encode(changed)}).status_code == 200
        assert evaluate(emulator) == ["two"]
    with emulator_in(state) as emulator:
        (root,) = (state / "images").iterdir()
        number = root.stat().st_ino
        assert evaluate(emulator) == ["two"]
        assert root.stat().st_ino == number, "it is not unpacked again"
        index = root / "var/task/index.py"
        index.chmod(0o644)
        index.write_text("def handler(event, context): return ['evil']")
        emulator.call("PATCH", f"{PLUGINS}/Plugin-demo", form={"config": encode({"timeout": 7})})
        assert evaluate(emulator) == ["two"]
        shutil.rmtree(root)
        emulator.call("PATCH", f"{PLUGINS}/Plugin-demo", form={"config": encode({"timeout": 8})})
        assert evaluate(emulator) == ["two"]
        emulator.call("POST", "/_emulator/reset")
        assert [*(state / "images").iterdir()] == []


def test_an_image_that_cannot_be_unpacked_changes_nothing(emulator: Emulator) -> None:
    emulator.push_image({"../evil": b""})
    refused = create(emulator, "test")
    assert (refused.status_code, refused.body["code"]) == (500, "AWS_EXCEPTION")
    assert "[../evil], which lies outside" in refused.body["message"]
    assert emulator.call("GET", f"{PLUGINS}/Plugin-demo").status_code == 404
