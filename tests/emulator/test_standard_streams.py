"""The program, whatever its standard streams are connected to."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

PROGRAM = f"{sys.executable} -c 'from biot_emulator.program.main import main; main()'"
FULL = "Error: Cannot write the output (No space left on device): free some space, or send it elsewhere\n"
FAILS = "serve --port 0 --data ☃.txt"

pytestmark = pytest.mark.slow


def run(command: str, folder: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    (folder / "☃.txt").touch()
    environment = {"PATH": "/usr/bin:/bin", "PYTHONPATH": ":".join(sys.path), **environment}
    return subprocess.run(
        ["sh", "-c", command], cwd=folder, capture_output=True, text=True, check=False, env=environment, timeout=60
    )


@pytest.mark.parametrize("arguments", ["--help", "serve --help", "--version", "serve --port 0"])
@pytest.mark.parametrize("unbuffered", ["", "1"])
def test_nobody_reads_the_output(tmp_path: Path, arguments: str, unbuffered: str) -> None:
    command = f"exec 3>&1; {{ {PROGRAM} {arguments} 3>&-; echo $? >&3; }} | true"
    done = run(command, tmp_path, PYTHONUNBUFFERED=unbuffered)
    assert (done.stdout, done.stderr) == ("141\n", "")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no /dev/full")
@pytest.mark.parametrize("arguments", ["--help", "--version", "serve --port 0"])
def test_the_disk_is_full(tmp_path: Path, arguments: str) -> None:
    done = run(f"{PROGRAM} {arguments} >/dev/full", tmp_path)
    assert (done.returncode, done.stderr) == (1, FULL)
    assert run(f"{PROGRAM} {arguments} >/dev/full 2>&1", tmp_path).returncode == 1


def test_an_encoding_without_most_characters(tmp_path: Path) -> None:
    done = run(f"{PROGRAM} {FAILS}", tmp_path, PYTHONIOENCODING="ascii", PYTHONUTF8="1")
    assert done.returncode == 1
    assert done.stderr.startswith("Error: Cannot store the state in \\u2603.txt (")
    assert done.stderr.count("\n") == 1


@pytest.mark.parametrize("redirections", ["<&-", ">&-", "2>&-", "<&- >&- 2>&-"])
def test_streams_are_closed(tmp_path: Path, redirections: str) -> None:
    assert run(f"{PROGRAM} --version {redirections}", tmp_path).returncode == 0
    done = run(f"{PROGRAM} {FAILS} {redirections}", tmp_path, PYTHONUTF8="1")
    assert done.returncode == 1
    assert done.stderr.count("\n") == (0 if "2>" in redirections else 1)


def test_no_file_becomes_standard_output(tmp_path: Path) -> None:
    code = "from biot_emulator.standard_streams import open_streams; open_streams(); f = open('file', 'w'); print('x')"
    assert run(f'{sys.executable} -c "{code}" <&- >&- 2>&-', tmp_path).returncode == 0
    assert (tmp_path / "file").read_text() == ""
