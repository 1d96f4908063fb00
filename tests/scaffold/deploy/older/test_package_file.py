"""Packages in files, which anybody may have written."""

from __future__ import annotations

import json
import shutil
import zipfile
from pathlib import Path
from typing import Any

import pytest

from biot_plugin_cli.deploy.older import package_file
from biot_plugin_cli.deploy.older.package_file import read_package_file
from biot_plugin_cli.errors import OperationFailed
from tests.scaffold.clones import committed
from tests.scaffold.packages import THIS, Repository, make_wheel


def written(path: Path, **files: str) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in files.items():
            archive.writestr(f"{name}.py", text)
    return path


@pytest.mark.slow
def test_a_package_has_the_hash_that_it_was_built_with(repository: Repository, tmp_path: Path) -> None:
    make_wheel(repository.wheels, "helper", {"helper.py": "", "data/run.sh": "#!/bin/sh\n"})
    repository.needs("helper")
    repository.write("tool.sh", "#!/bin/sh\n").chmod(0o755)
    commit = committed(repository)
    built = repository.packaged()
    package = read_package_file(built.path)
    assert package.content_hash == built.document["contentHash"]
    assert (package.commit, package.runtime, package.handler) == (commit, THIS, "index.handler")

    alone = Path(shutil.copy(built.path, tmp_path / "alone.zip"))
    assert (read_package_file(alone).content_hash, read_package_file(alone).commit) == (package.content_hash, None)
    # The bill of materials of another package says nothing of this one.
    other = written(tmp_path / "other.zip", index="")
    shutil.copy(built.document["sbom"], tmp_path / "other.cdx.json")
    assert read_package_file(other).properties == {}


@pytest.mark.parametrize(
    "bill", [b"", b"[]", b"\xff", b"[" * 10_000, b'{"metadata": {"component": {"properties": [7]}}}']
)
def test_a_damaged_bill_of_materials_says_nothing(tmp_path: Path, bill: bytes) -> None:
    file = written(tmp_path / "x.zip", index="")
    file.with_suffix(".cdx.json").write_bytes(bill)
    assert read_package_file(file).properties == {}


def test_what_is_too_large_is_refused_before_it_is_unpacked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = written(tmp_path / "x.zip", index="x" * 100_000)
    monkeypatch.setattr(package_file, "MAX_UNPACKED_BYTES", 99_999)
    with pytest.raises(OperationFailed, match=r"it has more than 97\.7 kB unpacked"):
        read_package_file(file)
    monkeypatch.setattr(package_file, "MAX_ZIPPED_BYTES", 100)
    with pytest.raises(OperationFailed, match="it is larger than 100 bytes"):
        read_package_file(file)


def _cut(content: bytes) -> bytes:
    return content[: len(content) // 2]


def _garbled(content: bytes) -> bytes:
    return content[:40] + bytes(byte ^ 0xFF for byte in content[40:60]) + content[60:]


def _encrypted(content: bytes) -> bytes:
    start = content.index(b"PK\x01\x02")
    return content[: start + 8] + b"\x01" + content[start + 9 :]


@pytest.mark.parametrize("damage", [_cut, _garbled, _encrypted, lambda _: b"", lambda _: b"\x1f\x8b"])
def test_what_is_damaged_is_refused(tmp_path: Path, damage: Any) -> None:
    file = written(tmp_path / "x.zip", index=json.dumps([*range(100)]))
    file.write_bytes(damage(file.read_bytes()))
    with pytest.raises(OperationFailed, match=r"is no package \(it is no zip file, or damaged\)"):
        read_package_file(file)
    with pytest.raises(OperationFailed, match="Cannot read"):
        read_package_file(tmp_path)
