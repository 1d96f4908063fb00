from __future__ import annotations

import subprocess
import sys

import biot_emulator


def test_all_is_the_public_api() -> None:
    public = {name for name, value in vars(biot_emulator).items() if not name.startswith("_") and not _is_module(value)}
    assert public - {"annotations"} == set(biot_emulator.__all__)


def test_what_an_import_may_load() -> None:
    code = "import sys, biot_emulator; print(*sorted({name.partition('.')[0] for name in sys.modules}))"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    for heavy in ("biot_plugin", "biot_plugin_cli", "cryptography", "psutil", "pydantic", "asyncio", "awslambdaric"):
        assert heavy not in loaded


def _is_module(value: object) -> bool:
    return isinstance(value, type(sys))
