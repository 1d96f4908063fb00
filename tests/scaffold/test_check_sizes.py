from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest

from biot_plugin_cli._check import check
from tests.scaffold.plugins import codes, make_plugin, the_one

MB = 1024 * 1024


@dataclass(frozen=True)
class Package:
    path: Path
    size: int
    unpacked_size: int


@pytest.mark.parametrize(
    ("size", "unpacked", "code", "said"),
    [
        (51 * MB, 100 * MB, "package-too-large", "demo.zip is 51.0 MB, and Lambda takes 50 MB"),
        (49 * MB, 251 * MB, "package-too-large-unpacked", "demo.zip unpacks to 251.0 MB, and Lambda takes 250 MB"),
    ],
)
def test_what_lambda_does_not_take_is_told(tmp_path: Path, size: int, unpacked: int, code: str, said: str) -> None:
    make_plugin(tmp_path)

    found = the_one(check(tmp_path, package=Package(Path("dist/demo.zip"), size, unpacked)))

    assert (found.code, found.severity, found.message) == (code, "error", said)


def test_the_limits_themselves_are_taken(tmp_path: Path) -> None:
    make_plugin(tmp_path)

    assert codes(check(tmp_path, package=Package(Path("demo.zip"), 50 * MB, 250 * MB))) == []
