"""How an image is run: by what is in it, by this machine's Python, or not, with a sentence that says why."""

from __future__ import annotations

import shutil
import struct
import sys
from pathlib import Path
from typing import Any

import pytest

from biot_emulator.errors import SandboxUnavailable
from biot_emulator.image.documents import Config
from biot_emulator.image.execution import Execution, plan_execution

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="programs of images are for Linux")

RUNTIME = "python{}.{}".format(*sys.version_info)
LABELS = {"biot-plugin.runtime": RUNTIME}
#: A program that needs nothing, for this machine's processor: its head has no segments.
PROGRAM = Path(sys.executable).resolve().read_bytes()[:20].ljust(64, b"\0")


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """An image with code, a program and a working folder."""
    put(tmp_path, "var/task/index.py")
    put(tmp_path, "usr/bin/start", PROGRAM)
    (tmp_path / "work").mkdir()
    return tmp_path


def put(tree: Path, path: str, content: bytes = b"") -> None:
    file = tree / path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(content)
    file.chmod(0o755)


def config(*entry_point: str, command: tuple[str, ...] = (), **fields: Any) -> Config:
    settings = {"environment": {}, "folder": "", "labels": {}, **fields}
    return Config(architecture="amd64", diff_ids=(), entry_point=entry_point, command=command, **settings)


def plan(tree: Path, config: Config, *, roots: bool = True) -> Execution:
    return plan_execution(tree, config, lambda: roots)


def refusal(tree: Path, config: Config, *, roots: bool = True) -> str:
    with pytest.raises(SandboxUnavailable) as refused:
        plan(tree, config, roots=roots)
    return str(refused.value).removeprefix("The image cannot be run here, as ")


# By what is in it


def test_the_program_is_entry_point_and_command(tree: Path) -> None:
    made = plan(tree, config("start", "-x", command=("index.handler", "y"), environment={"A": "b"}))
    assert made.root == tree
    assert made.program is not None
    assert made.program.command == ("/usr/bin/start", "-x", "index.handler", "y")
    assert (made.program.folder, made.program.handler) == ("/var/task", "index.handler")
    assert made.program.environment == {"A": "b"}


def test_a_command_that_is_a_program_is_one(tree: Path) -> None:
    made = plan(tree, config(command=("start", "x")))
    assert made.program is not None
    assert (made.program.command, made.program.handler) == (("/usr/bin/start", "x"), "")


@pytest.mark.parametrize(("folder", "expected"), [("/work", "/work"), ("", "/var/task")])
def test_the_working_folder(tree: Path, folder: str, expected: str) -> None:
    made = plan(tree, config("start", folder=folder))
    assert made.program is not None
    assert made.program.folder == expected


def test_without_code_the_working_folder_is_the_root(tree: Path) -> None:
    shutil.rmtree(tree / "var")
    made = plan(tree, config("start"))
    assert made.program is not None
    assert made.program.folder == "/"


def test_the_images_own_path_is_searched(tree: Path) -> None:
    put(tree, "opt/bin/start", PROGRAM)
    made = plan(tree, config("start", environment={"PATH": "/opt/bin:/usr/bin"}))
    assert made.program is not None
    assert made.program.command == ("/opt/bin/start",)


# By this machine's Python


def test_a_handler_alone_runs_on_this_machine(tree: Path) -> None:
    made = plan(tree, config(command=("index.handler",), labels=LABELS))
    assert (made.program, made.root, made.folder, made.handler) == (
        None,
        tree / "var/task",
        tree / "var/task",
        "index.handler",
    )
    assert made.interpreter.exists()


def test_what_needs_a_root_of_its_own_runs_on_this_machine_where_none_can_be_had(tree: Path) -> None:
    image = config("start", "-m", "awslambdaric", command=("a/index.handler",), labels=LABELS, folder="/work")
    made = plan(tree, image, roots=False)
    assert (made.program, made.handler, made.folder) == (None, "a/index.handler", tree / "work")


@pytest.mark.parametrize("folder", ["usr/bin", "usr/local/bin", "var/lang/bin", "opt/python/bin"])
def test_the_runtime_is_that_of_the_python_in_it(tree: Path, folder: str) -> None:
    for name in (RUNTIME, "python3", "python3.2", "python3.x", f"{RUNTIME}-config"):
        put(tree, f"{folder}/{name}")
    assert plan(tree, config(command=("index.handler",))).handler == "index.handler"


