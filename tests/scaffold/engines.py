"""Container engines for tests: programs that stand in for them, and buildah with a storage of its own."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

__all__ = ["counted_buildah", "stand_in"]

_STAND_IN = """\
#!/bin/sh
echo "$@" >> {log}
env >> {log}.env
case "$1" in
  build) while [ $# -gt 0 ]; do [ "$1" = --iidfile ] && echo sha256:abc > "$2"; shift; done; {build} ;;
  image) while [ $# -gt 0 ]; do [ "$1" = --output ] && cp {archive} "$2"; shift; done; exit 0 ;;
esac
"""

_WRAPPER = """\
#!/bin/sh
echo "$@" >> {log}
exec {program} "$@"
"""


def stand_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, build: str, archive: Path | None) -> Path:
    """Put a program in the place of an engine; return the file that gets its command lines."""
    folder, log = tmp_path / "bin", tmp_path / "log"
    folder.mkdir()
    program = folder / name
    program.write_text(_STAND_IN.format(log=log, build=build, archive=archive))
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{os.environ['PATH']}")
    return log


def counted_buildah(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give buildah a storage of its own; return the file that gets its command lines."""
    program = shutil.which("buildah")
    if program is None:
        pytest.skip("buildah is not installed")
    conf = tmp_path / "storage.conf"
    conf.write_text(f'[storage]\ndriver = "vfs"\ngraphroot = "{tmp_path}/graph"\nrunroot = "{tmp_path}/run"\n')
    monkeypatch.setenv("CONTAINERS_STORAGE_CONF", str(conf))
    monkeypatch.setenv("BUILDAH_ISOLATION", "chroot")
    folder, log = tmp_path / "bin", tmp_path / "log"
    folder.mkdir()
    (folder / "buildah").write_text(_WRAPPER.format(log=log, program=program))
    (folder / "buildah").chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{os.environ['PATH']}")
    return log
