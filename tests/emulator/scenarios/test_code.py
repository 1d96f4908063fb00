"""Any Python plugin's zip is deployed and runs: a bare file, native wheels, each Python that this machine has."""

from __future__ import annotations

import importlib.metadata
import io
import json
import subprocess
import sys
import time
import zipfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from biot_emulator.client import CallRefused, Client
from biot_emulator.errors import SandboxUnavailable
from biot_emulator.runtime.pythons import find_python
from biot_emulator.testing import Emulator
from tests.emulator.conftest import ADA, PATIENTS, code_zip, interception
from tests.emulator.runtime.test_pythons import RUNTIMES

pytestmark = pytest.mark.slow

OWN_RUNTIME = "python{}.{}".format(*sys.version_info)
#: Adapts patients with compiled code, and says where that is.
NATIVE = """
    import os
    import msgspec, msgspec._core
    import pydantic_core, pydantic_core._pydantic_core
    from pydantic_core import core_schema

    class Name(msgspec.Struct, rename="camel"):
        first_name: str
        last_name: str

    name_of = msgspec.json.Decoder(dict).decode
    number = pydantic_core.SchemaValidator(core_schema.int_schema())

    def handler(event, context):
        response = name_of(event["body"])["response"]
        for patient in response["entities"]:
            name = msgspec.convert(patient["_name"], Name)
            patient["greeting"] = f"{name.first_name} {number.validate_python('7')}"
            files = [msgspec._core.__file__, pydantic_core._pydantic_core.__file__]
            patient["native"] = [os.path.relpath(file, os.environ["LAMBDA_TASK_ROOT"]) for file in files]
        return {"response": response}
"""


LATE = """
    import os, pathlib, time
    def handler(event, context):
        root = pathlib.Path(os.environ["LAMBDA_TASK_ROOT"])
        if event["rawQueryString"] == "wait":
            (pathlib.Path(os.environ["SIGNS"]) / "started").touch()
            while not (pathlib.Path(os.environ["SIGNS"]) / "go").exists(): time.sleep(0.01)
        import late
        return {"version": late.VERSION, "folders": [one.name for one in root.parent.iterdir()]}
"""


def answer(emulator: Emulator, plugin: dict[str, Any]) -> Any:
    """Call a plugin at its address, as anybody may."""
    return Client(emulator.url).call("GET", plugin["endpointUrl"].removeprefix(emulator.url)).body


def with_wheels(code: str, *distributions: str) -> bytes:
    """Make the zip of a plugin, with the files of distributions as they are installed here."""
    content = io.BytesIO(code_zip(code))
    with zipfile.ZipFile(content, "a", zipfile.ZIP_DEFLATED) as archive:
        for distribution in map(importlib.metadata.distribution, distributions):
            for file in distribution.files or ():
                if ".." not in file.parts and "__pycache__" not in file.parts:
                    archive.write(str(distribution.locate_file(file)), file.as_posix())
    return content.getvalue()


def test_a_bare_file_is_a_plugin(emulator: Emulator, tmp_path: Path) -> None:
    (tmp_path / "index.py").write_text(
        "def handler(event, context):\n"
        "    return {'path': event['rawPath'], 'name': context.function_name, 'memory': context.memory_limit_in_mb}\n"
    )
    plugin = emulator.deploy(tmp_path, "bare")
    assert plugin["handler"] == "index.handler"
    assert answer(emulator, plugin) == {"path": "/", "name": "Plugin-bare", "memory": "128"}


@pytest.mark.parametrize("handler", ["app.main.run", "app/main.run"])
def test_a_handler_is_wherever_the_configuration_says(emulator: Emulator, handler: str) -> None:
    code = code_zip("raise SystemExit('this is not the handler')", **{"app/main.py": "run = lambda event, context: 7"})
    assert answer(emulator, emulator.deploy(code, handler=handler)) == 7


def test_a_plugin_brings_native_wheels(emulator: Emulator) -> None:
    code = with_wheels(NATIVE, "msgspec", "pydantic-core", "typing-extensions")
    hooks = {"interceptions": [interception("ADAPT_ENTITY", "patient")]}
    emulator.deploy(code, "native", subscriptions=hooks, memorySize=256)
    patient = emulator.call("POST", PATIENTS, json=ADA)
    assert (patient.status_code, patient.body.get("greeting")) == (201, "Ada 7")
    folders, files = zip(*(file.split("/") for file in patient.body["native"]), strict=True)
    assert folders == ("msgspec", "pydantic_core")
    assert all(file.endswith(".so") for file in files)


def test_native_wheels_of_another_python_fail_with_a_reason(emulator: Emulator) -> None:
    others = [runtime for runtime in RUNTIMES if runtime != OWN_RUNTIME and has(runtime)]
    if not others:
        pytest.skip("this machine has one Python only")
    plugin = emulator.deploy(with_wheels("import msgspec", "msgspec"), runtime=others[0])
    assert answer(emulator, plugin) == "Internal Server Error"
    [invocation] = emulator.invocations()
    assert invocation["error"]["type"] == "Runtime.ImportModuleError"
    assert "msgspec._core" in invocation["error"]["message"]


@pytest.mark.parametrize("runtime", RUNTIMES)
def test_a_plugin_runs_on_the_python_of_its_runtime(emulator: Emulator, runtime: str) -> None:
    code = code_zip("import sys\ndef handler(event, context): return {'version': sys.version}")
    if not has(runtime):
        with pytest.raises(CallRefused, match=f"No {runtime} was found on this machine"):
            emulator.deploy(code, runtime=runtime)
        pytest.skip(f"this machine has no {runtime}")
    command = [str(find_python(runtime)), "-c", "import sys; print(sys.version)"]
    version = subprocess.run(command, capture_output=True, text=True, check=True).stdout.rstrip("\n")
    assert version.startswith(runtime.removeprefix("python"))
    plugin = emulator.deploy(code, runtime=runtime)
    assert plugin["runtime"] == runtime
    assert answer(emulator, plugin) == {"version": version}


@pytest.mark.parametrize("runtime", RUNTIMES)
def test_the_code_that_every_plugin_begins_with_runs_on_each_python(emulator: Emulator, runtime: str) -> None:
    if not has(runtime):
        pytest.skip(f"this machine has no {runtime}")
    config = {"name": "demo", "displayName": "Demo", "version": 1, "runtime": runtime}
    plugin = emulator.call("POST", "/settings/v2/plugins", form={"config": json.dumps(config).encode()}).body
    assert answer(emulator, plugin) == {"message": "This plugin has no code of its own yet"}


def has(runtime: str) -> bool:
    try:
        find_python(runtime)
    except SandboxUnavailable:
        return False
    return True


def test_code_that_nothing_runs_any_more_is_removed_and_no_other(emulator: Emulator, tmp_path: Path) -> None:
    def deploy(version: int) -> dict[str, Any]:
        code = code_zip(LATE, **{"late.py": f"VERSION = {version}"})
        return emulator.deploy(code, environmentVariables={"SIGNS": str(tmp_path)})

    path = deploy(1)["endpointUrl"].removeprefix(emulator.url)
    with ThreadPoolExecutor(1) as threads:
        busy = threads.submit(Client(emulator.url).call, "GET", f"{path}?wait")
        while not (tmp_path / "started").exists():
            time.sleep(0.01)
        for version in range(2, 6):
            assert answer(emulator, deploy(version))["version"] == version
        (tmp_path / "go").touch()
        assert busy.result().body["version"] == 1
    # That of this version alone: whoever was on the way to another one has arrived.
    assert len(answer(emulator, deploy(6))["folders"]) == 1
