"""The script that a newcomer runs."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.scaffold.packages import UV_CACHE
from tests.scaffold.support import CHECKOUT, program_file

SCRIPT = CHECKOUT / "scaffold" / "examples" / "first_plugin.sh"


@pytest.mark.slow
@pytest.mark.long(20)
@pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not installed")
def test_a_plugin_lives_its_whole_life(tmp_path: Path) -> None:
    programs = program_file("biot-plugin").parent
    path = os.pathsep.join([str(programs), str(CHECKOUT / ".uv" / "bin"), os.environ["PATH"]])
    done = subprocess.run(
        [SCRIPT, tmp_path / "first"],
        env={**os.environ, "PATH": path, "UV_CACHE_DIR": UV_CACHE},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    numbers = [line for line in done.stdout.splitlines() if "record number" in line]
    assert [line.rpartition(" is ")[2] for line in numbers] == [
        '"  K-117 "',
        '"K-117"',
        '"k-117"',
        '"K-117"',
        '"  K-117 "',
    ]
    assert "Deployed first as version 2" in done.stdout
    assert "has the code of version 1 again, as version 3" in done.stdout
    assert "Nothing to do for first" in done.stderr
