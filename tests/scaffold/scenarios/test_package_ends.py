"""However `package` ends, it leaves no part of a package and no scratch folder."""

from __future__ import annotations

import signal
import subprocess
import time
from pathlib import Path

import pytest

from tests.scaffold.packages import Repository, make_wheel
from tests.scaffold.support import entries, program_file

pytestmark = pytest.mark.slow

MOMENTS = (0.4, 0.6, 0.8, 0.95)
ATTEMPTS = 10
ENDING = (signal.SIGTERM, signal.SIGHUP, signal.SIGINT, signal.SIGTERM)


def _leftovers(root: Path) -> list[str]:
    folders = [*(root / ".cache" / "biot-plugin").glob("*"), root / "dist"]
    files = [path for folder in folders if folder.is_dir() for path in folder.iterdir()]
    return [path.name for path in files if path.name.endswith(".scratch") or path.name.startswith(".demo")]


@pytest.mark.sampled(2)
@pytest.mark.parametrize("is_killed", [False, True])
def test_a_package_that_is_ended(
    repository: Repository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, is_killed: bool
) -> None:
    make_wheel(repository.wheels, "left", {f"left_{number}.py": "VALUE = 1\n" for number in range(200)})
    repository.needs("left")
    (tmp_path / "tmp").mkdir()
    monkeypatch.setenv("TMPDIR", str(tmp_path / "tmp"))
    begin = time.monotonic()
    complete = Path(repository.packaged().document["path"]).read_bytes()
    duration = time.monotonic() - begin + 0.5  # the start of a program
    for moment, number in zip(MOMENTS, ENDING, strict=True):
        subprocess.run(["rm", "-rf", ".cache/biot-plugin/dependencies", "dist"], check=True)
        process = subprocess.Popen(
            [program_file("biot-plugin"), "package"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        try:
            process.wait(duration * moment)
        except subprocess.TimeoutExpired:
            process.send_signal(signal.SIGKILL if is_killed else number)
        exit_code = process.wait(60)

        assert exit_code in {0, 128 + number, -number, -signal.SIGKILL}
        assert is_killed or not _leftovers(repository.root)
        assert is_killed or entries(tmp_path / "tmp") == []
    assert Path(repository.packaged().document["path"]).read_bytes() == complete
    # A process that the killed program had started may have written on, until the next run.
    for _ in range(ATTEMPTS):
        if not _leftovers(repository.root):
            break
        time.sleep(0.5)
        repository.packaged()
    assert not _leftovers(repository.root)