def test_the_newest_of_several_pythons_counts_as_a_number(tree: Path) -> None:
    for name in ("python3.9", "python3.98"):
        put(tree, f"usr/bin/{name}")
    assert "this machine has no python3.98: install python3.98" in refusal(tree, config(command=("index.handler",)))


def test_variables_that_would_mislead_this_machines_python_are_left_out(tree: Path) -> None:
    for path in ("opt/python", f"opt/python/lib/{RUNTIME}/site-packages", "opt/mine"):
        (tree / path).mkdir(parents=True, exist_ok=True)
    variables = {
        **{"OWN": "x", "PATH": "/nowhere", "LD_LIBRARY_PATH": "/x", "PYTHONHOME": "/x", "HOME": "/x", "TMPDIR": "/x"},
        **{
            "SSL_CERT_FILE": "/x",
            "AWS_REGION": "x",
            "_HANDLER": "x",
            "PYTHONPATH": "/opt/mine:relative:/no:/../secret",
        },
        "PYTHONUTF8": "1",
    }
    made = plan(tree, config(command=("index.handler",), labels=LABELS, environment=variables))
    folders = [tree / "opt/mine", tree / "opt/python", tree / f"opt/python/lib/{RUNTIME}/site-packages"]
    assert made.environment == {"OWN": "x", "PYTHONUTF8": "1", "PYTHONPATH": ":".join(map(str, folders))}


def test_without_packages_there_is_no_search_path(tree: Path) -> None:
    assert plan(tree, config(command=("index.handler",), labels=LABELS)).environment == {}


def test_a_link_out_of_the_image_is_no_code(tree: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    outside = tmp_path_factory.mktemp("outside")
    shutil.rmtree(tree / "var/task")
    (tree / "var/task").symlink_to(outside)
    assert "it has no code in /var/task" in refusal(tree, config(command=("index.handler",), labels=LABELS))


# Not at all

NO_LABEL = ", and nothing in it says for which Python it is: have it built by biot-plugin"


@pytest.mark.parametrize(
    ("image", "roots", "said"),
    [
        (config(), True, "it has no entry point"),
        (config(command=("index.handler",)), True, "it has no entry point"),
        (config("/no"), True, "its program /no is not in it"),
        (config("start", folder="/no"), True, "its working folder /no is not in it"),
        (config("start", folder="/usr/bin/start"), True, "its working folder /usr/bin/start is not in it"),
        (config("start"), False, "this machine lets no process have another root folder"),
    ],
)
def test_what_is_against_it_is_said(tree: Path, image: Config, roots: bool, said: str) -> None:
    assert refusal(tree, image, roots=roots) == said + NO_LABEL


@pytest.mark.parametrize("command", [(), ("/index.handler",), ("index",), ("sh", "-c", "x y"), ("index.handler", "")])
def test_a_command_that_names_no_handler_is_said(tree: Path, command: tuple[str, ...]) -> None:
    said = refusal(tree, config(command=command, labels=LABELS))
    assert said == 'it has no entry point, and its command names no handler: let its command be ["index.handler"]'


@pytest.mark.parametrize("label", ["nodejs22.x", "python3.11; rm", "python3.1234", "", "python3.98"])
def test_a_runtime_that_is_none_or_not_here_is_said(tree: Path, label: str) -> None:
    said = refusal(tree, config(command=("index.handler",), labels={"biot-plugin.runtime": label}))
    missing = ", and this machine has no python3.98: install python3.98"
    assert said == f"it has no entry point{missing if label == 'python3.98' else NO_LABEL}"


def test_nothing_in_it_runs_where_there_is_no_linux(tree: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "darwin")
    assert refusal(tree, config("start")) == f"what is in it needs Linux{NO_LABEL}"


def test_another_processor_is_said_before_anything_is_tried(tree: Path) -> None:
    other = bytearray(PROGRAM)
    struct.pack_into("<H", other, 18, 0xFFFF)
    put(tree, "usr/bin/start", bytes(other))
    assert "is for another processor" in refusal(tree, config("start"))
