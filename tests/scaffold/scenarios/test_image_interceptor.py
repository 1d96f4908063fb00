"""An image with a Python and a runtime client of its own is deployed, and a call to the platform goes through it."""

from __future__ import annotations

import gzip
import io
import json
import subprocess
import sys
import sysconfig
import tarfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from biot_emulator import Function, Runtime
from biot_emulator.testing import Emulator
from tests.faulty_registry import FaultyRegistry
from tests.registries import SmallImage, docker_registry, make_image
from tests.scaffold.deployments import hook
from tests.scaffold.images import push_base
from tests.scaffold.packages import Repository
from tests.scaffold.pushed_images import as_image

pytestmark = [pytest.mark.slow, pytest.mark.long(25)]

PATIENTS = "/organization/v1/users/patients"
PROGRAM = Path(sys.executable).resolve()
#: What no handler needs.
LEFT_OUT = {"test", "__pycache__", "idlelib", "ensurepip", "lib2to3", "site-packages", "turtledemo", "tkinter"}
#: Marks the entity with what only somebody in the image can know.
HOOK = f"""
import json, os, sys
import awslambdaric
from biot_plugin import Plugin
plugin = Plugin()
@plugin.pre_request("POST/organization/v1/users/patients")
def mark(event):
    seen = {{
        "client": awslambdaric.__file__,
        "program": sys.executable,
        "arguments": sys.orig_argv[1:],
        "folder": os.getcwd(),
        "mine": os.path.exists({__file__!r}),
    }}
    print("seen", json.dumps(seen), flush=True)
handler = plugin.handler
"""


@pytest.fixture(scope="module")
def isolating(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Skip where no process can have another root folder."""
    if sys.platform != "linux":
        pytest.skip("images are for Linux")
    folder = tmp_path_factory.mktemp("isolation")
    (folder / "index.py").write_text("import os\ndef handler(event, context): return os.readlink('/proc/self/ns/mnt')")
    with Runtime(Function(folder, Path(sys.executable), "demo", client="built-in", timeout=20)) as runtime:
        if runtime.invoke({}).reply == str(Path("/proc/self/ns/mnt").readlink()):
            pytest.skip("this machine does not allow namespaces")


@pytest.fixture(scope="module")
def base_image() -> SmallImage:
    """This machine's Python with the libraries that it and the runtime client are linked with, and nothing else."""
    standard = Path(sysconfig.get_path("stdlib"))
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", dereference=True) as archive:
        archive.add(PROGRAM, str(PROGRAM)[1:])
        archive.add(standard, str(standard)[1:], filter=_needed)
        for file in _libraries(standard):
            archive.add(file, str(file)[1:])
    with pytest.MonkeyPatch.context() as patch:
        compress = gzip.compress
        patch.setattr(gzip, "compress", lambda content, **settings: compress(content, 1, **settings))
        return make_image(buffer.getvalue())


def _needed(member: tarfile.TarInfo) -> tarfile.TarInfo | None:
    parts = member.name.split("/")
    unneeded = not LEFT_OUT.isdisjoint(parts) or any(part.startswith("config-") for part in parts)
    return None if unneeded or member.name.endswith(".a") else member


def _libraries(standard: Path) -> set[Path]:
    client = pytest.importorskip("runtime_client").__file__
    linked = [PROGRAM, Path(client), *(standard / "lib-dynload").glob("*.so")]
    listed = subprocess.run(["ldd", *map(str, linked)], capture_output=True, text=True, check=False).stdout.split()
    return {Path(word) for word in listed if word.startswith("/") and not word.endswith(":")}


@pytest.fixture
def base(base_image: SmallImage, tmp_path: Path) -> Iterator[str]:
    """The reference of the base in a registry."""
    with docker_registry(tmp_path / "registry", tls=False, login=False) as bases:
        yield push_base(bases, base_image, "python")


@pytest.mark.matrix
def test_a_call_goes_through_a_plugin_that_brings_its_own_python_and_client(
    isolating: None, plugin: Repository, emulator: Emulator, registry: FaultyRegistry, base: str
) -> None:
    hook(plugin, whole=True)
    plugin.write("index.py", HOOK)
    # The runtime client comes from the package index.
    manifest = plugin.root / "pyproject.toml"
    manifest.write_text(manifest.read_text().replace("no-index = true", "no-index = false"))
    as_image(plugin, base)
    done = plugin.program("deploy", "--yes", "--json")
    if "package index" in done.err:
        pytest.skip("the package index cannot be reached")
    assert done.exit_code == 0, done.err

    created = emulator.call("POST", PATIENTS, json={"_name": {"firstName": "Ada", "lastName": "Lovelace"}})

    (record,) = emulator.invocations("demo")
    assert created.status_code == 201, record
    assert (record["kind"], record.get("error")) == ("PRE_REQUEST", None)
    (line,) = [line for line in record["logs"] if line.startswith("seen ")]
    seen = json.loads(line.removeprefix("seen "))
    assert seen["program"] == str(PROGRAM)
    assert seen["arguments"] == ["-m", "awslambdaric", "index.handler"]
    assert seen["client"] == "/opt/biot-plugin/runtime/awslambdaric/__init__.py"
    assert seen["folder"] == "/var/task"
    assert seen["mine"] is False
