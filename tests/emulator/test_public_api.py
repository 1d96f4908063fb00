from __future__ import annotations

import subprocess
import sys

import pytest

import biot_emulator


def test_all_is_the_public_api() -> None:
    values = {name: getattr(biot_emulator, name) for name in dir(biot_emulator) if not name.startswith("_")}
    public = {name for name, value in values.items() if not _is_module(value)}
    assert public - {"annotations", "TYPE_CHECKING"} == set(biot_emulator.__all__)


def test_other_names_are_refused_as_those_of_any_module() -> None:
    with pytest.raises(AttributeError, match="module 'biot_emulator' has no attribute 'Unknown'"):
        biot_emulator.__getattr__("Unknown")


def test_a_function_is_not_hidden_by_its_module() -> None:
    code = "import biot_emulator.event_kind; from biot_emulator import event_kind; assert callable(event_kind)"
    subprocess.run([sys.executable, "-c", code], check=True)


def test_what_an_import_may_load() -> None:
    code = "import sys, biot_emulator; print(*sorted({name.partition('.')[0] for name in sys.modules}))"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    assert "http" not in loaded
    for heavy in ("biot_plugin", "biot_plugin_cli", "cryptography", "psutil", "pydantic", "asyncio", "awslambdaric"):
        assert heavy not in loaded


def test_finding_an_interpreter_loads_no_emulator() -> None:
    code = """
import sys
from biot_emulator.runtime.pythons import installed_python
installed_python("python%d.%d" % sys.version_info[:2])
print(*(name for name in sys.modules if name.startswith("biot_emulator.")))
"""
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    rooms = {name.split(".")[1] for name in loaded}
    assert rooms <= {"errors", "event_kind", "interrupts", "runtime", "sandbox", "security", "wire_json"}
    assert "biot_emulator.sandbox.plugin_process" not in loaded


def _is_module(value: object) -> bool:
    return isinstance(value, type(sys))
